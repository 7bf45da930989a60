"""The job of the step Evaluate: the trained model on the test set; ``evaluation.json`` in the layout of SageMaker's
model metrics.

Runs in SageMaker's XGBoost image; needs xgboost and numpy.
"""

import json
import tarfile
from pathlib import Path

import numpy as np
import xgboost

BASE = Path("/opt/ml/processing")


def model():
    """The booster inside ``model.tar.gz``."""
    with tarfile.open(str(BASE / "model" / "model.tar.gz")) as archive:
        content = archive.extractfile("xgboost-model").read()
    booster = xgboost.Booster()
    booster.load_model(bytearray(content))
    return booster


def auc(labels, scores):
    """The area under the ROC curve: how often a positive row has the higher score; equal scores count half."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2.0)[inverse]
    positives = int(labels.sum())
    negatives = len(labels) - positives
    return (ranks[labels == 1].sum() - positives * (positives + 1) / 2.0) / (positives * negatives)


def metrics(labels, scores):
    """Metrics of a binary classifier; a row is positive from a score of 0.5 on."""
    predicted = (scores >= 0.5).astype(int)
    table = {
        str(actual): {str(said): int(((labels == actual) & (predicted == said)).sum()) for said in (0, 1)}
        for actual in (0, 1)
    }
    hits, said, actual = table["1"]["1"], int(predicted.sum()), int(labels.sum())
    found = {
        "accuracy": float((predicted == labels).mean()),
        "auc": float(auc(labels, scores)),
        "precision": hits / said if said else 0.0,
        "recall": hits / actual if actual else 0.0,
    }
    return {"confusion_matrix": table, **{name: _value(value) for name, value in found.items()}}


def _value(value):
    return {"value": value, "standard_deviation": "NaN"}


def main():
    rows = np.loadtxt(str(BASE / "test" / "test.csv"), delimiter=",", ndmin=2)
    labels = rows[:, 0].astype(int)
    scores = model().predict(xgboost.DMatrix(rows[:, 1:]))
    report = {"binary_classification_metrics": metrics(labels, scores)}
    folder = BASE / "evaluation"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "evaluation.json").write_text(json.dumps(report, indent=2))
    print(json.dumps(report))


if __name__ == "__main__":
    main()
