"""The policy simulator: IAM's SimulatePrincipalPolicy and SimulateCustomPolicy, by the evaluator that decides real
calls. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.authorizer import positions
from rehearsal.localaws.authorizer.policy import (
    Decision,
    Kind,
    Match,
    Policies,
    Policy,
    Request,
    RequestContext,
    Verdict,
    evaluate,
)
from rehearsal.localaws.authorizer.principal_element import Caller
from rehearsal.localaws.ground import pages
from rehearsal.localaws.ground.errors import AwsError

Answer = dict[str, Any]
_ALL = "*"
_INLINE = "IAM Policy"
"""What AWS calls a policy within a user, group or role; its model has other names for it."""
_MOST_RESTRICTIVE_FIRST = (Verdict.EXPLICIT_DENY, Verdict.IMPLICIT_DENY, Verdict.ALLOWED)


@dataclass(frozen=True)
class Simulation:
    """What is asked: each action on each resource, by ``caller`` (a user, group or role, or nobody) in ``context``.

    ``holder`` is the kind of principal whose own policies are simulated: user, group, role or none.
    """

    policies: Policies
    actions: Sequence[str]
    resources: Sequence[str]
    context: RequestContext
    caller: Caller | None
    holder: str = "none"


def results(simulation: Simulation) -> list[Answer]:
    """One EvaluationResult for each action; what it says of all resources together, and of each that is named."""
    return [_result(simulation, action) for action in simulation.actions]


def _result(simulation: Simulation, action: str) -> Answer:
    named = [arn for arn in simulation.resources if arn != _ALL]
    requests = [Request(action, arn, simulation.context, simulation.caller) for arn in named or (_ALL,)]
    decisions = [evaluate(simulation.policies, request) for request in requests]
    verdict = next(each for each in _MOST_RESTRICTIVE_FIRST if any(found.verdict is each for found in decisions))
    deciding = [match for found in decisions if found.verdict is verdict for match in _deciding(found)]
    answer: Answer = {
        "EvalActionName": action,
        "EvalResourceName": named[0] if len(named) == 1 else _ALL,
        "EvalDecision": verdict.value,
        "EvalDecisionDetails": {},
        "OrganizationsDecisionDetail": {"AllowedByOrganizations": True},
        "MatchedStatements": _matched(deciding, simulation.holder),
        "MissingContextValues": _missing(simulation),
        **_boundary_detail(simulation, requests),
    }
    if named:
        answer["ResourceSpecificResults"] = [
            _of_resource(simulation, request, found) for request, found in zip(requests, decisions, strict=True)
        ]
    return answer


def _of_resource(simulation: Simulation, request: Request, decision: Decision) -> Answer:
    return {
        "EvalResourceName": request.resource,
        "EvalResourceDecision": decision.verdict.value,
        "MatchedStatements": _matched(_deciding(decision), simulation.holder),
        "MissingContextValues": _missing(simulation),
        **_boundary_detail(simulation, [request]),
    }


def _boundary_detail(simulation: Simulation, requests: Iterable[Request]) -> Answer:
    """Whether the boundary by itself would allow all of the requests."""
    boundary = simulation.policies.boundary
    if boundary is None:
        return {}
    alone = Policies(identity=(boundary,))
    allowed = all(evaluate(alone, request).allowed for request in requests)
    return {"PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": allowed}}


def _deciding(decision: Decision) -> Iterator[Match]:
    return (match for match in decision.matches if match.kind is not Kind.BOUNDARY)


def _matched(matches: Iterable[Match], holder: str) -> list[Answer]:
    """Each statement once."""
    found = {(match.policy.name, match.statement.index): match for match in matches}
    return [_reference(match, holder) for match in found.values()]


def _reference(match: Match, holder: str) -> Answer:
    start, end = positions.of_statement(match.policy.text, match.statement.index)
    return {
        "SourcePolicyId": match.policy.name,
        "SourcePolicyType": _source_type(match, holder),
        "StartPosition": start,
        "EndPosition": end,
    }


def _source_type(match: Match, holder: str) -> str:
    name = match.policy.name
    if match.kind is Kind.RESOURCE:
        return "resource"
    if name.startswith("arn:"):
        return "aws-managed" if name.split(":")[4] == "aws" else "user-managed"
    return _INLINE if holder in ("user", "group", "role") else holder


def _missing(simulation: Simulation) -> list[str]:
    named = context_keys(_all(simulation.policies))
    return [name for name in named if simulation.context.values_of(name) is None]


def _all(policies: Policies) -> Iterator[Policy]:
    yield from policies.identity
    for policy in (policies.resource, policies.boundary):
        if policy is not None:
            yield policy


def context_keys(policies: Iterable[Policy]) -> list[str]:
    """The condition keys that policies ask for, each once, as they are written."""
    found = (condition.name for policy in policies for each in policy.statements for condition in each.conditions)
    return list({name.lower(): name for name in found}.values())


def context_of(entries: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """The ContextEntries of a request."""
    return {entry["ContextKeyName"].lower(): tuple(entry.get("ContextKeyValues") or ()) for entry in entries}


def page(found: Sequence[Answer], marker: str | None, max_items: int) -> Answer:
    """One page of results, with the marker of the next.

    Raises:
        AwsError: InvalidInput, for a marker that no simulation gave.
    """
    refusal = AwsError("InvalidInput", "Invalid Marker")
    results, following = pages.cut(found, marker, max_items, refusal, of="simulated")
    answer: Answer = {"EvaluationResults": list(results), "IsTruncated": following is not None}
    return answer | ({"Marker": following} if following else {})
