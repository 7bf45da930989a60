"""The lab's sample: two deliveries of abalones to train on, and a validation set. Needs numpy: ``python
labs/retrain/make_data.py``."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that it runs from any folder

from labs.building import shells

FILES = {"first.csv": (900, 1), "second.csv": (1800, 2), "validation.csv": (400, 3)}
"""By file: how many animals, and the seed."""


def write(folder: Path) -> None:
    """Write the three files: rings first, numbers only, no header."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (rows, seed) in FILES.items():
        (folder / name).write_text(shells.encoded(shells.make(rows, seed)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write synthetic abalones to train on.")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).parent / "data")
    write(parser.parse_args().output)
