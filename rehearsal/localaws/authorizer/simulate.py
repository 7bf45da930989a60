"""The policy simulator: IAM's SimulatePrincipalPolicy and SimulateCustomPolicy, by the evaluator that decides real calls. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.authorizer.policy import (
    Decision,
    Kind,
    Match,
    Policies,
    Policy,
    Request,
    RequestContext,
    evaluate,
)
from rehearsal.localaws.authorizer.principal_element import Caller

Answer = dict[str, Any]


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
    """One EvaluationResult for each action on each resource."""
    return [
        _result(simulation, Request(action, resource, simulation.context, simulation.caller))
        for action in simulation.actions
        for resource in simulation.resources or ("*",)
    ]


def _result(simulation: Simulation, request: Request) -> Answer:
    decision = evaluate(simulation.policies, request)
    answer: Answer = {
        "EvalActionName": request.action,
        "EvalResourceName": request.resource,
        "EvalDecision": decision.verdict.value,
        "MatchedStatements": [_matched(match, simulation.holder) for match in _deciding(decision)],
        "MissingContextValues": _missing(simulation),
    }
    if simulation.policies.boundary is not None:
        alone = evaluate(Policies(identity=(simulation.policies.boundary,)), request)
        answer["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": alone.allowed}
    return answer


def _deciding(decision: Decision) -> Iterator[Match]:
    return (match for match in decision.matches if match.kind is not Kind.BOUNDARY)


def _matched(match: Match, holder: str) -> Answer:
    name = match.policy.name
    if match.kind is Kind.RESOURCE:
        return {"SourcePolicyId": name, "SourcePolicyType": "resource"}
    if name.startswith("arn:"):
        managed_by = "aws-managed" if name.split(":")[4] == "aws" else "user-managed"
        return {"SourcePolicyId": name, "SourcePolicyType": managed_by}
    return {"SourcePolicyId": name, "SourcePolicyType": holder}


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
    """One page of results, with the marker of the next."""
    start = int(marker or 0)
    end = start + max_items
    answer: Answer = {"EvaluationResults": list(found[start:end]), "IsTruncated": end < len(found)}
    if answer["IsTruncated"]:
        answer["Marker"] = str(end)
    return answer
