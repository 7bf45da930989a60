"""The lab's samples: abalones to train on, and those that are asked about.

Needs numpy: ``python labs/drift/make_data.py``.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that it runs from any folder

from labs.building import shells

WARMER = 1.25
"""In warmer water they are a quarter longer at the same age."""
FILES = {
    "train.csv": (1200, 11, 1.0),
    "validation.csv": (300, 12, 1.0),
    "usual.csv": (120, 13, 1.0),
    "warmer.csv": (300, 14, WARMER),
    "warmer-later.csv": (200, 15, WARMER),
}
"""By file: how many animals, the seed, and how they grow."""


def write(folder: Path) -> None:
    """Write the files: rings first, numbers only, no header."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (rows, seed, growth) in FILES.items():
        (folder / name).write_text(shells.encoded(shells.make(rows, seed, growth)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write synthetic abalones of two bays.")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).parent / "data")
    write(parser.parse_args().output)
