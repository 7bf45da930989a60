"""The evaluator: statements, the order of the kinds of policy, and the laws that hold for all of them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.iam.access_control import IAMPolicy, PermissionResult

from rehearsal.localaws.authorizer.conditions import MalformedPolicy
from rehearsal.localaws.authorizer.policy import (
    Decision,
    Kind,
    Policies,
    Policy,
    Request,
    RequestContext,
    Verdict,
    evaluate,
)
from rehearsal.localaws.authorizer.principal_element import Caller

USER = Caller("1", "arn:aws:iam::1:user/ann")
SESSION = Caller("1", "arn:aws:sts::1:assumed-role/builder/job", "arn:aws:iam::1:role/builder")
SERVICE = Caller(service="events.amazonaws.com")
NOBODY = Caller()
GET, PUT, OBJECT = "s3:GetObject", "s3:PutObject", "arn:aws:s3:::b/k"


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> Policy:
    return Policy.parse(json.dumps({"Version": version, "Statement": list(statements)}), "p")


def allow(action: Any = GET, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = GET, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def decide(caller: Caller = USER, action: str = GET, on: str = OBJECT, **kinds: Any) -> Decision:
    context = RequestContext({"aws:username": ("ann",), "aws:principaltag/team": ("red",)})
    return evaluate(Policies(**kinds), Request(action, on, context, caller))


def identity(statement: Any, action: str = GET, resource: str = OBJECT) -> str:
    return decide(action=action, on=resource, identity=[policy(statement)]).verdict.value


@pytest.mark.parametrize(
    ("statement", "action", "resource", "verdict"),
    [
        (allow(), GET, OBJECT, "allowed"),
        (allow(), PUT, OBJECT, "implicitDeny"),
        (deny(), GET, OBJECT, "explicitDeny"),
        (deny(), PUT, OBJECT, "implicitDeny"),
        (allow("*"), GET, OBJECT, "allowed"),
        (allow("s3:*"), GET, OBJECT, "allowed"),
        (allow("s3:get*"), GET, OBJECT, "allowed"),
        (allow([PUT, GET]), GET, OBJECT, "allowed"),
        (allow([]), GET, OBJECT, "implicitDeny"),
        (allow(GET, OBJECT), GET, OBJECT, "allowed"),
        (allow(GET, "arn:aws:s3:::b/*"), GET, OBJECT, "allowed"),
        (allow(GET, "arn:aws:s3:::c/*"), GET, OBJECT, "implicitDeny"),
        (allow(GET, ["arn:aws:s3:::c/*", OBJECT]), GET, OBJECT, "allowed"),
        (allow(GET, "arn:aws:s3:::b"), GET, OBJECT, "implicitDeny"),
        (allow("s3:ListBucket", "arn:aws:s3:::b"), "s3:ListBucket", "arn:aws:s3:::b", "allowed"),
        (allow("s3:ListBucket", "arn:aws:s3:::b/*"), "s3:ListBucket", "arn:aws:s3:::b", "implicitDeny"),
        (allow("sqs:ListQueues", "arn:aws:sqs:*:1:q"), "sqs:ListQueues", "*", "implicitDeny"),
        (allow("sqs:ListQueues"), "sqs:ListQueues", "*", "allowed"),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, GET, OBJECT, "allowed"),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, "iam:GetRole", OBJECT, "implicitDeny"),
        ({"Effect": "Allow", "NotAction": ["iam:*", "s3:*"], "Resource": "*"}, GET, OBJECT, "implicitDeny"),
        ({"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}, "iam:GetRole", OBJECT, "explicitDeny"),
        ({"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}, GET, OBJECT, "implicitDeny"),
        ({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::secret/*"}, GET, OBJECT, "allowed"),
        ({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::b/*"}, GET, OBJECT, "implicitDeny"),
        (
            {"Effect": "Deny", "Action": "s3:*", "NotResource": ["arn:aws:s3:::b/*"]},
            GET,
            "arn:aws:s3:::c/k",
            "explicitDeny",
        ),
        (allow(GET, "arn:aws:s3:::b/${aws:username}/*"), GET, "arn:aws:s3:::b/ann/x", "allowed"),
        (allow(GET, "arn:aws:s3:::b/${aws:username}/*"), GET, "arn:aws:s3:::b/bob/x", "implicitDeny"),
        (allow(GET, "arn:aws:s3:::b/${aws:PrincipalTag/team}/*"), GET, "arn:aws:s3:::b/red/x", "allowed"),
        (allow(GET, "arn:aws:s3:::b/${aws:PrincipalTag/none}/*"), GET, "arn:aws:s3:::b//x", "implicitDeny"),
        (allow(GET, "arn:aws:s3:::b/${aws:PrincipalTag/none, 'all'}/*"), GET, "arn:aws:s3:::b/all/x", "allowed"),
        (allow(GET, "arn:aws:s3:::b/${*}"), GET, "arn:aws:s3:::b/*", "allowed"),
        (allow(GET, "arn:aws:s3:::b/${*}"), GET, OBJECT, "implicitDeny"),
        (allow(Condition={"StringEquals": {"aws:username": "ann"}}), GET, OBJECT, "allowed"),
        (allow(Condition={"StringEquals": {"aws:username": "bob"}}), GET, OBJECT, "implicitDeny"),
        (deny(Condition={"StringEquals": {"aws:username": "ann"}}), GET, OBJECT, "explicitDeny"),
        (deny(Condition={"StringNotEquals": {"aws:username": "ann"}}), GET, OBJECT, "implicitDeny"),
        (deny(Condition={"StringNotEquals": {"aws:sourcevpc": "vpc-1"}}), GET, OBJECT, "explicitDeny"),
        (deny(Condition={"StringNotEqualsIfExists": {"aws:sourcevpc": "vpc-1"}}), GET, OBJECT, "explicitDeny"),
        (deny(Condition={"Null": {"aws:requesttag/env": "true"}}), GET, OBJECT, "explicitDeny"),
        (allow(Condition={}), GET, OBJECT, "allowed"),
    ],
)
def test_one_statement(statement: Any, action: str, resource: str, verdict: str) -> None:
    assert identity(statement, action, resource) == verdict


def test_a_document_may_have_one_statement_without_a_list() -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": allow()})
    assert decide(identity=[Policy.parse(text)]).allowed


def test_without_a_version_variables_are_plain_text() -> None:
    found = policy(allow(GET, "arn:aws:s3:::b/${aws:username}/*"), version="2008-10-17")
    assert not decide(on="arn:aws:s3:::b/ann/x", identity=[found]).allowed
    assert decide(on="arn:aws:s3:::b/${aws:username}/x", identity=[found]).allowed


def resource_based(principal: Any, name: str = "Principal", effect: str = "Allow") -> Policy:
    return policy({"Effect": effect, name: principal, "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"})


def by_resource(caller: Caller, found: Policy, **kinds: Any) -> bool:
    request = Request(GET, OBJECT, RequestContext(), caller)
    return evaluate(Policies(resource=found, **kinds), request).allowed


ROOT = {"AWS": "arn:aws:iam::1:root"}


@pytest.mark.parametrize(
    ("principal", "caller", "allowed"),
    [
        ("*", USER, True),
        ("*", NOBODY, True),
        ("*", SERVICE, True),
        ({"AWS": "*"}, USER, True),
        ({"AWS": "*"}, NOBODY, True),
        ({"AWS": USER.arn}, USER, True),
        ({"AWS": [USER.arn, "arn:aws:iam::1:user/bob"]}, USER, True),
        ({"AWS": "arn:aws:iam::1:user/bob"}, USER, False),
        ({"AWS": "arn:aws:iam::1:user/*"}, USER, False),
        ({"AWS": SESSION.arn}, SESSION, True),
        ({"AWS": SESSION.role_arn}, SESSION, True),
        ({"AWS": SESSION.role_arn}, USER, False),
        (ROOT, USER, False),
        (ROOT, SESSION, False),
        ({"AWS": "1"}, USER, False),
        (ROOT, NOBODY, False),
        ({"Service": "events.amazonaws.com"}, SERVICE, True),
        ({"Service": ["sns.amazonaws.com", "events.amazonaws.com"]}, SERVICE, True),
        ({"Service": "sns.amazonaws.com"}, SERVICE, False),
        ({"Service": "events.amazonaws.com"}, USER, False),
        ({"Federated": "cognito-identity.amazonaws.com"}, USER, False),
    ],
)
def test_a_resource_policy_alone_allows_whom_it_names(principal: Any, caller: Caller, allowed: bool) -> None:
    assert by_resource(caller, resource_based(principal)) is allowed


@pytest.mark.parametrize(
    ("principal", "caller", "denied"),
    [
        ({"AWS": USER.arn}, USER, False),
        ({"AWS": USER.arn}, SESSION, True),
        ({"AWS": USER.arn}, NOBODY, True),
        ({"AWS": [SESSION.role_arn, SESSION.arn]}, SESSION, False),
        ({"Service": "events.amazonaws.com"}, SERVICE, False),
        ({"Service": "sns.amazonaws.com"}, SERVICE, True),
    ],
)
def test_not_principal_denies_all_others(principal: Any, caller: Caller, denied: bool) -> None:
    found = decide(caller, identity=[policy(allow("*"))])
    assert found.allowed
    request = Request(GET, OBJECT, RequestContext(), caller)
    policies = Policies([policy(allow("*"))], resource_based(principal, "NotPrincipal", "Deny"))
    assert (evaluate(policies, request).verdict is Verdict.EXPLICIT_DENY) is denied


ALLOWING, OTHER, DENYING = policy(allow()), policy(allow(PUT)), policy(deny())
FOR_ROLE, FOR_SESSION = resource_based({"AWS": SESSION.role_arn}), resource_based({"AWS": SESSION.arn})


@pytest.mark.parametrize(
    ("kinds", "verdict", "kind"),
    [
        ({}, "implicitDeny", Kind.IDENTITY),
        ({"identity": [OTHER]}, "implicitDeny", Kind.IDENTITY),
        ({"identity": [OTHER, ALLOWING]}, "allowed", None),
        ({"identity": [ALLOWING, DENYING]}, "explicitDeny", Kind.IDENTITY),
        ({"identity": [ALLOWING], "boundary": ALLOWING}, "allowed", None),
        ({"identity": [ALLOWING], "boundary": OTHER}, "implicitDeny", Kind.BOUNDARY),
        ({"identity": [ALLOWING], "boundary": DENYING}, "explicitDeny", Kind.BOUNDARY),
        ({"identity": [], "boundary": ALLOWING}, "implicitDeny", Kind.IDENTITY),
        ({"identity": [ALLOWING], "session": [ALLOWING]}, "allowed", None),
        ({"identity": [ALLOWING], "session": [OTHER]}, "implicitDeny", Kind.SESSION),
        ({"identity": [ALLOWING], "session": [OTHER, ALLOWING]}, "allowed", None),
        ({"identity": [ALLOWING], "session": []}, "implicitDeny", Kind.SESSION),
        ({"identity": [ALLOWING], "session": [DENYING]}, "explicitDeny", Kind.SESSION),
        ({"identity": [], "session": [ALLOWING]}, "implicitDeny", Kind.IDENTITY),
        ({"identity": [ALLOWING], "boundary": ALLOWING, "session": [ALLOWING]}, "allowed", None),
        ({"identity": [ALLOWING], "boundary": OTHER, "session": [ALLOWING]}, "implicitDeny", Kind.BOUNDARY),
        ({"resource": FOR_ROLE}, "allowed", None),
        ({"resource": FOR_ROLE, "boundary": OTHER}, "implicitDeny", Kind.BOUNDARY),
        ({"resource": FOR_ROLE, "session": [OTHER]}, "implicitDeny", Kind.SESSION),
        ({"resource": FOR_ROLE, "session": [ALLOWING]}, "allowed", None),
        ({"resource": FOR_SESSION, "boundary": OTHER, "session": [OTHER]}, "allowed", None),
        ({"resource": FOR_SESSION, "boundary": DENYING}, "explicitDeny", Kind.BOUNDARY),
        ({"resource": FOR_SESSION, "identity": [DENYING]}, "explicitDeny", Kind.IDENTITY),
        ({"resource": resource_based("*", effect="Deny"), "identity": [ALLOWING]}, "explicitDeny", Kind.RESOURCE),
        ({"resource": resource_based(ROOT)}, "implicitDeny", Kind.IDENTITY),
        ({"resource": resource_based(ROOT), "identity": [ALLOWING]}, "allowed", None),
        ({"needs_resource_policy": True, "identity": [ALLOWING]}, "implicitDeny", Kind.RESOURCE),
        ({"needs_resource_policy": True, "identity": [ALLOWING], "resource": resource_based(ROOT)}, "allowed", None),
        ({"needs_resource_policy": True, "resource": resource_based(ROOT)}, "implicitDeny", Kind.IDENTITY),
        ({"needs_resource_policy": True, "resource": FOR_ROLE}, "allowed", None),
    ],
)
def test_every_kind_of_policy_has_its_say(kinds: Any, verdict: str, kind: Kind | None) -> None:
    found = decide(SESSION, **kinds)
    assert (found.verdict.value, found.kind) == (verdict, kind)


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (
            Decision(Verdict.IMPLICIT_DENY, Kind.IDENTITY),
            "because no identity-based policy allows the s3:GetObject action",
        ),
        (
            Decision(Verdict.IMPLICIT_DENY, Kind.RESOURCE),
            "because no resource-based policy allows the s3:GetObject action",
        ),
        (
            Decision(Verdict.IMPLICIT_DENY, Kind.BOUNDARY),
            "because no permissions boundary allows the s3:GetObject action",
        ),
        (Decision(Verdict.IMPLICIT_DENY, Kind.SESSION), "because no session policy allows the s3:GetObject action"),
        (Decision(Verdict.EXPLICIT_DENY, Kind.IDENTITY), "with an explicit deny in an identity-based policy"),
        (Decision(Verdict.EXPLICIT_DENY, Kind.RESOURCE), "with an explicit deny in a resource-based policy"),
        (Decision(Verdict.EXPLICIT_DENY, Kind.BOUNDARY), "with an explicit deny in a permissions boundary"),
        (Decision(Verdict.EXPLICIT_DENY, Kind.SESSION), "with an explicit deny in a session policy"),
    ],
)
def test_reasons_are_awss(decision: Decision, words: str) -> None:
    assert decision.reason(GET) == words


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Permit", "Action": "*", "Resource": "*"},
        {"Effect": "Allow", "Resource": "*"},
        {"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"},
        {"Effect": "Allow", "Action": "*", "Resource": "*", "NotResource": "*"},
        {"Effect": "Allow", "Action": 1, "Resource": "*"},
        {"Effect": "Allow", "Action": ["*", None], "Resource": "*"},
        {"Effect": "Allow", "Action": "*", "Resource": {"a": 1}},
        {"Effect": "Allow", "Action": "*", "Principal": "everyone"},
        {"Effect": "Allow", "Action": "*", "Principal": {"AWS": [None]}},
        "Allow",
    ],
)
def test_malformed_statements_are_refused(statement: Any) -> None:
    with pytest.raises(MalformedPolicy):
        policy(statement)


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"'])
def test_malformed_documents_are_refused(text: str) -> None:
    with pytest.raises(MalformedPolicy):
        Policy.parse(text)


ACTIONS = st.sampled_from(["s3:GetObject", "s3:PutObject", "iam:PassRole", "sqs:SendMessage"])
ACTION_PATTERNS = st.sampled_from(["*", "s3:*", "s3:Get*", "iam:PassRole", "s3:PutObject", "sqs:*", "s3:*Object"])
RESOURCES = st.sampled_from(["arn:aws:s3:::b/k", "arn:aws:s3:::b", "arn:aws:iam::1:role/r", "*"])
RESOURCE_PATTERNS = st.sampled_from(
    ["*", "arn:aws:s3:::*", "arn:aws:s3:::b/*", "arn:aws:iam::1:role/*", "arn:aws:s3:::b"]
)
STATEMENTS = st.builds(
    lambda effect, key, actions, resources, condition: {
        "Effect": effect,
        key: actions,
        "Resource": resources,
        **({"Condition": {"StringEquals": {"aws:username": condition}}} if condition else {}),
    },
    st.sampled_from(["Allow", "Deny"]),
    st.sampled_from(["Action", "NotAction"]),
    st.lists(ACTION_PATTERNS, min_size=1, max_size=2),
    st.lists(RESOURCE_PATTERNS, min_size=1, max_size=2),
    st.sampled_from([None, "ann", "bob"]),
)
DOCUMENTS = st.lists(st.lists(STATEMENTS, max_size=3).map(lambda found: policy(*found)), max_size=3)


@given(DOCUMENTS, ACTIONS, RESOURCES)
def test_law_an_explicit_deny_always_wins(policies: list[Policy], action: str, resource: str) -> None:
    found = decide(action=action, on=resource, identity=[*policies, policy(deny("*"))])
    assert found.verdict is Verdict.EXPLICIT_DENY


@given(DOCUMENTS, STATEMENTS, ACTIONS, RESOURCES)
def test_law_adding_an_allow_never_removes_access(
    policies: list[Policy], statement: dict[str, Any], action: str, resource: str
) -> None:
    before = decide(action=action, on=resource, identity=policies)
    more = policy({**statement, "Effect": "Allow"})
    assert decide(action=action, on=resource, identity=[*policies, more]).allowed or not before.allowed


@given(DOCUMENTS, STATEMENTS, ACTIONS, RESOURCES)
def test_law_adding_a_deny_never_gives_access(
    policies: list[Policy], statement: dict[str, Any], action: str, resource: str
) -> None:
    before = decide(action=action, on=resource, identity=policies)
    less = policy({**statement, "Effect": "Deny"})
    assert before.allowed or not decide(action=action, on=resource, identity=[*policies, less]).allowed


@given(DOCUMENTS, DOCUMENTS, ACTIONS, RESOURCES)
def test_law_a_boundary_and_a_session_policy_only_take_away(
    policies: list[Policy], limits: list[Policy], action: str, resource: str
) -> None:
    free = decide(action=action, on=resource, identity=policies)
    limited = decide(
        action=action, on=resource, identity=policies, session=limits, boundary=limits[0] if limits else None
    )
    assert free.allowed or not limited.allowed


@given(DOCUMENTS, ACTIONS, RESOURCES, st.randoms())
def test_law_order_does_not_matter(policies: list[Policy], action: str, resource: str, random: Any) -> None:
    shuffled = random.sample(policies, len(policies))
    first = decide(action=action, on=resource, identity=policies)
    second = decide(action=action, on=resource, identity=shuffled)
    assert first.verdict is second.verdict


@given(DOCUMENTS, ACTIONS, RESOURCES)
def test_law_nothing_is_allowed_without_a_statement_that_allows_it(
    policies: list[Policy], action: str, resource: str
) -> None:
    found = decide(action=action, on=resource, identity=policies)
    assert found.allowed == bool(found.matches and found.matches[0].statement.effect.value == "Allow")


PLAIN_STATEMENTS = STATEMENTS.map(lambda found: {key: value for key, value in found.items() if key != "Condition"})


@given(st.lists(PLAIN_STATEMENTS, min_size=1, max_size=4), ACTIONS, RESOURCES)
def test_it_agrees_with_motos_evaluator_where_that_one_is_complete(
    statements: list[dict[str, Any]], action: str, resource: str
) -> None:
    """moto's own evaluator knows actions and resources with ``*``, not conditions, ``?``, NotResource or variables."""
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    theirs = IAMPolicy(text).is_action_permitted(action, resource)
    ours = decide(action=action, on=resource, identity=[Policy.parse(text)]).verdict
    assert {
        PermissionResult.PERMITTED: Verdict.ALLOWED,
        PermissionResult.DENIED: Verdict.EXPLICIT_DENY,
        PermissionResult.NEUTRAL: Verdict.IMPLICIT_DENY,
    }[theirs] is ours
