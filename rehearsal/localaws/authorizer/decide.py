"""Whether a caller may do what a request needs: the policies gathered, each need evaluated, the use recorded."""

from collections.abc import Mapping
from dataclasses import dataclass

from rehearsal.localaws.authorizer import context, policy, resources, tags, usage
from rehearsal.localaws.authorizer.policy import Decision, Kind, Policies, Request, Verdict
from rehearsal.localaws.authorizer.principal_element import Caller
from rehearsal.localaws.authorizer.principals import Principal
from rehearsal.localaws.authorizer.requests import Need
from rehearsal.localaws.ground import accounts, clock

_NOBODY = Caller()
_ASSUMING = {"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"}
_MAKING = {"s3:CreateBucket"}
ALWAYS_ALLOWED = {"sts:GetCallerIdentity", "sts:GetSessionToken"}


@dataclass(frozen=True)
class Circumstances:
    """What of a request is the same for each of its needs."""

    principal: Principal | None
    region: str
    source_ip: str = "127.0.0.1"
    user_agent: str = ""

    def keys(self) -> dict[str, tuple[str, ...]]:
        """The global condition keys."""
        return context.global_keys(
            self.principal,
            region=self.region,
            now=clock.timestamp(),
            source_ip=self.source_ip,
            user_agent=self.user_agent,
        )


def decide(need: Need, circumstances: Circumstances, keys: Mapping[str, tuple[str, ...]]) -> Decision:
    """The decision on one need; ``keys`` are the circumstances' own."""
    if need.action in ALWAYS_ALLOWED:
        return Decision(Verdict.ALLOWED)
    principal = circumstances.principal
    owner = owner_of(need, principal)
    live = context.LiveContext(
        {**keys, "aws:resourceaccount": (owner,), **need.keys},
        lambda: tags.of_resource(need.resource, circumstances.region, owner),
    )
    caller = _NOBODY if principal is None else principal.caller
    decision = policy.evaluate(_policies(need, principal, owner), Request(need.action, need.resource, live, caller))
    if principal is not None:
        usage.record(principal, need, decision)
    return decision


def owner_of(need: Need, principal: Principal | None) -> str:
    """The account whose resource a need is about; the caller's own for what names no account, or is yet to be made."""
    caller = "" if principal is None else principal.account_id
    return caller if need.action in _MAKING else resources.owner_of(need.resource, caller)


def _crosses(need: Need, principal: Principal | None, owner: str) -> bool:
    """Whether both accounts must agree. Registries of accounts that are not here are AWS's own: they let all pull."""
    if principal is None or owner == principal.account_id:
        return False
    return need.service != "ecr" or accounts.is_known(owner)


def _policies(need: Need, principal: Principal | None, owner: str) -> Policies:
    is_assuming = need.action in _ASSUMING
    on_resource = resources.trust_policy_of(need.resource) if is_assuming else resources.policy_of(need.resource)
    return Policies(
        identity=() if principal is None else principal.identity,
        resource=on_resource,
        boundary=None if principal is None else principal.boundary,
        session=None if principal is None else principal.session_policies,
        needs_resource_policy=is_assuming or (on_resource is not None and need.service == "kms"),
        crosses_accounts=_crosses(need, principal, owner),
    )


def reason_of(need: Need, decision: Decision) -> str:
    """Why not, in AWS's words; AssumeRole keeps its reasons to itself."""
    if need.action in _ASSUMING and decision.kind is Kind.RESOURCE:
        return ""
    return decision.reason(need.action)
