"""Single values: what is one is read as what was written, all else is refused and nothing else happens."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.localaws.entrance.contract import scalars
from rehearsal.localaws.entrance.contract.scalars import Unreadable

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(JSON)
def test_any_value_is_read_or_refused(value):
    for read in (
        lambda: scalars.integer(value, "integer"),
        lambda: scalars.real(value, "double"),
        lambda: scalars.blob(value),
        lambda: scalars.timestamp(value),
    ):
        try:
            read()
        except Unreadable as refusal:
            assert str(refusal)


@given(st.text())
def test_any_text_is_read_or_refused(text):
    for read in (
        lambda: scalars.integer_of_text(text, "long"),
        lambda: scalars.real_of_text(text, "float"),
        lambda: scalars.boolean_of_text(text),
    ):
        try:
            read()
        except Unreadable as refusal:
            assert str(refusal)


@given(st.integers(-(2**31), 2**31 - 1))
def test_integers_are_read_as_they_were_written(number):
    assert scalars.integer(number, "integer") == number == scalars.integer_of_text(str(number), "integer")


@given(st.binary())
def test_base64_is_read_back(content):
    assert scalars.blob(base64.b64encode(content).decode()) == content


@pytest.mark.parametrize("given_moment", [1_700_000_000, "2023-11-14T22:13:20Z", "Tue, 14 Nov 2023 22:13:20 GMT"])
def test_a_moment_is_read_in_each_of_its_forms(given_moment):
    assert scalars.timestamp(given_moment).replace(tzinfo=UTC) == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("a", "STRING_VALUE can not be converted to an Integer"),
        (True, "TRUE_VALUE can not be converted to an Integer"),
        (1.5, "NUMBER_VALUE can not be converted to an Integer"),
        ([], "START_ARRAY can not be converted to an Integer"),
        (2**31, "Numeric value (2147483648) out of range of integer"),
    ],
)
def test_refusals_are_in_the_words_of_aws(value, told):
    with pytest.raises(Unreadable) as refused:
        scalars.integer(value, "integer")
    assert str(refused.value) == told
