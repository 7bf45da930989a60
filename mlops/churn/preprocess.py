"""The job of the step Process: the churn table becomes three sets of numbers, first whether the customer left.

Runs in SageMaker's XGBoost image; needs numpy. Phone says nothing, and charges say what minutes say: they are left out.
Texts become a column for each of their values.
"""

import csv
from pathlib import Path

import numpy as np

BASE = Path("/opt/ml/processing")
LABEL = "Churn?"
LEFT_OUT = {"Phone", "Day Charge", "Eve Charge", "Night Charge", "Intl Charge"}
TEXTS = ("State", "Area Code", "Int'l Plan", "VMail Plan")
SHARES = (0.7, 0.85)
SEED = 1729


def read(file):
    """Whether each customer left, and the features."""
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    numbers = [name for name in rows[0] if name not in LEFT_OUT and name not in TEXTS and name != LABEL]
    columns = [[float(row[name]) for row in rows] for name in numbers]
    for name in TEXTS:
        for value in sorted({row[name] for row in rows}):
            columns.append([float(row[name] == value) for row in rows])
    return np.array([row[LABEL].startswith("True") for row in rows], dtype=float), np.array(columns).T


def write(name, labels, features):
    """One set as the algorithm reads it: no header."""
    folder = BASE / name
    folder.mkdir(parents=True, exist_ok=True)
    np.savetxt(str(folder / (name + ".csv")), np.column_stack([labels, features]), delimiter=",", fmt="%g")
    print(name, len(labels), "rows", features.shape[1], "features")


def main():
    (file,) = [path for path in (BASE / "input").iterdir() if path.is_file()]
    labels, features = read(file)
    order = np.random.RandomState(SEED).permutation(len(labels))
    parts = np.split(order, [int(share * len(order)) for share in SHARES])
    for number, name in enumerate(("train", "validation", "test")):
        write(name, labels[parts[number]], features[parts[number]])


if __name__ == "__main__":
    main()
