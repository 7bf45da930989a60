"""The job of the step Preprocess: the census table as UCI publishes it becomes three sets of plain numbers, label
first.

Runs in SageMaker's scikit-learn image (pandas from 1.1, scikit-learn from 1.2). A table with or without a header line
is read. What is filled in and how texts become numbers is learnt from the training set alone.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

BASE = Path("/opt/ml/processing")
NUMBERS = ["age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week"]
TEXTS = ["workclass", "education", "marital-status", "occupation", "relationship", "race", "sex", "native-country"]
LABEL = "income"
COLUMNS = [
    "age",
    "workclass",
    "fnlwgt",
    "education",
    "education-num",
    "marital-status",
    "occupation",
    "relationship",
    "race",
    "sex",
    "capital-gain",
    "capital-loss",
    "hours-per-week",
    "native-country",
    LABEL,
]


def read(file):
    """The table; ``?`` is a missing value."""
    table = pd.read_csv(file, names=COLUMNS, skipinitialspace=True, na_values=["?"])
    if str(table["age"].iloc[0]) == "age":  # a header, read as a row
        table = table.iloc[1:]
    table = table.dropna(subset=[LABEL])
    for name in NUMBERS:
        table[name] = pd.to_numeric(table[name])
    labels = table[LABEL].str.rstrip(".")  # the published test set writes ">50K."
    known = labels.isin(["<=50K", ">50K"])
    if not known.all():
        raise ValueError(f"the last column holds {labels[~known].iloc[0]!r}; <=50K and >50K are expected")
    return table, (labels == ">50K").astype(int).to_numpy()


def encoder():
    """Numbers: the median where one is missing. Texts: the most frequent, then a column for each value."""
    texts = Pipeline(
        [
            ("fill", SimpleImputer(strategy="most_frequent")),
            ("encode", OneHotEncoder(handle_unknown="ignore")),
        ]
    )
    return ColumnTransformer(
        [("numbers", SimpleImputer(strategy="median"), NUMBERS), ("texts", texts, TEXTS)], sparse_threshold=0
    )


def write(name, labels, features):
    """One set as the algorithm reads it: label first, no header."""
    folder = BASE / name
    folder.mkdir(parents=True, exist_ok=True)
    np.savetxt(folder / f"{name}.csv", np.column_stack([labels, features]), delimiter=",", fmt="%g")
    print(f"{name}: {len(labels)} rows, {features.shape[1]} features")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1994)
    seed = parser.parse_args().seed
    files = sorted(path for path in (BASE / "input").iterdir() if path.is_file())
    table, labels = read(files[0])
    train, rest, train_labels, rest_labels = train_test_split(
        table, labels, test_size=0.3, stratify=labels, random_state=seed
    )
    validation, test, validation_labels, test_labels = train_test_split(
        rest, rest_labels, test_size=0.5, stratify=rest_labels, random_state=seed
    )
    learnt = encoder().fit(train)
    for name, part, its_labels in (
        ("train", train, train_labels),
        ("validation", validation, validation_labels),
        ("test", test, test_labels),
    ):
        write(name, its_labels, learnt.transform(part))


if __name__ == "__main__":
    main()
