"""What an endpoint has captured, alone or merged with ground truth: the invocations of JSON lines as rows.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html
The cells of the output come first, then those of the input.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.localaws.checkers.container import CheckFailed
from rehearsal.localaws.checkers.data.batches import Batch, flat, in_lists, keyed, numbered

GROUND_TRUTH = "groundTruth"
"""The column of a merged line's ground truth."""
_SIDES = ("endpointOutput", "endpointInput")


@dataclass(frozen=True)
class CaptureFormat:
    """``sagemakerCaptureJson`` or, with ground truth, ``sagemakerMergeJson``."""

    sides: tuple[str, ...]
    is_merged: bool

    @classmethod
    def of(cls, given: Mapping[str, Any], *, is_merged: bool) -> "CaptureFormat":
        wanted = set(given.get("captureIndexNames") or _SIDES)
        unknown = wanted - set(_SIDES)
        if unknown:
            raise CheckFailed(f"captureIndexNames {sorted(unknown)} of dataset_format: give {' or '.join(_SIDES)}.")
        return cls(tuple(side for side in _SIDES if side in wanted), is_merged)

    def batches(self, files: Sequence[Path]) -> Iterator[Batch]:
        """The rows of files."""
        for rows in in_lists(self._rows(files)):
            if any(isinstance(row, dict) for row in rows):
                yield keyed([row if isinstance(row, dict) else _by_number(row) for row in rows])
            elif self.is_merged:
                truth = tuple(row[0] for row in rows)
                rest = numbered([row[1:] for row in rows])
                yield Batch((*rest.names, GROUND_TRUTH), (*rest.columns, truth), rest.rows, is_named=False)
            else:
                yield numbered(rows)

    def _rows(self, files: Sequence[Path]) -> Iterator[Any]:
        for file in files:
            with open(file, encoding="utf-8") as lines:
                for number, text in enumerate(lines, 1):
                    if text.strip():
                        try:
                            yield from self._invocation(json.loads(text))
                        except (ValueError, TypeError, AttributeError, KeyError) as error:
                            raise CheckFailed(f"{file.name}, line {number}: no captured invocation: {error}") from error

    def _invocation(self, line: Mapping[str, Any]) -> Iterator[Any]:
        """The rows of one request: as many as its body had."""
        captured = line["captureData"]
        parts = [_records(captured[side], side) for side in self.sides if side in captured]
        if self.is_merged:
            parts.insert(0, _records(line["groundTruthData"], "groundTruthData"))
        count = max(map(len, parts), default=0)
        for part in parts:
            if len(part) == 1 and count > 1 and isinstance(part[0], list) and len(part[0]) == count:
                part[:] = [[each] for each in part[0]]  # images before 1.2-2 answer all rows on one line
            if len(part) != count:
                raise ValueError(f"{len(part)} records beside {count}")
        if any(isinstance(record, dict) for part in parts for record in part):
            yield from (_merged(records, self.is_merged) for records in zip(*parts, strict=True))
        else:
            yield from ([cell for record in records for cell in record] for records in zip(*parts, strict=True))


def _records(side: Mapping[str, Any], name: str) -> list[Any]:
    """One direction's records: lists of cells, of JSON mappings from name to cell."""
    encoding, data = side.get("encoding"), side["data"]
    if encoding == "CSV":
        return [row for row in csv.reader(data.splitlines()) if row]
    if encoding == "JSON":
        texts = data.splitlines() if "\n" in data.strip() else [data]
        return [dict(flat(json.loads(text))) for text in texts if text.strip()]
    raise ValueError(
        f"{name} was captured as {encoding}, and checks read CSV and JSON: name the content type "
        f"{side.get('observedContentType')} in CaptureContentTypeHeader of the endpoint configuration"
    )


def _merged(records: Sequence[Any], is_merged: bool) -> dict[str, str]:
    row: dict[str, str] = {}
    for number, record in enumerate(records):
        named = record if isinstance(record, dict) else _by_number(record)
        if is_merged and number == 0:
            row[GROUND_TRUTH] = next(iter(named.values()), "")
        else:
            row.update(named)
    return row


def _by_number(cells: Sequence[str]) -> dict[str, str]:
    return {f"_c{number}": cell for number, cell in enumerate(cells)}
