"""Blank cells of CSV files, filled before XGBoost reads them.

Its loader skips white space before a number, tabs and line ends too: for a cell of blanks, or an empty one between
tabs, it takes the number of the next cell, even of the next line. The image trains on such numbers; here the cell is a
missing value.
"""

import logging
import mmap
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger(__name__)

_FILLER = b"NA"  # as any text a missing value, and the label 0
_CHUNK_BYTES = 1 << 20


def _between(delimiter: bytes, blanks: bytes) -> re.Pattern[bytes]:
    """Cells of ``blanks`` alone: after a delimiter, or before the first one of a line."""
    return re.compile(rb"(?<=%b)%b(?=[%b\r\n]|\Z)|^%b(?=%b)" % (delimiter, blanks, delimiter, blanks, delimiter), re.M)


_BLANK = {
    ",": (_between(b",", rb"[ \t]+"), _FILLER),
    ";": (_between(b";", rb"[ \t]+"), _FILLER),
    "\t": (_between(rb"\t", rb"[ ]*"), _FILLER),
    " ": (re.compile(rb" {2,}(?=[\r\n]|\Z)"), b""),  # within a line several blanks are read as one
}
_SUSPECT = [blank + after for blank in (b" ", b"\t") for after in (b",", b";", b"\n", b"\r")]


@contextmanager
def filled(files: Sequence[Path], delimiter: str) -> Iterator[Sequence[Path]]:
    """The files, those with blank cells as copies without; a line in the log says so."""
    with tempfile.TemporaryDirectory(prefix="filled-") as folder:
        yield [_filled(file, delimiter, Path(folder, str(number))) for number, file in enumerate(files)]


def _filled(file: Path, delimiter: str, copy: Path) -> Path:
    pattern, filler = _BLANK[delimiter]
    if delimiter in ",;" and not _has_blank_before_delimiter(file):
        return file
    with open(file, "rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if pattern.search(content) is None:
            return file
        written, count = pattern.subn(filler, content)
    log.warning(
        "%s has %d blank cells between its delimiters. They are read as missing values; SageMaker's image reads the "
        "number of the next cell in their place. Leave such cells empty between commas.",
        file.name,
        count,
    )
    copy.write_bytes(written)
    return copy


def _has_blank_before_delimiter(file: Path) -> bool:
    """A quick look: most files have no white space, and where it is, it mostly follows the delimiter."""
    last = b""
    with open(file, "rb") as opened:
        while chunk := opened.read(_CHUNK_BYTES):
            piece, last = last + chunk, chunk[-1:]
            if (b" " in piece or b"\t" in piece) and any(pair in piece for pair in _SUSPECT):
                return True
    return last in b" \t"
