"""IAM's eventual consistency, on order: what was changed counts only so many seconds later.

On AWS a changed policy and a new role reach the services within seconds. A stack that adds a right and uses it in the
same update fails there and passes here, unless a lag is on (``rehearse fault add iam-lag --seconds 10``). Before each
change the state of all holders is kept; whoever asks gets the state before the first change of the last ``seconds``.
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.authorizer.held_policies import held_by
from rehearsal.localaws.authorizer.policy import Policy
from rehearsal.localaws.door import faults
from rehearsal.localaws.ground import accounts, clock
from rehearsal.localaws.moto_bridge import moto_records

_LOOKING = ("Get", "List", "Simulate", "Generate")


@dataclass(frozen=True)
class Holder:
    """A user, group or role as it was: its policies, and a role's trust policy."""

    policies: tuple[Policy, ...] = ()
    trust: str | dict[str, Any] | None = None


ABSENT = Holder()
"""One that was not there yet."""


_kept: list[tuple[float, Mapping[str, Holder]]] = []
"""The states before the changes of the last seconds, oldest first."""


def seconds() -> float:
    """The lag in force; 0 is none, as usual."""
    return faults.plan.iam_lag_seconds


def before_change(service: str, operation: str) -> None:
    """Called before IAM carries a request out: keeps the state that goes on counting for a while."""
    if service != "iam" or operation.startswith(_LOOKING) or not (lasting := seconds()):
        return
    now = clock.timestamp()
    _kept[:] = [*((at, state) for at, state in _kept if at > now - lasting), (now, _state())]


def holder(arn: str) -> Holder | None:
    """The holder as it still counts; None when it counts as it is."""
    if not (lasting := seconds()):
        return None
    since = clock.timestamp() - lasting
    state = next((state for at, state in _kept if at > since), None)
    return None if state is None else state.get(arn, ABSENT)


def trust_of(role: Any) -> str | dict[str, Any] | None:
    """The trust policy of a role that counts; None when nobody may assume it yet."""
    then = holder(role.arn)
    found: str | dict[str, Any] | None = role.assume_role_policy_document if then is None else then.trust
    return found


def _state() -> dict[str, Holder]:
    records = [moto_records.of("iam", account_id=account_id) for account_id in accounts.every()]
    holders = [each for iam in records for each in (*iam.roles.values(), *iam.users.values(), *iam.groups.values())]
    return {
        each.arn: Holder(tuple(held_by(each)), getattr(each, "assume_role_policy_document", None)) for each in holders
    }
