"""Condition operators, as IAM's reference describes them."""

from typing import Any

import pytest

from rehearsal.localaws.authorizer import conditions
from rehearsal.localaws.authorizer.conditions import MalformedPolicy
from rehearsal.localaws.authorizer.policy import RequestContext

CONTEXT = RequestContext(
    {
        "aws:username": ("ann",),
        "aws:sourceip": ("203.0.113.7",),
        "aws:currenttime": ("2026-11-21T01:00:00Z",),
        "aws:epochtime": ("1795222800",),
        "aws:securetransport": ("true",),
        "aws:principalarn": ("arn:aws:iam::1:role/path/builder",),
        "aws:tagkeys": ("env", "cost"),
        "aws:requesttag/env": ("prod",),
        "empty": (),
        "n": ("7",),
        "star": ("a*c",),
        "bytes": ("QmluYXJ5",),
        "v6": ("2001:db8::1",),
    }
)


def holds(operator: str, key: str, values: Any) -> bool:
    (condition,) = conditions.parse({operator: {key: values}}, with_variables=True)
    return condition.holds(CONTEXT)


STRINGS = [
    ("StringEquals", "aws:username", "ann", True),
    ("StringEquals", "aws:username", "Ann", False),
    ("StringEquals", "AWS:UserName", "ann", True),
    ("StringEquals", "aws:username", ["bob", "ann"], True),
    ("StringEquals", "aws:username", ["bob", "cid"], False),
    ("StringEquals", "aws:username", "a*", False),
    ("StringEquals", "aws:username", "${aws:username}", True),
    ("StringEquals", "aws:username", "${none}", False),
    ("StringEquals", "star", "a${*}c", True),
    ("StringEquals", "none", "ann", False),
    ("StringEquals", "n", 7, True),
    ("StringEquals", "aws:securetransport", True, True),
    ("StringNotEquals", "aws:username", "ann", False),
    ("StringNotEquals", "aws:username", "bob", True),
    ("StringNotEquals", "aws:username", ["bob", "ann"], False),
    ("StringNotEquals", "none", "ann", True),
    ("StringEqualsIgnoreCase", "aws:username", "ANN", True),
    ("StringEqualsIgnoreCase", "aws:username", "BOB", False),
    ("StringNotEqualsIgnoreCase", "aws:username", "ANN", False),
    ("StringNotEqualsIgnoreCase", "aws:username", "BOB", True),
    ("StringNotEqualsIgnoreCase", "none", "ANN", True),
    ("StringLike", "aws:username", "a*", True),
    ("StringLike", "aws:username", "a?n", True),
    ("StringLike", "aws:username", "A*", False),
    ("StringLike", "aws:username", ["x*", "*n"], True),
    ("StringLike", "aws:username", "*", True),
    ("StringLike", "none", "*", False),
    ("StringLike", "star", "a${*}c", True),
    ("StringLike", "aws:username", "a${*}", False),
    ("StringNotLike", "aws:username", "a*", False),
    ("StringNotLike", "aws:username", "b*", True),
    ("StringNotLike", "none", "b*", True),
    ("stringlike", "aws:username", "a*", True),
]
NUMBERS = [
    ("NumericEquals", "n", "7", True),
    ("NumericEquals", "n", 7, True),
    ("NumericEquals", "n", "7.0", True),
    ("NumericEquals", "n", "8", False),
    ("NumericEquals", "aws:username", "7", False),
    ("NumericEquals", "n", "seven", False),
    ("NumericEquals", "none", "7", False),
    ("NumericNotEquals", "n", "7", False),
    ("NumericNotEquals", "n", "8", True),
    ("NumericNotEquals", "none", "8", True),
    ("NumericLessThan", "n", "8", True),
    ("NumericLessThan", "n", "7", False),
    ("NumericLessThan", "n", "10", True),
    ("NumericLessThanEquals", "n", "7", True),
    ("NumericLessThanEquals", "n", "6", False),
    ("NumericGreaterThan", "n", "6", True),
    ("NumericGreaterThan", "n", "7", False),
    ("NumericGreaterThan", "none", "6", False),
    ("NumericGreaterThanEquals", "n", "7", True),
    ("NumericGreaterThanEquals", "n", "8", False),
    ("NumericLessThan", "n", ["1", "9"], True),
]
DATES = [
    ("DateEquals", "aws:currenttime", "2026-11-21T01:00:00Z", True),
    ("DateEquals", "aws:currenttime", "2026-11-21T02:00:00+01:00", True),
    ("DateEquals", "aws:currenttime", "1795222800", True),
    ("DateEquals", "aws:epochtime", "2026-11-21T01:00:00Z", True),
    ("DateEquals", "aws:currenttime", "2026-11-21", False),
    ("DateNotEquals", "aws:currenttime", "2026-11-21", True),
    ("DateNotEquals", "none", "2026-11-21", True),
    ("DateLessThan", "aws:currenttime", "2026-11-22", True),
    ("DateLessThan", "aws:currenttime", "2026-11-21", False),
    ("DateLessThanEquals", "aws:currenttime", "2026-11-21T01:00:00Z", True),
    ("DateGreaterThan", "aws:currenttime", "2026-11-21T00:59:59Z", True),
    ("DateGreaterThan", "aws:currenttime", "2026-11-21T01:00:00Z", False),
    ("DateGreaterThanEquals", "aws:currenttime", "2026-11-21T01:00:00Z", True),
    ("DateGreaterThan", "aws:currenttime", "yesterday", False),
    ("DateGreaterThan", "none", "2020-01-01", False),
]
BOOLEANS_AND_BYTES = [
    ("Bool", "aws:securetransport", "true", True),
    ("Bool", "aws:securetransport", "True", True),
    ("Bool", "aws:securetransport", True, True),
    ("Bool", "aws:securetransport", "false", False),
    ("Bool", "aws:multifactorauthpresent", "false", False),
    ("BoolIfExists", "aws:multifactorauthpresent", "true", True),
    ("BinaryEquals", "bytes", "QmluYXJ5", True),
    ("BinaryEquals", "bytes", "QmluYXJ6", False),
    ("BinaryEquals", "bytes", "not base64!", False),
]
ADDRESSES = [
    ("IpAddress", "aws:sourceip", "203.0.113.0/24", True),
    ("IpAddress", "aws:sourceip", "203.0.113.7", True),
    ("IpAddress", "aws:sourceip", "203.0.113.8", False),
    ("IpAddress", "aws:sourceip", ["10.0.0.0/8", "203.0.0.0/16"], True),
    ("IpAddress", "aws:sourceip", "2001:db8::/32", False),
    ("IpAddress", "v6", "2001:db8::/32", True),
    ("IpAddress", "v6", "2001:db9::/32", False),
    ("IpAddress", "none", "0.0.0.0/0", False),
    ("IpAddress", "aws:username", "0.0.0.0/0", False),
    ("IpAddress", "aws:sourceip", "nonsense", False),
    ("NotIpAddress", "aws:sourceip", "203.0.113.0/24", False),
    ("NotIpAddress", "aws:sourceip", "10.0.0.0/8", True),
    ("NotIpAddress", "aws:sourceip", ["10.0.0.0/8", "203.0.0.0/16"], False),
    ("NotIpAddress", "none", "10.0.0.0/8", True),
]
ARNS = [
    ("ArnEquals", "aws:principalarn", "arn:aws:iam::1:role/path/builder", True),
    ("ArnEquals", "aws:principalarn", "arn:aws:iam::1:role/*", True),
    ("ArnLike", "aws:principalarn", "arn:aws:iam::*:role/*/builder", True),
    ("ArnLike", "aws:principalarn", "arn:aws:iam::2:role/*", False),
    ("ArnLike", "aws:principalarn", "arn:aws:*:role/path/builder", False),
    ("ArnLike", "aws:principalarn", ["arn:aws:iam::2:*", "arn:aws:iam::1:*"], True),
    ("ArnLike", "none", "*", False),
    ("ArnNotEquals", "aws:principalarn", "arn:aws:iam::1:role/path/builder", False),
    ("ArnNotEquals", "aws:principalarn", "arn:aws:iam::1:role/other", True),
    ("ArnNotLike", "aws:principalarn", "arn:aws:iam::1:role/*", False),
    ("ArnNotLike", "aws:principalarn", "arn:aws:iam::1:user/*", True),
    ("ArnNotLike", "none", "arn:aws:iam::1:user/*", True),
]
EXISTENCE = [
    ("Null", "aws:username", "true", False),
    ("Null", "aws:username", "false", True),
    ("Null", "none", "true", True),
    ("Null", "none", True, True),
    ("Null", "none", "false", False),
    ("StringEqualsIfExists", "none", "x", True),
    ("StringEqualsIfExists", "aws:username", "x", False),
    ("StringEqualsIfExists", "aws:username", "ann", True),
    ("StringLikeIfExists", "none", "x", True),
    ("StringNotEqualsIfExists", "none", "x", True),
    ("StringNotEqualsIfExists", "aws:username", "ann", False),
    ("NumericLessThanIfExists", "none", "1", True),
    ("NumericLessThanIfExists", "n", "1", False),
    ("DateGreaterThanIfExists", "none", "2030-01-01", True),
    ("DateGreaterThanIfExists", "aws:currenttime", "2030-01-01", False),
    ("IpAddressIfExists", "none", "10.0.0.0/8", True),
    ("IpAddressIfExists", "aws:sourceip", "10.0.0.0/8", False),
    ("ArnLikeIfExists", "none", "arn:aws:iam::1:*", True),
    ("ArnLikeIfExists", "aws:principalarn", "arn:aws:iam::2:*", False),
    ("BinaryEqualsIfExists", "none", "QQ==", True),
]
SETS = [
    ("ForAllValues:StringEquals", "aws:tagkeys", ["env", "cost", "team"], True),
    ("ForAllValues:StringEquals", "aws:tagkeys", ["env"], False),
    ("ForAllValues:StringEquals", "none", ["env"], True),
    ("ForAllValues:StringEquals", "empty", ["env"], True),
    ("ForAllValues:StringLike", "aws:tagkeys", "*", True),
    ("ForAllValues:StringLike", "aws:tagkeys", ["e*", "c*"], True),
    ("ForAllValues:StringLike", "aws:tagkeys", ["e*"], False),
    ("ForAllValues:StringNotEquals", "aws:tagkeys", ["secret"], True),
    ("ForAllValues:StringNotEquals", "aws:tagkeys", ["env"], False),
    ("ForAllValues:StringNotEquals", "none", ["env"], True),
    ("ForAllValues:StringEqualsIgnoreCase", "aws:tagkeys", ["ENV", "COST"], True),
    ("ForAllValues:StringEqualsIfExists", "none", ["env"], True),
    ("ForAllValues:NumericLessThan", "n", ["8"], True),
    ("ForAllValues:ArnLike", "aws:principalarn", ["arn:aws:iam::1:*"], True),
    ("ForAnyValue:StringEquals", "aws:tagkeys", ["env"], True),
    ("ForAnyValue:StringEquals", "aws:tagkeys", ["team"], False),
    ("ForAnyValue:StringEquals", "none", ["env"], False),
    ("ForAnyValue:StringEquals", "empty", ["env"], False),
    ("ForAnyValue:StringLike", "aws:tagkeys", ["c*"], True),
    ("ForAnyValue:StringNotEquals", "aws:tagkeys", ["env"], True),
    ("ForAnyValue:StringNotEquals", "aws:tagkeys", ["env", "cost"], False),
    ("ForAnyValue:StringNotEquals", "none", ["env"], False),
    ("ForAnyValue:StringEqualsIfExists", "none", ["env"], True),
    ("forallvalues:stringequals", "aws:tagkeys", ["env"], False),
    ("ForAnyValue:StringEquals", "aws:tagkeys", ["${aws:username}", "env"], True),
]
EVERY_CASE = [*STRINGS, *NUMBERS, *DATES, *BOOLEANS_AND_BYTES, *ADDRESSES, *ARNS, *EXISTENCE, *SETS]


@pytest.mark.parametrize(("operator", "key", "values", "expected"), EVERY_CASE)
def test_operator(operator: str, key: str, values: Any, expected: bool) -> None:
    assert holds(operator, key, values) is expected


def test_all_operators_and_all_keys_must_hold() -> None:
    parsed = conditions.parse(
        {
            "StringEquals": {"aws:username": "ann", "aws:requesttag/env": "prod"},
            "Bool": {"aws:securetransport": "true"},
        },
        with_variables=True,
    )
    assert len(parsed) == 3
    assert all(each.holds(CONTEXT) for each in parsed)


def test_documents_of_2008_have_no_variables() -> None:
    (condition,) = conditions.parse({"StringEquals": {"aws:username": "${aws:username}"}}, with_variables=False)
    assert not condition.holds(CONTEXT)


@pytest.mark.parametrize(
    ("element", "says"),
    [
        ({"StringEqual": {"a": "b"}}, "Invalid Condition type : StringEqual."),
        ({"ForSomeValues:StringEquals": {"a": "b"}}, "Invalid Condition type"),
        ({"StringEquals": "b"}, "must be an object of keys and values"),
        ({"StringEquals": {"a": {"b": "c"}}}, "a condition value must be"),
        ({"StringEquals": {"a": None}}, "a condition value must be"),
        (["StringEquals"], "Condition must be an object"),
    ],
)
def test_what_iam_would_not_accept_is_named(element: Any, says: str) -> None:
    with pytest.raises(MalformedPolicy, match=says):
        conditions.parse(element, with_variables=True)
