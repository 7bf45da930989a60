"""The job of the step Process: the table as UCI publishes it becomes three sets of numbers, rings first.

Runs in SageMaker's scikit-learn image (pandas from 1.1, scikit-learn from 1.2). What is filled in and how measures are
scaled is learnt from the training set alone.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

BASE = Path("/opt/ml/processing")
MEASURES = ["length", "diameter", "height", "whole", "shucked", "viscera", "shell"]
COLUMNS = ["sex", *MEASURES, "rings"]


def read(file):
    """The table, with or without a header line."""
    table = pd.read_csv(file, names=COLUMNS, skipinitialspace=True)
    if str(table["rings"].iloc[0]).lower() == "rings":
        table = table.iloc[1:]
    for name in [*MEASURES, "rings"]:
        table[name] = pd.to_numeric(table[name])
    return table


def encoder():
    """Measures: the median where one is missing, then scaled. Sex: a column for each value."""
    measures = Pipeline([("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    sex = Pipeline(
        [("fill", SimpleImputer(strategy="most_frequent")), ("encode", OneHotEncoder(handle_unknown="ignore"))]
    )
    return ColumnTransformer([("measures", measures, MEASURES), ("sex", sex, ["sex"])], sparse_threshold=0)


def write(name, rings, features):
    """One set as the algorithm reads it: rings first, no header."""
    folder = BASE / name
    folder.mkdir(parents=True, exist_ok=True)
    np.savetxt(folder / f"{name}.csv", np.column_stack([rings, features]), delimiter=",", fmt="%g")
    print(f"{name}: {len(rings)} rows, {features.shape[1]} features")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1994)
    seed = parser.parse_args().seed
    files = sorted(path for path in (BASE / "input").iterdir() if path.is_file())
    train, rest = train_test_split(read(files[0]), test_size=0.3, random_state=seed)
    validation, test = train_test_split(rest, test_size=0.5, random_state=seed)
    learnt = encoder().fit(train)
    for name, part in (("train", train), ("validation", validation), ("test", test)):
        write(name, part["rings"].to_numpy(), learnt.transform(part))


if __name__ == "__main__":
    main()
