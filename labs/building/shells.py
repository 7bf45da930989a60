"""Synthetic abalones in the schema of UCI's Abalone data set (Nash and others, 1994). No row is a real animal. Needs
numpy.

Length drives everything: width, height and the four weights follow it as they do in animals, and the number of rings
follows the weight of the shell and the length, with noise. Infants are the small ones. Lengths are in units of 200 mm,
weights in units of 200 g, as in the original. The rows depend on the seed alone.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

COLUMNS = ("sex", "length", "diameter", "height", "whole", "shucked", "viscera", "shell", "rings")


def make(rows: int, seed: int, growth: float = 1.0) -> list[list[str]]:
    """``rows`` animals as texts in the order of ``COLUMNS``; with ``growth`` so many times longer at the same age."""
    random = np.random.default_rng(seed)
    length = np.clip(random.normal(0.524, 0.12, rows), 0.075, 0.85).round(3)
    diameter = np.clip(length * random.normal(0.78, 0.02, rows), 0.055, 0.65).round(3)
    height = np.clip(length * random.normal(0.265, 0.025, rows), 0.01, 0.3).round(3)
    whole = np.clip(5.4 * length**2.95 * random.normal(1, 0.1, rows), 0.002, 2.9).round(4)
    shucked = (whole * random.normal(0.43, 0.04, rows)).round(4)
    viscera = (whole * random.normal(0.22, 0.02, rows)).round(4)
    shell = (whole * random.normal(0.29, 0.03, rows)).round(4)
    expected = 4.0 + 8.5 * length + 12.0 * shell - 6.0 * shucked
    rings = np.clip(expected + random.gamma(2.0, 1.2, rows) - 2.4, 1, 29).round()
    infant = random.random(rows) < 1 / (1 + np.exp((length - 0.45) / 0.04))
    sex = np.where(infant, "I", np.where(random.random(rows) < 0.54, "M", "F"))
    sizes = [(each * growth).round(3) for each in (length, diameter, height)]
    numbers = [*sizes, *((each * growth**3).round(4) for each in (whole, shucked, viscera, shell))]
    texts = [sex, *(_texts(column) for column in numbers), rings.astype(np.int64).astype(np.str_)]
    return [list(row) for row in zip(*(column.tolist() for column in texts), strict=True)]


def _texts(column: Floats) -> NDArray[np.str_]:
    return np.array([f"{value:g}" for value in column])


def encoded(rows: list[list[str]]) -> str:
    """The rows as the built-in algorithm reads them: rings first, then whether it is M, F or I, then the seven
    measures; no header."""
    lines = []
    for row in rows:
        sexes = ["1" if row[0] == sex else "0" for sex in ("M", "F", "I")]
        lines.append(",".join([row[8], *sexes, *row[1:8]]))
    return "\n".join(lines) + "\n"
