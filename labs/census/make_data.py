"""Synthetic people in the schema of UCI's Adult data set (Becker and Kohavi, 1996). No row is a real person.

Each column has the values that the data set documents, with shares near the published ones. Who earns more than 50,000
dollars follows education, age, hours, marriage, occupation and capital gains, with noise; some workclasses, occupations
and countries are unknown (``?``), as in the original. The rows depend on the seed alone. Needs numpy: ``python
labs/census/make_data.py -o FILE``.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Texts = NDArray[np.str_]

ROWS, SEED = 2400, 1994
EDUCATION = {
    "Preschool": (1, 0.2),
    "5th-6th": (3, 1.0),
    "7th-8th": (4, 2.0),
    "9th": (5, 1.6),
    "10th": (6, 2.9),
    "11th": (7, 3.6),
    "HS-grad": (9, 33.5),
    "Some-college": (10, 22.4),
    "Assoc-voc": (11, 4.2),
    "Assoc-acdm": (12, 3.3),
    "Bachelors": (13, 16.4),
    "Masters": (14, 5.3),
    "Prof-school": (15, 1.8),
    "Doctorate": (16, 1.8),
}
"""By level: its number, and the share of people in percent; two of the lowest levels are left out."""
WORKCLASS = {
    "Private": 73.0,
    "Self-emp-not-inc": 8.0,
    "Local-gov": 6.5,
    "State-gov": 4.0,
    "Self-emp-inc": 3.5,
    "Federal-gov": 3.0,
    "Without-pay": 0.1,
}
OCCUPATION = {
    "Prof-specialty": (4.5, 13.5),
    "Exec-managerial": (4.0, 13.2),
    "Tech-support": (2.0, 3.0),
    "Protective-serv": (1.5, 2.1),
    "Sales": (1.0, 12.0),
    "Craft-repair": (0.5, 13.3),
    "Adm-clerical": (0.0, 12.3),
    "Transport-moving": (0.0, 5.2),
    "Machine-op-inspct": (-0.5, 6.5),
    "Farming-fishing": (-1.0, 3.2),
    "Handlers-cleaners": (-1.5, 4.5),
    "Other-service": (-2.0, 10.8),
    "Priv-house-serv": (-3.0, 0.5),
}
"""By occupation: how much schooling draws people to it, and its share in percent."""
COUNTRY = {
    "United-States": 91.5,
    "Mexico": 2.0,
    "Philippines": 0.6,
    "Germany": 0.5,
    "Canada": 0.4,
    "India": 0.4,
    "Cuba": 0.3,
}
RACE = {"White": 85.4, "Black": 9.6, "Asian-Pac-Islander": 3.2, "Amer-Indian-Eskimo": 1.0, "Other": 0.8}
UNKNOWN = "?"


def make(rows: int = ROWS, seed: int = SEED) -> list[list[str]]:
    """``rows`` people, each with the 14 features and the label in the order of the original file."""
    random = np.random.default_rng(seed)
    age = np.clip(17 + random.gamma(2.4, 9.0, rows), 17, 90).round()
    education = _pick(random, {name: share for name, (_, share) in EDUCATION.items()}, rows)
    schooling = np.array([EDUCATION[each][0] for each in education], dtype=float)
    sex = np.where(random.random(rows) < 0.67, "Male", "Female")
    married = random.random(rows) < _chance((age - 31) / 6) * np.where(sex == "Male", 0.72, 0.30)
    occupation = _occupations(random, schooling)
    workclass = _pick(random, WORKCLASS, rows)
    hours = np.clip(random.normal(40 + 0.4 * (schooling - 10), 9, rows), 1, 99).round()
    gain = np.where(random.random(rows) < 0.04 + 0.012 * np.maximum(schooling - 9, 0), _gains(random, rows), 0.0)
    loss = np.where((gain == 0) & (random.random(rows) < 0.05), random.choice([1485, 1672, 1902, 1977], rows), 0.0)
    draw = np.array([OCCUPATION[each][0] for each in occupation])
    leaning = -5.1 + 0.36 * (schooling - 9) + 2.5 * married + 0.05 * (hours - 40) + 0.22 * draw
    leaning += 1.5 * np.tanh((age - 32) / 12) + np.where(gain > 5000, 6.0, 0.0) + 0.0004 * loss
    rich = random.random(rows) < _chance(1.25 * leaning + 1.1)
    columns = [
        _whole(age),
        _with_unknown(random, workclass, 0.056),
        _whole(np.exp(random.normal(12.05, 0.5, rows))),
        education,
        _whole(schooling),
        _marital(random, married, age),
        _with_unknown(random, occupation, 0.057),
        _relationship(random, married, sex, age),
        _pick(random, RACE, rows),
        sex,
        _whole(gain),
        _whole(loss),
        _whole(hours),
        _with_unknown(random, _pick(random, COUNTRY, rows), 0.018),
        np.where(rich, ">50K", "<=50K"),
    ]
    return [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _pick(random: np.random.Generator, shares: dict[str, float], rows: int) -> Texts:
    """Names drawn by their shares, in whatever unit."""
    weights = np.array(list(shares.values()))
    return random.choice(list(shares), rows, p=weights / weights.sum())


def _chance(leaning: Floats) -> Floats:
    return 1 / (1 + np.exp(-leaning))


def _occupations(random: np.random.Generator, schooling: Floats) -> Texts:
    """The Gumbel trick: each person takes the occupation of the greatest leaning, and leanings follow shares and
    schooling."""
    draws, shares = np.array(list(OCCUPATION.values())).T
    leanings = np.log(shares) + 0.11 * np.outer(schooling - 10, draws)
    return np.array(list(OCCUPATION))[(leanings + random.gumbel(size=leanings.shape)).argmax(axis=1)]


def _gains(random: np.random.Generator, rows: int) -> Floats:
    return random.choice([594, 2174, 3103, 4386, 5178, 7298, 7688, 15024, 99999], rows).astype(float)


def _marital(random: np.random.Generator, married: NDArray[np.bool_], age: Floats) -> Texts:
    alone = np.where(random.random(len(age)) < _chance((35 - age) / 6), "Never-married", "Divorced")
    alone = np.where((age > 60) & (random.random(len(age)) < 0.5), "Widowed", alone)
    return np.where(married, "Married-civ-spouse", alone)


def _relationship(random: np.random.Generator, married: NDArray[np.bool_], sex: Texts, age: Floats) -> Texts:
    child = (age < 26) & (random.random(len(age)) < 0.6)
    alone = np.where(child, "Own-child", np.where(random.random(len(age)) < 0.3, "Unmarried", "Not-in-family"))
    return np.where(married, np.where(sex == "Male", "Husband", "Wife"), alone)


def _with_unknown(random: np.random.Generator, values: Texts, share: float) -> Texts:
    return np.where(random.random(len(values)) < share, UNKNOWN, values)


def _whole(values: Floats) -> Texts:
    return values.round().astype(np.int64).astype(np.str_)


def write(file: Path, rows: int = ROWS, seed: int = SEED) -> None:
    """Write the table as UCI does: no header, ``, `` between the cells."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(", ".join(row) + "\n" for row in make(rows, seed)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write synthetic people in the schema of the Adult data set.")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).parent / "data" / "adult.csv")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    write(given.output, given.rows, given.seed)
    print(f"{given.output}: {given.rows:,} rows, seed {given.seed}")
