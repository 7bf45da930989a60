"""Data quality: statistics, suggested constraints and violations."""

import csv
import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehearsal.localaws.checkers.container import CheckFailed
from rehearsal.localaws.checkers.data.batches import numbered
from rehearsal.localaws.checkers.monitor.data_quality import check
from tests.localaws.checkers import wines


def features(result) -> dict[str, dict]:
    return {feature["name"]: feature for feature in result.statistics["features"]}


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(-1e9, 1e9, allow_subnormal=False) | st.none(), min_size=1, max_size=300),
    st.integers(1, 40),
)
def test_statistics_equal_those_of_numpy(cells, size) -> None:
    rows = [["" if cell is None else repr(cell)] for cell in cells]
    taken = (numbered(rows[start : start + size], ["x"]) for start in range(0, len(rows), size))
    told = features(check(taken, None, None))["x"]
    numbers = np.array([cell for cell in cells if cell is not None])
    if not len(numbers):
        assert told["inferred_type"] == "Unknown"
        return
    found = told["numerical_statistics"]
    assert found["common"] == {"num_present": len(numbers), "num_missing": len(cells) - len(numbers)}
    scale = max(1.0, float(np.abs(numbers).max()))
    for name, exact in (
        ("mean", numbers.mean()),
        ("std_dev", numbers.std()),
        ("min", numbers.min()),
        ("max", numbers.max()),
    ):
        assert found[name] == pytest.approx(exact, rel=1e-9, abs=1e-9 * scale), name
    assert found["sum"] == pytest.approx(numbers.sum(), rel=1e-9, abs=1e-9 * scale * len(numbers))
    assert sum(bucket["count"] for bucket in found["distribution"]["kll"]["buckets"]) == len(numbers)


def test_the_files_have_the_layout_that_aws_documents() -> None:
    rows = [["1", "2.5", "red"], ["2", "", "blue"], ["3", "7", "red"], ["4", "1", "blue"]]
    result = check([numbered(rows, ["id", "size", "colour"])], None, None)
    assert json.loads(json.dumps(result.statistics)) == result.statistics
    told = features(result)
    assert result.statistics["version"] == 0.0
    assert result.statistics["dataset"] == {"item_count": 4}
    assert [told[name]["inferred_type"] for name in ("id", "size", "colour")] == ["Integral", "Fractional", "String"]
    kll = told["size"]["numerical_statistics"]["distribution"]["kll"]
    assert kll["sketch"] == {"parameters": {"c": 0.64, "k": 2048.0}, "data": [[2.5, 7.0, 1.0]]}
    assert len(kll["buckets"]) == 10
    assert kll["buckets"][0] == {"lower_bound": 1.0, "upper_bound": 1.6, "count": 1.0}
    assert kll["buckets"][-1]["count"] == 1.0
    assert told["colour"]["string_statistics"] == {
        "common": {"num_present": 4, "num_missing": 0},
        "distinct_count": 2.0,
        "distribution": {"categorical": {"buckets": [{"value": "red", "count": 2}, {"value": "blue", "count": 2}]}},
    }
    assert result.constraints["features"] == [
        {"name": "id", "inferred_type": "Integral", "completeness": 1.0, "num_constraints": {"is_non_negative": True}},
        {
            "name": "size",
            "inferred_type": "Fractional",
            "completeness": 0.75,
            "num_constraints": {"is_non_negative": True},
        },
        {
            "name": "colour",
            "inferred_type": "String",
            "completeness": 1.0,
            "string_constraints": {"domains": ["blue", "red"]},
        },
    ]
    assert result.constraints["monitoring_config"]["distribution_constraints"]["comparison_threshold"] == 0.1


def test_undrifted_samples_of_the_workshops_data_hold() -> None:
    assert wines.false_alarms(range(20), 320) == 0


@pytest.mark.full
def test_fewer_than_one_in_a_hundred_undrifted_samples_alarm() -> None:
    alarms = {size: wines.false_alarms(range(1_000), size) for size in (320, 160, 50)}
    print(f"of 1,000 undrifted samples of each size, with violations: {alarms}")
    assert max(alarms.values()) < 10


@pytest.mark.parametrize("size", [160, 320])
def test_drift_is_named_by_feature_and_check(size) -> None:
    sample, others = wines.split(wines.all_rows(), 7, size)
    alcohol = wines.NAMES.index("alcohol")
    drifted = [[*row[:alcohol], f"{float(row[alcohol]) + 2:.1f}"] for row in sample]
    found = wines.violations(drifted, wines.baseline(others))
    assert [(each["feature_name"], each["constraint_check_type"]) for each in found or []] == [
        ("alcohol", "baseline_drift_check")
    ]
    assert "exceeds threshold: 0.1" in found[0]["description"]


def changed(change) -> list[tuple[str, str]]:
    """What is violated by a changed copy of the baseline's own rows."""
    rows = [[str(number), f"{number / 7:.3f}", "red" if number % 2 else "blue"] for number in range(1, 201)]
    before = check([numbered(rows, ["id", "size", "colour"])], None, None)
    after = check([change(rows)], before.constraints, before.statistics)
    return [(each["feature_name"], each["constraint_check_type"]) for each in after.violations or []]


NAMES = ["id", "size", "colour"]


@pytest.mark.parametrize(
    ("change", "violated"),
    [
        (lambda rows: numbered(rows, NAMES), []),
        (lambda rows: numbered(rows), []),  # columns without names are those of the baseline, one after another
        (lambda rows: numbered([[f"{row[0]}.0", *row[1:]] for row in rows], NAMES), [("id", "data_type_check")]),
        (lambda rows: numbered([["", *rows[0][1:]], *rows[1:]], NAMES), [("id", "completeness_check")]),
        (lambda rows: numbered([row[:2] for row in rows], NAMES[:2]), [("Missing columns", "missing_column_check")]),
        (lambda rows: numbered([[*row, "1"] for row in rows], NAMES), [("Extra columns", "extra_column_check")]),
        (lambda rows: numbered([row[:2] for row in rows]), [("Missing columns", "missing_column_check")]),
        (lambda rows: numbered([[*rows[0][:2], "green"], *rows[1:]], NAMES), [("colour", "categorical_values_check")]),
        (lambda rows: numbered([[*row[:2], "red"] for row in rows], NAMES), [("colour", "baseline_drift_check")]),
        (lambda rows: numbered(rows[150:], NAMES), [("id", "baseline_drift_check"), ("size", "baseline_drift_check")]),
    ],
)
def test_each_check_is_reported_and_no_other(change, violated) -> None:
    assert changed(change) == violated


def test_thresholds_methods_and_overrides_of_the_constraints_count() -> None:
    rows = [[str(number)] for number in range(100)]
    before = check([numbered(rows, ["x"])], None, None)
    shifted = [numbered([[str(number + 15)] for number in range(100)], ["x"])]

    def count(**distribution) -> int:
        config = {"distribution_constraints": distribution}
        return len(
            check(shifted, {**before.constraints, "monitoring_config": config}, before.statistics).violations or []
        )

    assert count() == 0  # 0.15 apart, and two samples of 100 differ by that now and then
    assert count(comparison_method="Simple") == 1
    assert count(comparison_method="Simple", comparison_threshold=0.2) == 0
    assert count(comparison_method="Simple", perform_comparison="Disabled") == 0
    own = {"distribution_constraints": {"comparison_threshold": 0.2}}
    feature = {**before.constraints["features"][0], "monitoringConfigOverrides": own}
    simple = {"distribution_constraints": {"comparison_method": "Simple"}}
    constraints = {**before.constraints, "features": [feature], "monitoring_config": simple}
    assert check(shifted, constraints, before.statistics).violations == []
    with pytest.raises(CheckFailed, match="ChiSquared"):
        count(categorical_drift_method="ChiSquared")


def test_a_column_of_many_texts_is_told_without_listing_them() -> None:
    rows = [[f"text {number}"] for number in range(30_000)]
    taken = [numbered(rows[start : start + 20_000], ["x"]) for start in range(0, 30_000, 20_000)]
    result = check(taken, None, None)
    told = features(result)["x"]["string_statistics"]
    assert told["distinct_count"] == pytest.approx(30_000, rel=0.06)
    assert "distribution" not in told
    assert "string_constraints" not in result.constraints["features"][0]


def test_numbers_with_line_ends_and_beyond_floats_are_read_without_an_error() -> None:
    rows = list(csv.reader(io.StringIO('"1\n2",1e999\n5,7\n')))
    told = features(check([numbered(rows, ["x", "y"])], None, None))
    assert told["x"]["inferred_type"] == "String"
    assert told["y"]["numerical_statistics"]["mean"] == 7.0


def test_a_data_set_without_rows_is_refused() -> None:
    with pytest.raises(CheckFailed, match="no rows"):
        check([], None, None)
