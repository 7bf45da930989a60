"""How answers are held against tables."""

from datetime import UTC, datetime

import pytest

from tests.conformance.matching import Difference, differences
from tests.conformance.scenario import filled, leaves


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ({"a": 1}, {"a": 1}),
        ("<text>", "anything"),
        ("<number>", 1.5),
        ("<time>", datetime.now(UTC)),
        ("<any>", b"bytes"),
        ("arn:aws:iam::<account>:role/<name>", "arn:aws:iam::1:role/x"),
        ([{"a": "<text>"}], [{"a": "b"}]),
    ],
)
def test_what_agrees(expected: object, found: object) -> None:
    assert list(differences(expected, found)) == []


@pytest.mark.parametrize(
    ("expected", "found", "path"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, "b"),
        ({"a": 1, "b": "<text>"}, {"a": 1}, "b"),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, "a.b[1]"),
        ({"a": [1]}, {"a": [1, 2]}, "a"),
        ({"a": 1}, {"a": True}, "a"),
        ({"a": "<number>"}, {"a": "1"}, "a"),
        ({"a": "x <b> y"}, {"a": "x y"}, "a"),
    ],
)
def test_what_differs(expected: object, found: object, path: str) -> None:
    (difference,) = differences(expected, found)
    assert isinstance(difference, Difference)
    assert difference.path == path


def test_references_become_values_and_parts_of_texts() -> None:
    known = {"n": "x", "made": {"Role": {"Arn": "arn:x", "Size": 3}}}
    given = {"Name": "${n}-1", "Arn": "${made.Role.Arn}", "Size": "${made.Role.Size}", "List": ["${n}"]}
    assert filled(given, known) == {"Name": "x-1", "Arn": "arn:x", "Size": 3, "List": ["x"]}
    with pytest.raises(KeyError, match="nothing is kept as other"):
        filled("${other}", known)


def test_facts_are_single_values() -> None:
    assert [path for path, _ in leaves({"a": {"b": 1, "c": []}, "d": [1, {"e": 2}]})] == [
        "a.b",
        "a.c",
        "d[0]",
        "d[1].e",
    ]
