"""What each principal used, and what its policies allow that it never used: the list behind ``GET
/_rehearsal/iam/usage``."""

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from moto.iam.models import iam_backends

from rehearsal.localaws.authorizer import patterns, principals
from rehearsal.localaws.authorizer.policy import Decision, Effect, Kind, Match, Policy, Statement
from rehearsal.localaws.authorizer.principal_element import Caller, Scope
from rehearsal.localaws.authorizer.principals import PARTITION, Principal
from rehearsal.localaws.authorizer.requests import Need
from rehearsal.localaws.door import capabilities
from rehearsal.localaws.ground import persistence


@dataclass
class _Usage:
    """What one user or role did: decisions by (action, resource, verdict), and the actions that each statement allowed.

    ``allowed_alone_by`` has those that would have been denied without the statement. A statement is the policy's name
    and ``Statement.known_by``: a policy may be changed between two calls.
    """

    calls: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    allowed_by: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    allowed_alone_by: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


MOST_RESOURCES = 100
"""That are told apart of one action; those that come later are counted together, as :data:`FURTHER`."""
FURTHER = "(further resources)"

_lock = threading.Lock()
_told_apart: dict[str, Counter[tuple[str, str]]] = {}
"""How many resources there are by principal, action and verdict."""
_usage: dict[str, _Usage] = defaultdict(_Usage)
persistence.keep_dict("authorizer.usage", _usage)


def record(principal: Principal, need: Need, decision: Decision) -> None:
    """Remember one decision under the user, or the session's role."""
    with _lock:
        holder = principal.role_arn or principal.arn
        usage = _usage[holder]
        usage.calls[_entry(holder, usage, (need.action, need.resource, decision.verdict.value))] += 1
        for match in decision.matches if decision.allowed else ():
            usage.allowed_by[match.policy.name, match.statement.known_by][need.action] += 1
            if _is_alone(match, decision, principal.caller):
                usage.allowed_alone_by[match.policy.name, match.statement.known_by][need.action] += 1


def _entry(holder: str, usage: _Usage, wanted: tuple[str, str, str]) -> tuple[str, str, str]:
    """Where a decision is counted: names of objects and jobs are new with every release, and would never end."""
    if wanted in usage.calls:
        return wanted
    counts = _told_apart.get(holder)
    if counts is None:
        counts = _told_apart[holder] = Counter((action, verdict) for action, _, verdict in usage.calls)
    action, _, verdict = wanted
    if counts[action, verdict] >= MOST_RESOURCES:
        return action, FURTHER, verdict
    counts[action, verdict] += 1
    return wanted


def _is_alone(match: Match, decision: Decision, caller: Caller) -> bool:
    """Whether the request would have been denied without this statement of an identity-based policy or the like."""
    for other in decision.matches:
        if other is match:
            continue
        if other.kind is match.kind:
            return False
        if other.kind is Kind.RESOURCE and other.statement.scope_for(caller) in (Scope.CALLER, Scope.ROLE):
            return False
    return True


def report() -> list[dict[str, Any]]:
    """For each role and user of the account that asks: the decisions, and how often each Allow statement was needed."""
    iam = iam_backends[capabilities.asking_account()][PARTITION]
    with _lock:
        return [_of_holder(holder, _usage[holder.arn]) for holder in (*iam.roles.values(), *iam.users.values())]


def _of_holder(holder: Any, usage: _Usage) -> dict[str, Any]:
    return {
        "arn": holder.arn,
        "calls": [
            {"action": action, "resource": resource, "decision": verdict, "times": times}
            for (action, resource, verdict), times in usage.calls.items()
        ],
        "statements": [
            _of_statement(policy, statement, usage)
            for policy in principals.policies_of(holder)
            for statement in policy.statements
            if statement.effect is Effect.ALLOW
        ],
    }


def _of_statement(policy: Policy, statement: Statement, usage: _Usage) -> dict[str, Any]:
    """``neededFor`` are the actions that nothing else allowed, ``unusedActions`` those, as written, that were never
    asked for."""
    key = (policy.name, statement.known_by)
    used = usage.allowed_by.get(key, Counter())
    return {
        "policy": policy.name,
        "statement": statement.sid or f"#{statement.index}",
        "times": used.total(),
        "usedActions": dict(used),
        "neededFor": dict(usage.allowed_alone_by.get(key, {})),
        "unusedActions": [
            action
            for action in ([] if statement.excludes_actions else statement.actions)
            if not any(patterns.matches(action, each, ignore_case=True) for each in used)
        ],
    }


def _capability(_members: dict[str, Any]) -> dict[str, Any]:
    return {"principals": report()}


capabilities.offer("GET", "iam/usage", _capability)
