#!/usr/bin/env python3
"""The image's program ``train``: a forest of scikit-learn on the channels that SageMaker mounts.

A container has everything below /opt/ml; SAGEMAKER_BASE_DIR names another place where it is not a container. The first
column is the label. The hyperparameters are those that the workshop's TrainModel sends: ``num_round`` trees of
``max_depth``, grown from ``seed``.
"""

import json
import os
from pathlib import Path

import joblib
import numpy as np
from sklearn.ensemble import RandomForestRegressor

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))


def rows(channel):
    """All CSV files of a channel; None where there is no such channel."""
    folder = BASE / "input" / "data" / channel
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    return np.vstack([np.loadtxt(path, delimiter=",", ndmin=2) for path in files]) if files else None


def forest(told):
    """The model before its training, by the job's hyperparameters, which are texts."""
    return RandomForestRegressor(
        n_estimators=int(told.get("num_round", "100")),
        max_depth=int(told.get("max_depth", "0")) or None,
        random_state=int(told.get("seed", "0")),
        n_jobs=1,
    )


def rmse(model, table):
    return float(np.sqrt(((model.predict(table[:, 1:]) - table[:, 0]) ** 2).mean()))


def main():
    told = json.loads((BASE / "input" / "config" / "hyperparameters.json").read_text())
    train, validation = rows("train"), rows("validation")
    model = forest(told).fit(train[:, 1:], train[:, 0])
    print(f"{len(train)} rows, train:rmse {rmse(model, train):.4f}")
    if validation is not None:
        print(f"{len(validation)} rows, validation:rmse {rmse(model, validation):.4f}")
    folder = BASE / "model"
    folder.mkdir(parents=True, exist_ok=True)
    joblib.dump(model, folder / "model.joblib")


if __name__ == "__main__":
    main()
