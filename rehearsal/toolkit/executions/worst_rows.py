"""The rows that a model got most wrong: which they are by a report's sample, and how they read in the data."""

import gzip
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.executions.evaluations import Evaluation, Place

MOST_LINES = 200_000
"""Lines of the data that are read for the text of rows."""
LONGEST_ROW = 400


@dataclass(frozen=True)
class Row:
    """``number`` counts rows from 1, a header left out; ``error`` is larger the worse. ``text`` is empty where it was
    not read.
    """

    number: int
    label: float
    answer: str
    error: float
    text: str = ""


def worst(evaluation: Evaluation, count: int = 10) -> list[Row]:
    """Of the report's rows those with the largest errors, the worst first. Pure."""
    step = step_of(evaluation.rows, len(evaluation.answers))
    rows = [
        Row(at * step + 1, label, answer, error)
        for at, (label, answer) in enumerate(evaluation.answers)
        if (error := error_of(evaluation.kind, label, answer)) is not None and error > 0
    ]
    return sorted(rows, key=lambda row: -row.error)[:count]


def step_of(rows: int, kept: int) -> int:
    """Every how manieth row a sample has: it doubles until they are few enough (``pipeline_job.evaluation.sample``).
    Pure.
    """
    step = 1
    while kept and -(-rows // step) > kept:
        step *= 2
    return step


def error_of(kind: str, label: float, answer: str) -> float | None:
    """How wrong an answer is: the distance to the label of a number, the missing share of the right class of
    probabilities. Pure.
    """
    try:
        values = [float(each) for each in answer.split(",")]
    except ValueError:
        return None
    if kind == "multiclass" and len(values) > 1:
        at = int(label)
        total = math.fsum(values)
        return 1 - values[at] / total if 0 <= at < len(values) and total else 1.0
    if len(values) != 1:
        return None
    if kind == "multiclass":
        return float(values[0] != label)
    return abs(values[0] - label)


def with_texts(aws: Aws, place: Place, rows: Sequence[Row]) -> list[Row]:
    """The rows with their lines of the data; as they are where the data cannot be read any more."""
    wanted = {row.number for row in rows}
    version = {"VersionId": place.version_id} if place.version_id not in ("", "null") else {}
    try:
        body = aws.client("s3").get_object(Bucket=place.bucket, Key=place.key, **version)["Body"]
        lines = gzip.GzipFile(fileobj=body) if place.is_gzip else body.iter_lines()
        texts = texts_of(islice(lines, MOST_LINES), wanted)
    except (ClientError, OSError, EOFError):
        return list(rows)
    return [replace(row, text=texts.get(row.number, "")) for row in rows]


def texts_of(lines: Iterable[bytes], wanted: set[int]) -> dict[int, str]:
    """The lines of rows by number; a first line that is no row of numbers is a header. Pure."""
    last, found = max(wanted, default=0), {}
    for number, line in enumerate(_rows(lines), start=1):
        if number in wanted:
            found[number] = line.decode("utf-8", "replace")[:LONGEST_ROW]
        if number >= last:
            break
    return found


def _rows(lines: Iterable[bytes]) -> Iterator[bytes]:
    is_first = True
    for line in lines:
        text = line.strip()
        if not text:
            continue
        if not is_first or _is_numbers(text):
            yield text
        is_first = False


def _is_numbers(line: bytes) -> bool:
    try:
        _ = [float(each) for each in line.split(b",") if each]
    except ValueError:
        return False
    return True
