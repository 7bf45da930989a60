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
