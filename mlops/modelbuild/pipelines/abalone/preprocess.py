"""The job of the step Process: a table in the schema of UCI's Abalone becomes three sets of numbers, rings first.

Runs in SageMaker's XGBoost image; needs numpy. The measures are scaled by what the training set alone says.
"""

import csv
from pathlib import Path

import numpy as np

BASE = Path("/opt/ml/processing")
SEXES = ("M", "F", "I")
SHARES = (0.7, 0.85)
SEED = 1994


def read(file):
    """Rings, and the features: seven measures, then a column for each sex. A header line is passed over."""
    with file.open(newline="") as lines:
        rows = [[cell.strip() for cell in row] for row in csv.reader(lines) if row]
    if not rows[0][-1].replace(".", "").isdigit():
        rows = rows[1:]
    measures = np.array([row[1:8] for row in rows], dtype=float)
    sexes = np.array([[row[0] == sex for sex in SEXES] for row in rows], dtype=float)
    return np.array([row[8] for row in rows], dtype=float), measures, sexes


def write(name, rings, features):
    """One set as the algorithm reads it: no header."""
    folder = BASE / name
    folder.mkdir(parents=True, exist_ok=True)
    np.savetxt(str(folder / (name + ".csv")), np.column_stack([rings, features]), delimiter=",", fmt="%g")
    print(name, len(rings), "rows", features.shape[1], "features")


def main():
    (file,) = [path for path in (BASE / "input").iterdir() if path.is_file()]
    rings, measures, sexes = read(file)
    order = np.random.RandomState(SEED).permutation(len(rings))
    parts = np.split(order, [int(share * len(order)) for share in SHARES])
    mean, deviation = measures[parts[0]].mean(axis=0), measures[parts[0]].std(axis=0)
    features = np.column_stack([(measures - mean) / deviation, sexes])
    for number, name in enumerate(("train", "validation", "test")):
        write(name, rings[parts[number]], features[parts[number]])


if __name__ == "__main__":
    main()
