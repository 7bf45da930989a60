"""Which features an XGBoost model uses, read from its own file: JSON, or UBJSON as image versions from 3.0-5 write it.

Importance is XGBoost's ``total_gain``: what the splits on a feature took from the loss, added up.
https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html, https://ubjson.org/type-reference/
"""

import io
import json
import struct
import tarfile
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws

LARGEST_MODEL = 50_000_000
"""Bytes of model.tar.gz; of a larger one the features are not looked at."""
_FILE = "xgboost-model"
_NUMBERS = {b"i": ">b", b"U": ">B", b"I": ">h", b"l": ">i", b"L": ">q", b"d": ">f", b"D": ">d"}
_WORDS = {b"Z": None, b"T": True, b"F": False, b"N": None}


def importance(aws: Aws, model_data: str) -> list[tuple[str, float]]:
    """Gain by feature of a model in S3; empty where its file is of another kind, too large, or not for this caller."""
    bucket, _, key = model_data.removeprefix("s3://").partition("/")
    try:
        answer = aws.client("s3").get_object(Bucket=bucket, Key=key)
        if answer["ContentLength"] > LARGEST_MODEL:
            return []
        return importance_in(answer["Body"].read())
    except (ClientError, tarfile.TarError, ValueError, LookupError, TypeError, struct.error, RecursionError):
        return []  # the page says that this model's file does not tell


def importance_in(archive: bytes) -> list[tuple[str, float]]:
    """Of the bytes of a model.tar.gz. Pure.

    Raises:
        ValueError, LookupError, tarfile.TarError: it holds no such model.
    """
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        member = tar.extractfile(_FILE)
        content = member.read(LARGEST_MODEL) if member else b""
    return gains(parsed(content))


def parsed(content: bytes) -> Any:
    """The document of a model's file.

    Raises:
        ValueError: it is neither JSON nor UBJSON (a pickled model, say, which runs code when it is read).
    """
    if not content.startswith(b"{"):
        raise ValueError("no model in JSON or UBJSON")
    if content[1:].lstrip()[:1] in (b'"', b"}"):
        return json.loads(content)
    return _Reader(content).value()


def gains(document: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Total gain by feature, the largest first; features have their names where the model knows them, else ``f0``,
    ``f1``.
    """
    learner = document["learner"]
    names = learner.get("feature_names") or []
    booster = learner["gradient_booster"]
    model = booster["gbtree"]["model"] if booster.get("name") == "dart" else booster["model"]
    totals: dict[int, float] = {}
    for tree in model["trees"]:
        for feature, gain, left in zip(tree["split_indices"], tree["loss_changes"], tree["left_children"], strict=True):
            if left != -1:  # a leaf has no split
                totals[feature] = totals.get(feature, 0.0) + gain
    ordered = sorted(totals.items(), key=lambda each: -each[1])
    return [(names[feature] if feature < len(names) else f"f{feature}", gain) for feature, gain in ordered]


class _Reader:
    """UBJSON, as much of it as models have: objects, arrays (typed ones too), texts, numbers and words."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def _take(self, count: int) -> bytes:
        piece = self._content[self._at : self._at + count]
        if len(piece) != count:
            raise ValueError("the file ends too early")
        self._at += count
        return piece

    def _next(self) -> bytes:
        return self._content[self._at : self._at + 1]

    def value(self) -> Any:
        """What comes next."""
        return self._of_kind(self._take(1))

    def _of_kind(self, kind: bytes) -> Any:
        if kind in _NUMBERS:
            form = _NUMBERS[kind]
            return struct.unpack(form, self._take(struct.calcsize(form)))[0]
        if kind in _WORDS:
            return _WORDS[kind]
        if kind in (b"S", b"H"):
            return self._text()
        if kind == b"C":
            return self._take(1).decode()
        if kind == b"{":
            return dict(self._members())
        if kind == b"[":
            return self._array()
        raise ValueError(f"no UBJSON at byte {self._at}")

    def _text(self) -> str:
        return self._take(self._count()).decode()

    def _count(self) -> int:
        found = self.value()
        if not isinstance(found, int) or isinstance(found, bool) or found < 0:
            raise ValueError(f"no length at byte {self._at}")
        return found

    def _array(self) -> list[Any]:
        kind = b""
        if self._next() == b"$":
            self._take(1)
            kind = self._take(1)
        if self._next() == b"#":
            self._take(1)
            count = self._count()
            return self._typed(kind, count) if kind in _NUMBERS else [self.value() for _ in range(count)]
        return list(self._until(b"]"))

    def _typed(self, kind: bytes, count: int) -> list[Any]:
        letter = _NUMBERS[kind][1]
        return list(struct.unpack(f">{count}{letter}", self._take(count * struct.calcsize(letter))))

    def _until(self, end: bytes) -> Iterator[Any]:
        while self._next() != end:
            yield self.value()
        self._take(1)

    def _members(self) -> Iterator[tuple[str, Any]]:
        if self._next() == b"#":
            self._take(1)
            for _ in range(self._count()):
                yield self._text(), self.value()
            return
        while self._next() != b"}":
            yield self._text(), self.value()
        self._take(1)
