"""The evaluator: policies and a request in, a decision with its reason out. Pure: no clock, no store, no network.

The order is AWS's own: an explicit deny anywhere wins; a resource-based policy that names the very caller allows by
itself; otherwise every kind of policy that is present must allow. Between accounts both sides must always allow.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any

from rehearsal.localaws.authorizer import conditions, patterns
from rehearsal.localaws.authorizer.conditions import Condition, MalformedPolicy
from rehearsal.localaws.authorizer.principal_element import Caller, PrincipalElement, Scope

VARIABLES_SINCE = "2012-10-17"
log = logging.getLogger("rehearsal.localaws.authorizer")


class Effect(Enum):
    """What a statement does with the requests it fits."""

    ALLOW = "Allow"
    DENY = "Deny"


class Kind(Enum):
    """Where a policy comes from, in the words of AWS's messages."""

    IDENTITY = "identity-based policy"
    RESOURCE = "resource-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"


class RequestContext(dict[str, tuple[str, ...]]):
    """The request context as a dict of lower-case keys; subclasses may find further keys when they are asked for."""

    def values_of(self, key: str) -> tuple[str, ...] | None:
        """The values of ``key``, None where the request does not have it."""
        return self.get(key.lower())


@dataclass(frozen=True, slots=True)
class Request:
    """One action on one resource by one caller, as policies see it."""

    action: str
    resource: str
    context: RequestContext = field(default_factory=RequestContext)
    caller: Caller | None = None

    def single_value(self, key: str) -> str | None:
        """The value of a context key that has exactly one."""
        values = self.context.values_of(key)
        return values[0] if values is not None and len(values) == 1 else None


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy, its elements parsed once. ``index`` counts from 0.

    ``known_by`` is its Sid, or what stands for its text: it stays the statement's when others come or go before it.
    """

    sid: str | None
    known_by: str
    index: int
    effect: Effect
    actions: tuple[str, ...]
    excludes_actions: bool
    resources: tuple[str, ...] | None
    excludes_resources: bool
    conditions: tuple[Condition, ...]
    principal: PrincipalElement | None
    has_variables: bool

    def fits(self, request: Request) -> bool:
        """Whether action, resource and conditions are the statement's (the principal is asked apart)."""
        named = any(patterns.matches(each, request.action, ignore_case=True) for each in self.actions)
        if named == self.excludes_actions:
            return False
        if self.resources is not None and self._names(request) == self.excludes_resources:
            return False
        return all(condition.holds(request.context) for condition in self.conditions)

    def _names(self, request: Request) -> bool:
        resource = patterns.protect(request.resource)
        assert self.resources is not None
        if not self.has_variables:
            return any(patterns.arn_matches(each, resource) for each in self.resources)
        resolved = (patterns.resolve(each, request.single_value) for each in self.resources)
        return any(each is not None and patterns.arn_matches(each, resource) for each in resolved)

    def scope_for(self, caller: Caller | None) -> Scope | None:
        """How closely the Principal element names the caller; None when it does not."""
        if self.principal is None or caller is None:
            return None
        return self.principal.scope_for(caller)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document with the name it goes by."""

    name: str
    statements: tuple[Statement, ...]
    text: str = field(default="", compare=False, repr=False)

    @classmethod
    def parse(cls, text: str, name: str = "") -> "Policy":
        """Read a document; equal texts are read once.

        Raises:
            MalformedPolicy: what IAM would not have accepted.
        """
        return cls(name, _statements(text), text)

    @classmethod
    def stored(cls, text: str, name: str = "") -> "Policy":
        """Read a document that some service has taken; one that cannot be read allows nothing, and the log says so."""
        try:
            return cls.parse(text, name)
        except MalformedPolicy as error:
            log.warning("the policy %s cannot be read and allows nothing: %s", name, error)
            return cls(name, (), text)


@dataclass(frozen=True)
class Policies:
    """All that has a say in one request. None means that there is no policy of that kind, which is not an empty one."""

    identity: Sequence[Policy] = ()
    resource: Policy | None = None
    boundary: Policy | None = None
    session: Sequence[Policy] | None = None
    needs_resource_policy: bool = False
    """A role's trust policy and a KMS key's policy must allow, whatever the caller's own policies say."""
    crosses_accounts: bool = False
    """The resource is another account's: both sides must allow, whomever the resource's policy names."""


class Verdict(Enum):
    """The three outcomes, named as IAM's simulator names them."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


@dataclass(frozen=True, slots=True)
class Match:
    """A statement that fitted, and the policy it stands in."""

    kind: Kind
    policy: Policy
    statement: Statement


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, the kind of policy that decided against, and every statement that had a part in it."""

    verdict: Verdict
    kind: Kind | None = None
    matches: tuple[Match, ...] = ()

    @property
    def allowed(self) -> bool:
        return self.verdict is Verdict.ALLOWED

    def reason(self, action: str) -> str:
        """Why not, as AWS words it: ``because no identity-based policy allows the s3:GetObject action``."""
        assert self.kind is not None
        article = "an" if self.kind is Kind.IDENTITY else "a"
        if self.verdict is Verdict.EXPLICIT_DENY:
            return f"with an explicit deny in {article} {self.kind.value}"
        return f"because no {self.kind.value} allows the {action} action"


def evaluate(policies: Policies, request: Request) -> Decision:
    """Decide one request."""
    fitting = list(_fitting(policies, request))
    denying = [match for match in fitting if match.statement.effect is Effect.DENY]
    if denying:
        return Decision(Verdict.EXPLICIT_DENY, denying[0].kind, tuple(denying))
    return _decide_allows(policies, request, tuple(fitting))


def _decide_allows(policies: Policies, request: Request, allowing: tuple[Match, ...]) -> Decision:
    kinds = {match.kind for match in allowing}
    scopes = {match.statement.scope_for(request.caller) for match in allowing if match.kind is Kind.RESOURCE}
    if (policies.needs_resource_policy or policies.crosses_accounts) and not scopes:
        return Decision(Verdict.IMPLICIT_DENY, Kind.RESOURCE)
    if Scope.CALLER in scopes and not policies.crosses_accounts:
        return Decision(Verdict.ALLOWED, None, allowing)
    if Kind.IDENTITY not in kinds and (Scope.ROLE not in scopes or policies.crosses_accounts):
        return Decision(Verdict.IMPLICIT_DENY, Kind.IDENTITY)
    if policies.boundary is not None and Kind.BOUNDARY not in kinds:
        return Decision(Verdict.IMPLICIT_DENY, Kind.BOUNDARY)
    if policies.session is not None and Kind.SESSION not in kinds:
        return Decision(Verdict.IMPLICIT_DENY, Kind.SESSION)
    return Decision(Verdict.ALLOWED, None, allowing)


def _fitting(policies: Policies, request: Request) -> Iterator[Match]:
    for kind, policy in _kinds(policies):
        for statement in policy.statements:
            if kind is Kind.RESOURCE and statement.scope_for(request.caller) is None:
                continue
            if statement.fits(request):
                yield Match(kind, policy, statement)


def _kinds(policies: Policies) -> Iterator[tuple[Kind, Policy]]:
    for policy in policies.identity:
        yield Kind.IDENTITY, policy
    for kind, one in ((Kind.RESOURCE, policies.resource), (Kind.BOUNDARY, policies.boundary)):
        if one is not None:
            yield kind, one
    for policy in policies.session or ():
        yield Kind.SESSION, policy


@lru_cache(maxsize=4096)
def _statements(text: str) -> tuple[Statement, ...]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedPolicy("This policy contains invalid Json") from error
    if not isinstance(document, Mapping):
        raise MalformedPolicy("a policy document must be a JSON object")
    with_variables = document.get("Version") == VARIABLES_SINCE
    found = document.get("Statement", [])
    listed = found if isinstance(found, list) else [found]
    return tuple(_statement(each, index, with_variables) for index, each in enumerate(listed))


def _statement(element: Any, index: int, with_variables: bool) -> Statement:
    if not isinstance(element, Mapping):
        raise MalformedPolicy("a Statement must be an object")
    actions, excludes_actions = _either(element, "Action", "NotAction")
    resources, excludes_resources = _either(element, "Resource", "NotResource")
    if actions is None:
        raise MalformedPolicy("Policy statement must contain actions.")
    return Statement(
        sid=element.get("Sid"),
        known_by=str(element.get("Sid") or _digest(element)),
        index=index,
        effect=_effect(element),
        actions=actions,
        excludes_actions=excludes_actions,
        resources=resources,
        excludes_resources=excludes_resources,
        conditions=conditions.parse(element.get("Condition", {}), with_variables=with_variables),
        principal=PrincipalElement.parse(element),
        has_variables=with_variables and any(map(patterns.has_variables, resources or ())),
    )


def _digest(element: Mapping[str, Any]) -> str:
    return hashlib.blake2b(json.dumps(element, sort_keys=True).encode(), digest_size=8).hexdigest()


def _effect(element: Mapping[str, Any]) -> Effect:
    try:
        return Effect(element.get("Effect"))
    except ValueError as error:
        raise MalformedPolicy(f"Invalid effect: {element.get('Effect')}") from error


def _either(element: Mapping[str, Any], name: str, negated: str) -> tuple[tuple[str, ...] | None, bool]:
    if name in element and negated in element:
        raise MalformedPolicy(f"a statement has either {name} or {negated}")
    excludes = negated in element
    if name not in element and not excludes:
        return None, False
    return tuple(_texts(element[negated if excludes else name])), excludes


def _texts(value: Any) -> Iterable[str]:
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) for each in listed):
        raise MalformedPolicy(f"Action and Resource are text or lists of text, not {value!r}")
    return listed
