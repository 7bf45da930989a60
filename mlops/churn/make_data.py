"""Synthetic customers of a telephone company, in the schema of the churn file of SageMaker's samples. Nobody is real.

Charges follow minutes at fixed rates. Who leaves is who calls customer service often, talks much by day, or has the
international plan and many such calls, with noise. The rows depend on the seed alone. Needs numpy: ``python
mlops/churn/make_data.py -o FILE``.
"""

import argparse
from pathlib import Path

import numpy as np

ROWS, SEED = 1500, 408
COLUMNS = (
    *("State", "Account Length", "Area Code", "Phone", "Int'l Plan", "VMail Plan", "VMail Message"),
    *("Day Mins", "Day Calls", "Day Charge", "Eve Mins", "Eve Calls", "Eve Charge"),
    *("Night Mins", "Night Calls", "Night Charge", "Intl Mins", "Intl Calls", "Intl Charge"),
    *("CustServ Calls", "Churn?"),
)
STATES = ("AL", "AZ", "CA", "CO", "FL", "GA", "IL", "KS", "MA", "MN", "NJ", "NY", "OH", "OK", "PA", "TX", "WA", "WV")
RATES = {"Day": 0.17, "Eve": 0.085, "Night": 0.045, "Intl": 0.27}
"""Dollars a minute."""


def make(rows, seed):
    """``rows`` customers as texts in the order of ``COLUMNS``."""
    random = np.random.default_rng(seed)
    minutes = {
        "Day": np.clip(random.normal(180, 54, rows), 0, None).round(1),
        "Eve": np.clip(random.normal(200, 50, rows), 0, None).round(1),
        "Night": np.clip(random.normal(200, 50, rows), 0, None).round(1),
        "Intl": np.clip(random.normal(10.2, 2.8, rows), 0, None).round(1),
    }
    calls = {name: random.poisson(4 if name == "Intl" else 100, rows) for name in RATES}
    abroad, mailbox = random.random(rows) < 0.1, random.random(rows) < 0.28
    messages = np.where(mailbox, random.integers(5, 50, rows), 0)
    service = random.poisson(1.55, rows)
    leaning = (
        -0.9
        + 0.02 * (minutes["Day"] - 180)
        + 2.4 * abroad
        + 2.6 * (service >= 4)
        + 0.25 * (minutes["Intl"] - 10) * abroad
        - 0.8 * mailbox
        + 3.0 * (minutes["Day"] > 250)
    )
    leaves = random.random(rows) < 1 / (1 + np.exp(-1.8 * leaning))
    found = []
    for row in range(rows):
        line = [
            str(random.choice(STATES)),
            str(int(random.integers(1, 240))),
            str(random.choice((408, 415, 510))),
            f"{random.integers(327, 423)}-{random.integers(1000, 10000)}",
            "yes" if abroad[row] else "no",
            "yes" if mailbox[row] else "no",
            str(messages[row]),
        ]
        for name, rate in RATES.items():
            line += [f"{minutes[name][row]:g}", str(calls[name][row]), f"{minutes[name][row] * rate:.2f}"]
        found.append([*line, str(service[row]), "True." if leaves[row] else "False."])
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=ROWS)
    chosen = parser.parse_args()
    lines = [",".join(COLUMNS), *(",".join(row) for row in make(chosen.rows, SEED))]
    chosen.output.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
