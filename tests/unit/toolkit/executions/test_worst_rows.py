"""The rows that are most wrong: which they are, by a report's even sample, and how they read in the data."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline_job.evaluation.sample import Sample
from rehearsal.toolkit.executions import worst_rows
from rehearsal.toolkit.executions.evaluations import evaluation_of


@given(st.integers(1, 3000), st.integers(2, 100))
def test_the_number_of_a_row_follows_from_the_sample_that_the_function_took(rows: int, size: int) -> None:
    sample = Sample(size)
    sample.add([float(number) for number in range(rows)], [b"0"] * rows)
    step = worst_rows.step_of(rows, len(sample.pairs))
    assert [label for label, _ in sample.pairs] == [float(at * step) for at in range(len(sample.pairs))]


def test_the_worst_come_first_by_the_distance_to_the_label_or_the_missing_share_of_the_right_class() -> None:
    def worst(group: str, *answers: tuple[float, str]) -> list[tuple[int, float]]:
        predictions = [{"label": label, "prediction": answer} for label, answer in answers]
        report = {"rows": len(answers), "metrics": {}, group: {}, "predictions": predictions}
        return [(row.number, round(row.error, 3)) for row in worst_rows.worst(evaluation_of(report))]

    assert worst("regression_metrics", (5, "5.5"), (4, "7"), (1, "1")) == [(2, 3.0), (1, 0.5)]
    assert worst("binary_classification_metrics", (1, "0.2"), (0, "0.1")) == [(1, 0.8), (2, 0.1)]
    assert worst("multiclass_classification_metrics", (2, "0.1,0.2,0.7"), (0, "0.3,0.3,0.4")) == [(2, 0.7), (1, 0.3)]
    assert worst("multiclass_classification_metrics", (2, "1"), (1, "1"), (7, "0.5,0.5")) == [(1, 1.0), (3, 1.0)]


def test_a_header_and_blank_lines_are_no_rows() -> None:
    lines = [b"quality,acid", b"5,0.7", b"", b"6,,1", b"7,0.1"]
    assert worst_rows.texts_of(lines, {2, 3}) == {2: "6,,1", 3: "7,0.1"}
    assert worst_rows.texts_of(lines[1:], {1}) == {1: "5,0.7"}
