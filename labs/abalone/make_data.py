"""The lab's sample: synthetic abalones as UCI publishes the real ones. Needs numpy: ``python
labs/abalone/make_data.py``."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that it runs from any folder

from labs.building import shells

ROWS, SEED = 2000, 1994


def write(file: Path, rows: int = ROWS, seed: int = SEED) -> None:
    """Write the table: sex, seven measures, rings; no header."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(",".join(row) + "\n" for row in shells.make(rows, seed)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write synthetic abalones in the schema of the published data set.")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).parent / "data" / "abalone.csv")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    write(given.output, given.rows, given.seed)
