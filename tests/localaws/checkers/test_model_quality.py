"""Model quality: metrics as the pipeline's own evaluation has them, constraints and violations."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from pipeline_job.evaluation.binary import Binary
from pipeline_job.evaluation.multiclass import Multiclass
from pipeline_job.evaluation.regression import Regression
from rehearsal.localaws.checkers.container import CheckFailed
from rehearsal.localaws.checkers.data.batches import numbered
from rehearsal.localaws.checkers.monitor.attributes import Attributes
from rehearsal.localaws.checkers.monitor.model_quality import check

PAIRS = st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=60)
SCORED = st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=1, max_size=60)
CLASSES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60)


def metrics(problem: str, rows: list[Any], constraints: Any = None, **attributes: str) -> dict[str, Any]:
    told = {"ground_truth_attribute": "0", **attributes}
    texts = [[str(cell) for cell in row] for row in rows]
    result = check([numbered(texts)], problem, Attributes.read(told), constraints)
    return next(value for name, value in result.statistics.items() if name.endswith("_metrics"))


def values(found: dict[str, Any]) -> dict[str, float]:
    return {name: float(told["value"]) for name, told in found.items() if "value" in told}


def same(one: float, other: float) -> bool:
    return (math.isnan(one) and math.isnan(other)) or one == pytest.approx(other, rel=1e-9, abs=1e-9)


def evaluated(kind: Any, labels: list[float], answers: list[Any]) -> dict[str, float]:
    kind.add(labels, [str(answer).encode() for answer in answers])
    return kind.metrics()


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_a_regression_is_measured_as_by_evaluate_model(pairs) -> None:
    found = values(metrics("Regression", pairs, inference_attribute="1"))
    other = evaluated(Regression(), [label for label, _ in pairs], [answer for _, answer in pairs])
    spread = float(np.ptp([label for label, _ in pairs]))
    for name in ("mae", "mse", "rmse", *(["r2"] if spread > 1e-3 else [])):
        assert same(found[name], other[name]), name


@settings(max_examples=60, deadline=None)
@given(SCORED)
def test_two_classes_are_measured_as_by_evaluate_model(scored) -> None:
    found = values(metrics("BinaryClassification", scored, probability_attribute="1"))
    other = evaluated(Binary(0.5, is_raw=False), [label for label, _ in scored], [score for _, score in scored])
    for name in ("accuracy", "precision", "recall", "f1", "auc"):
        assert same(found[name], other[name]), name


@settings(max_examples=60, deadline=None)
@given(CLASSES)
def test_several_classes_are_measured_as_by_evaluate_model(pairs) -> None:
    found = values(metrics("MulticlassClassification", pairs, inference_attribute="1"))
    other = evaluated(Multiclass(), [float(label) for label, _ in pairs], [answer for _, answer in pairs])
    assert same(found["accuracy"], other["accuracy"])
    for name in ("precision", "recall", "f1"):
        assert same(found[f"weighted_{name}"], other[f"{name}_weighted"]), name


@settings(max_examples=40, deadline=None)
@given(CLASSES)
def test_f_measures_are_those_of_scikit_learn(pairs) -> None:
    found = values(metrics("MulticlassClassification", pairs, inference_attribute="1"))
    labels, answers = zip(*pairs, strict=True)
    for name, beta in (("f0_5", 0.5), ("f2", 2.0)):
        exact = sklearn_metrics.fbeta_score(labels, answers, beta=beta, average="weighted", zero_division=0)
        assert same(found[f"weighted_{name}"], exact), name


def test_the_documented_example_of_two_classes() -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html"""
    found = metrics("BinaryClassification", [(0, 0), (0, 1), (0, 1), (1, 1)], inference_attribute="1")
    assert found["confusion_matrix"] == {"0": {"0": 1, "1": 2}, "1": {"0": 0, "1": 1}}
    told = values(found)
    assert told.pop("f0_5") == pytest.approx(0.3846153846153846)
    assert told.pop("f0_5_best_constant_classifier") == pytest.approx(0.29411764705882354)
    assert {name: round(value, 6) for name, value in told.items()} == {
        "recall": 1.0,
        "precision": 0.333333,
        "accuracy": 0.5,
        "f1": 0.5,
        "f2": 0.714286,
        "recall_best_constant_classifier": 1.0,
        "precision_best_constant_classifier": 0.25,
        "accuracy_best_constant_classifier": 0.25,
        "f1_best_constant_classifier": 0.4,
        "f2_best_constant_classifier": 0.625,
        "true_positive_rate": 1.0,
        "true_negative_rate": 0.333333,
        "false_positive_rate": 0.666667,
        "false_negative_rate": 0.0,
    }
    assert found["recall"]["standard_deviation"] == "NaN"  # of fewer than 200 rows


def test_the_documented_example_of_several_classes() -> None:
    pairs = [(0, 0)] * 1180 + [(0, 1)] * 510 + [(1, 0)] * 268 + [(1, 1)] * 138
    found = metrics("MulticlassClassification", pairs, inference_attribute="1")
    told = values(found)
    documented = {
        "accuracy": 0.6288167938931297,
        "weighted_recall": 0.6288167938931297,
        "weighted_precision": 0.6983172269629505,
        "weighted_f0_5": 0.6803947317178771,
        "weighted_f1": 0.6571162346664904,
        "weighted_f2": 0.6384024354394601,
        "accuracy_best_constant_classifier": 0.19370229007633588,
        "weighted_recall_best_constant_classifier": 0.19370229007633588,
        "weighted_precision_best_constant_classifier": 0.03752057718081697,
        "weighted_f0_5_best_constant_classifier": 0.04473443104152011,
        "weighted_f1_best_constant_classifier": 0.06286421244683643,
        "weighted_f2_best_constant_classifier": 0.10570313141262414,
    }
    assert told == pytest.approx(documented, rel=1e-9)
    assert 0 < found["accuracy"]["standard_deviation"] < 0.02


def test_curves_and_area_need_probabilities() -> None:
    rows = [(0, 0.1), (0, 0.4), (1, 0.35), (1, 0.8)]
    found = metrics("BinaryClassification", rows, probability_attribute="1")
    assert found["auc"]["value"] == 0.75
    assert found["receiver_operating_characteristic_curve"] == {
        "false_positive_rates": [0.0, 0.0, 0.5, 0.5, 1.0],
        "true_positive_rates": [0.0, 0.5, 0.5, 1.0, 1.0],
    }
    assert found["precision_recall_curve"]["recalls"] == [0.0, 0.5, 0.5, 1.0, 1.0]
    assert "auc" not in metrics("BinaryClassification", [(0, 0), (1, 1)], inference_attribute="1")


def test_a_worse_model_violates_the_baselines_constraints() -> None:
    attributes = Attributes.read({"ground_truth_attribute": "0", "inference_attribute": "1"})
    good = [[str(number), str(number + 0.5)] for number in range(20)]
    bad = [[str(number), str(number + 2)] for number in range(20)]
    before = check([numbered(good)], "Regression", attributes, None)
    assert before.constraints["regression_constraints"]["mae"] == {
        "threshold": 0.5,
        "comparison_operator": "GreaterThanThreshold",
    }
    assert check([numbered(good)], "Regression", attributes, before.constraints).violations == []
    found = check([numbered(bad)], "Regression", attributes, before.constraints).violations
    assert [(each["metric_name"], each["constraint_check_type"]) for each in found or []] == [
        ("mae", "GreaterThanThreshold"),
        ("mse", "GreaterThanThreshold"),
        ("rmse", "GreaterThanThreshold"),
        ("r2", "LessThanThreshold"),
    ]
    assert found is not None and found[0]["description"] == "Metric mae with 2.0 +/- NaN was GreaterThanThreshold '0.5'"


@pytest.mark.parametrize(
    ("problem", "rows", "attributes", "told"),
    [
        ("Ranking", [(1, 1)], {"inference_attribute": "1"}, "problem_type 'Ranking'"),
        ("Regression", [(1, "x")], {"inference_attribute": "1"}, "could not convert string to float: 'x'"),
        ("Regression", [(1, 1)], {"inference_attribute": "score"}, "no such column, only _c0, _c1"),
        ("Regression", [(1, 1)], {}, "Give inference_attribute"),
        ("BinaryClassification", [(2, 1)], {"inference_attribute": "1"}, "needs each label to be 0 or 1; there is 2"),
    ],
)
def test_rows_that_do_not_fit_the_problem_are_refused(problem, rows, attributes, told) -> None:
    with pytest.raises(CheckFailed, match=told):
        metrics(problem, rows, **attributes)
