"""Wildcards, ARNs and policy variables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.localaws.authorizer import patterns

VALUES = {"aws:username": "ann", "aws:PrincipalTag/team": "red", "odd": "a*b?", "aws:userid": "AIDA:x"}


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        ("*", "anything", True),
        ("*", "", True),
        ("", "", True),
        ("", "x", False),
        ("abc", "abc", True),
        ("abc", "ABC", False),
        ("abc", "abcd", False),
        ("a*", "a", True),
        ("a*", "abc", True),
        ("a*", "ba", False),
        ("*c", "abc", True),
        ("*c", "abcd", False),
        ("a*c", "ac", True),
        ("a*c", "a/b:c", True),
        ("a*c", "a\nc", True),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("a?c", "abbc", False),
        ("a??", "abc", True),
        ("?*", "", False),
        ("?*", "x", True),
        ("a.c", "abc", False),
        ("a+c", "aac", False),
        ("a[b]c", "abc", False),
        ("(a|b)", "a", False),
        ("a\\*", "a\\b", True),
        ("**", "x", True),
        ("a*b*c", "aXbYc", True),
        ("a*b*c", "acb", False),
        ("^a$", "a", False),
    ],
)
def test_wildcards(pattern: str, value: str, fits: bool) -> None:
    assert patterns.matches(pattern, value) is fits


@pytest.mark.parametrize(
    ("pattern", "action", "fits"),
    [
        ("s3:GetObject", "s3:getobject", True),
        ("S3:getobject", "s3:GetObject", True),
        ("s3:Get*", "s3:GETOBJECT", True),
        ("s3:*", "s3:PutObject", True),
        ("s3:*", "s3express:CreateSession", False),
        ("*:Get*", "s3:GetObject", True),
        ("s3:?etObject", "s3:GetObject", True),
        ("s3:GetObject", "s3:GetObjectVersion", False),
    ],
)
def test_actions_ignore_case(pattern: str, action: str, fits: bool) -> None:
    assert patterns.matches(pattern, action, ignore_case=True) is fits


@pytest.mark.parametrize(
    ("pattern", "arn", "fits"),
    [
        ("*", "arn:aws:s3:::b", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/k", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/k/l", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b", False),
        ("arn:aws:s3:::b*", "arn:aws:s3:::b/k", True),
        ("arn:aws:s3:::B", "arn:aws:s3:::b", False),
        ("arn:aws:s3:::*", "arn:aws:s3:::b/k:v", True),
        ("arn:aws:sns:*:1:t", "arn:aws:sns:us-east-1:1:t", True),
        ("arn:aws:sns:us-*:1:t", "arn:aws:sns:us-east-1:1:t", True),
        ("arn:aws:sns:us-*:1:t", "arn:aws:sns:eu-west-1:1:t", False),
        ("arn:aws:sns:*:t", "arn:aws:sns:us-east-1:1:t", False),
        ("arn:aws:sns*", "arn:aws:sns:us-east-1:1:t", True),
        ("arn:aws:sqs", "arn:aws:sqs:us-east-1:1:q", True),
        ("arn:aws:s3:*", "arn:aws:sqs:us-east-1:1:q", False),
        ("arn:*:iam::1:role/*", "arn:aws:iam::1:role/path/name", True),
        ("arn:aws:iam::1:role/a", "arn:aws:iam::1:role/path/a", False),
        ("arn:aws:iam::?:role/a", "arn:aws:iam::1:role/a", True),
        ("arn:aws:logs:*:*:log-group:/aws/*:*", "arn:aws:logs:r:1:log-group:/aws/x:log-stream:y", True),
        ("arn:aws:logs:*:*:log-group:/aws/x", "arn:aws:logs:r:1:log-group:/aws/x:log-stream:", False),
        ("arn:aws:lambda:*:1:function:f", "arn:aws:lambda:r:1:function:f:1", False),
        ("arn:aws:lambda:*:1:function:f:*", "arn:aws:lambda:r:1:function:f:live", True),
        ("arn:aws:s3:::b", "*", False),
        ("arn:*", "*", False),
        ("b", "b", True),
    ],
)
def test_arns_are_compared_part_by_part(pattern: str, arn: str, fits: bool) -> None:
    assert patterns.arn_matches(pattern, arn) is fits


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("plain", "plain"),
        ("home/${aws:username}/*", "home/ann/*"),
        ("${ aws:username }", "ann"),
        ("${aws:PrincipalTag/team}", "red"),
        ("${aws:PrincipalTag/none}", None),
        ("${aws:PrincipalTag/none, 'all'}", "all"),
        ("${aws:PrincipalTag/team, 'all'}", "red"),
        ("${aws:PrincipalTag/none,''}", ""),
        ("${aws:username}-${aws:userid}", "ann-AIDA:x"),
        ("${aws:username}-${none}", None),
        ("100${$}", "100$"),
        ("$aws:username", "$aws:username"),
    ],
)
def test_variables(text: str, resolved: str | None) -> None:
    assert patterns.resolve(text, VALUES.get) == resolved


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        ("${odd}", "a*b?", True),
        ("${odd}", "aXbY", False),
        ("${*}x", "*x", True),
        ("${*}x", "yx", False),
        ("${?}", "?", True),
    ],
)
def test_wildcards_of_a_variables_value_are_meant_literally(pattern: str, value: str, fits: bool) -> None:
    resolved = patterns.resolve(pattern, VALUES.get)
    assert resolved is not None
    assert patterns.matches(resolved, patterns.protect(value)) is fits


@given(st.text(st.characters(exclude_categories=["Co", "Cs"])))
def test_every_text_fits_itself_and_the_star(text: str) -> None:
    assert patterns.matches(text, text)
    assert patterns.matches("*", text)
    assert patterns.unprotect(patterns.protect(text)) == text


@given(st.text(alphabet="ab*?", max_size=6), st.text(alphabet="ab", max_size=6))
def test_matching_agrees_with_a_plain_recursive_definition(pattern: str, value: str) -> None:
    def fits(pattern: str, value: str) -> bool:
        if not pattern:
            return not value
        if pattern[0] == "*":
            return fits(pattern[1:], value) or (bool(value) and fits(pattern, value[1:]))
        return bool(value) and pattern[0] in ("?", value[0]) and fits(pattern[1:], value[1:])

    assert patterns.matches(pattern, value) == fits(pattern, value)
