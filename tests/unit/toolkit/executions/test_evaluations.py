"""The report of a test of the model as a value."""

from rehearsal.toolkit.executions.evaluations import Bound, evaluation_of


def test_labels_and_predictions_of_a_regression_are_pairs_and_the_gate_is_kept() -> None:
    found = evaluation_of(
        {
            "rows": 2,
            "metrics": {"rmse": 0.5},
            "gate": [{"metric": "rmse", "value": 0.5, "bound": "at most 0.75", "is_held": True, "note": ""}],
            "predictions": [{"label": 5.0, "prediction": "5.5"}, {"label": 1, "prediction": [0.2, 0.8]}, {"label": 1}],
            "data": {"bucket": "b", "key": "k", "version_id": "v"},
        }
    )
    assert found.pairs == ((5.0, 5.5),)
    assert found.gate == (Bound("rmse", 0.5, "at most 0.75", True),)
    assert found.data == "s3://b/k version v"


def test_classes_have_a_matrix_of_all_rows_and_slices_their_own_metrics() -> None:
    group = "binary_classification_metrics"
    matrix = {"0": {"0": 3, "1": 1}, "1": {"0": 0, "1": 2}}
    red = {"rows": 2, group: {"auc": {"value": 0.5, "standard_deviation": "NaN"}, "confusion_matrix": {}}}
    found = evaluation_of(
        {
            "rows": 6,
            "metrics": {"auc": 0.9},
            group: {"auc": {"value": 0.9}, "confusion_matrix": matrix, "cutoff": 0.4},
            "slices": {"red": red, "empty": {"rows": 0, group: {}}},
            "predictions": [{"label": 1.0, "prediction": "0.8"}],
        }
    )
    assert (found.kind, found.confusion, found.cutoff) == ("binary", matrix, 0.4)
    assert [(each.name, each.rows, each.metrics) for each in found.slices] == [
        ("red", 2, {"auc": 0.5}),
        ("empty", 0, {}),
    ]
    assert (found.answers, found.pairs) == (((1.0, "0.8"),), ((1.0, 0.8),))
