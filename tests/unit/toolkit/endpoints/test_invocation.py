"""Rows are read and counted before an endpoint is asked."""

import pytest

from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.endpoints import invocation, training_data


def test_blank_lines_and_a_byte_order_mark_are_no_rows() -> None:
    assert invocation.read_rows("\ufeff1,2\r\n\n3,4\n".encode()) == ["1,2", "3,4"]


def test_what_is_no_text_is_named_by_its_line() -> None:
    with pytest.raises(BadInput, match=r"line 3 .* 0xfe"):
        invocation.read_rows(b"1,2\n3,4\n5,\xfe\n")


@pytest.mark.parametrize("row", ["1,2", "1,2,3,4"])
def test_a_row_of_another_width_is_refused_by_its_number(row: str) -> None:
    with pytest.raises(BadInput, match="row 2 "):
        invocation.check_width(["1,2,3", row], 3)
    invocation.check_width(["1,2,3"], 3)


def test_the_job_is_known_by_where_its_model_lies() -> None:
    assert training_data.name_in("s3://b/models/winequality-1/output/model.tar.gz") == "winequality-1"
    with pytest.raises(LookupError):
        training_data.name_in("s3://b/model.tar.gz")


def test_features_are_counted_without_label_and_weight() -> None:
    assert training_data.features_in(b"5,1,2\n6,2,3\n") == 2
    assert training_data.features_in(b"5,0.5,1,2\n", has_weights=True) == 2
    assert training_data.features_in(b"5,1,2") == 2
    assert training_data.features_in(b"5," * (1 << 19)) is None
