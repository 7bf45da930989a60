"""The job of the step Collect: what is known of abalones becomes three sets, rings first.

``base`` has the rows that the first model learns from. ``joined`` has the requests of which the truth has become known,
as the monitoring joins them: a line of captured data with ``groundTruthData``. Which set a row belongs to depends on
the row alone, so that no model is ever tested on what an earlier one has learnt. The test set is made of requests as
soon as there are enough. Standard library alone.
"""

import hashlib
import json
from pathlib import Path

BASE = Path("/opt/ml/processing")
ENOUGH = 20
"""Requests in the test set, from which on it is made of them alone."""


def base(folder):
    """The rows of CSV files."""
    files = sorted(folder.glob("*.csv"))
    return [line for file in files for line in file.read_text().splitlines() if line]


def joined(folder):
    """The rows of captured requests with their truth: one for each, as the endpoint was asked."""
    rows = []
    for file in sorted(folder.rglob("*.jsonl")):
        for line in file.read_text().splitlines():
            record = json.loads(line)
            features = record["captureData"]["endpointInput"]["data"].strip()
            rows.append(f"{record['groundTruthData']['data'].strip()},{features}")
    return rows


def set_of(row):
    """Seven of ten rows train, one validates, two test."""
    digit = int(hashlib.sha256(row.encode()).hexdigest(), 16) % 10
    return "train" if digit < 7 else "validation" if digit == 7 else "test"


def sets(known, asked):
    """The three sets."""
    found = {name: [row for row in [*known, *asked] if set_of(row) == name] for name in ("train", "validation", "test")}
    lately = [row for row in asked if set_of(row) == "test"]
    return {**found, "test": lately} if len(lately) >= ENOUGH else found


def main():
    known, asked = base(BASE / "base"), joined(BASE / "joined")
    print(f"{len(known)} rows to begin with, {len(asked)} requests with their truth")
    for name, rows in sets(known, asked).items():
        folder = BASE / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n")
        print(f"{name}: {len(rows)} rows")


if __name__ == "__main__":
    main()
