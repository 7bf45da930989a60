"""The job of the step Evaluate: the trained classifier on the test set.

``evaluation.json`` has the layout of SageMaker's model metrics. Runs in SageMaker's XGBoost image.
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


def area_under_curve(labels, chances):
    """How often one who left is ranked before one who stayed; equal chances count half."""
    left, stayed = chances[labels == 1], chances[labels == 0]
    before = (left[:, None] > stayed[None, :]).mean()
    return before + 0.5 * (left[:, None] == stayed[None, :]).mean()


def main():
    rows = np.loadtxt(str(BASE / "test" / "test.csv"), delimiter=",", ndmin=2)
    labels, chances = rows[:, 0], model().predict(xgboost.DMatrix(rows[:, 1:]))
    found = {
        "accuracy": float(((chances > 0.5) == labels).mean()),
        "auc": float(area_under_curve(labels, chances)),
        "share_that_left": float(labels.mean()),
    }
    report = {
        "binary_classification_metrics": {
            name: {"value": value, "standard_deviation": "NaN"} for name, value in found.items()
        }
    }
    folder = BASE / "evaluation"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "evaluation.json").write_text(json.dumps(report, indent=2))
    print(json.dumps(report))


if __name__ == "__main__":
    main()
