"""The grammar of policy documents beyond what the evaluator reads."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rehearsal.localaws.authorizer import document_rules
from rehearsal.localaws.authorizer.conditions import MalformedPolicy
from rehearsal.localaws.authorizer.document_rules import Kind
from rehearsal.localaws.authorizer.policy import Policies, Policy, Request, evaluate
from rehearsal.localaws.authorizer.principal_element import Caller

MINE, OBJECTS = "arn:aws:s3:::mine", "arn:aws:s3:::mine/*"


def statement(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": "*", **elements}


@pytest.mark.parametrize(
    ("kind", "made", "told"),
    [
        (Kind.TRUST, statement(Action="sts:AssumeRole", Resource="*"), "Has prohibited field Resource"),
        (Kind.TRUST, statement(Action="sts:AssumeRole", NotResource="*"), "Has prohibited field NotResource"),
        (Kind.TRUST, {"Effect": "Allow", "Action": "sts:AssumeRole"}, "Missing required field Principal"),
        (Kind.TRUST, statement(Action="sts:AssumeRole"), None),
        (Kind.BUCKET, statement(Action="s3:GetObject", Resource="arn:aws:s3:::other/*"), "Policy has invalid resource"),
        (
            Kind.BUCKET,
            statement(Action="s3:GetObject", Resource=[OBJECTS, "arn:aws:s3:::m"]),
            "Policy has invalid resource",
        ),
        (Kind.BUCKET, statement(Action="s3:GetObject", Resource="arn:aws:sqs:::mine"), "Policy has invalid resource"),
        (Kind.BUCKET, statement(Action="s3:GetObject"), "Missing required field Resource"),
        (Kind.BUCKET, {"Effect": "Allow", "Action": "s3:*", "Resource": MINE}, "Missing required field Principal"),
        (Kind.BUCKET, statement(Action="sqs:SendMessage", Resource=OBJECTS), "Policy has invalid action"),
        (
            Kind.BUCKET,
            statement(Action="s3:GetObject", Resource=MINE),
            "Action does not apply to any resource(s) in statement",
        ),
        (
            Kind.BUCKET,
            statement(Action="s3:ListBucket", Resource=OBJECTS),
            "Action does not apply to any resource(s) in statement",
        ),
        (Kind.BUCKET, statement(Action=["s3:ListBucket", "s3:GetObject"], Resource=[MINE, OBJECTS]), None),
        (Kind.BUCKET, statement(Action="s3:GetObject", Resource="arn:aws:s3:::mine*"), None),
        (Kind.BUCKET, statement(Action="s3:Get*", Resource=MINE), None),
        (Kind.BUCKET, statement(NotAction="s3:GetObject", Resource=MINE), None),
        (Kind.RESOURCE, {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}, None),
        (Kind.IDENTITY, {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::any"}, None),
    ],
)
def test_what_aws_says_against_a_document(kind: Kind, made: dict[str, Any], told: str | None) -> None:
    assert document_rules.objection(kind, {"Version": "2012-10-17", "Statement": made}, "mine") == told


def test_white_space_does_not_count() -> None:
    assert document_rules.size(' { "a" :\n\t"b c" } ') == len('{"a":"bc"}')


TEXTS = some.sampled_from(
    ["*", "s3:Get*", "arn:aws:s3:::b/*", "arn:aws:iam::123456789012:role/r", "", "${aws:x}", "[", "1"]
)
ANYTHING = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | TEXTS,
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(TEXTS | some.sampled_from(["AWS", "Service", "StringEquals"]), inner, max_size=3)
    ),
    max_leaves=6,
)
ELEMENTS = ["Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition", "Sid"]
GARBLED = some.fixed_dictionaries(
    {
        "Statement": some.lists(
            some.dictionaries(some.sampled_from(ELEMENTS), ANYTHING | some.just("Allow"), max_size=6), max_size=2
        )
        | ANYTHING
    }
)


@given(GARBLED | ANYTHING)
def test_a_stored_document_of_any_content_is_read_or_allows_nothing(document: Any) -> None:
    text = json.dumps(document)
    caller = Caller("123456789012", "arn:aws:iam::123456789012:user/u")
    evaluate(Policies(resource=Policy.stored(text)), Request("s3:GetObject", "arn:aws:s3:::b/k", caller=caller))
    for kind in Kind:
        document_rules.objection(kind, document, "b")
    list(document_rules.principals_of(document))


@given(some.text())
def test_what_is_no_json_is_refused_in_words(text: str) -> None:
    try:
        json.loads(text)
    except ValueError:
        with pytest.raises(MalformedPolicy):
            Policy.parse(text)
