"""The job of the step Evaluate: the trained model on the test set.

``evaluation.json`` has the layout of SageMaker's model metrics.

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


def main():
    rows = np.loadtxt(str(BASE / "test" / "test.csv"), delimiter=",", ndmin=2)
    errors = model().predict(xgboost.DMatrix(rows[:, 1:])) - rows[:, 0]
    metrics = {"mse": errors**2, "mae": np.abs(errors)}
    report = {
        "regression_metrics": {
            name: {"value": float(each.mean()), "standard_deviation": float(each.std())}
            for name, each in metrics.items()
        }
    }
    folder = BASE / "evaluation"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "evaluation.json").write_text(json.dumps(report, indent=2))
    print(json.dumps(report))


if __name__ == "__main__":
    main()
