"""Events that go to the bus of another account: put there by a caller, or passed on by a rule.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
"""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from moto.events.models import Rule, events_backends

from rehearsal.localaws.authorizer import identity, on_behalf, resources
from rehearsal.localaws.authorizer.policy import Policies, Policy, Request, evaluate
from rehearsal.localaws.authorizer.principal_element import Caller
from rehearsal.localaws.authorizer.requests import Need
from rehearsal.localaws.ground import arns, clock
from rehearsal.localaws.ground.errors import AwsError

_SERVICE = "events.amazonaws.com"
_ACTION = "events:PutEvents"
_ANYTHING = Policy.parse('{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}')


def is_elsewhere(bus: str | None, account_id: str) -> bool:
    """Whether a bus, by name or ARN, is another account's than ``account_id``."""
    return arns.account_of(bus or "") not in ("", account_id)


def put(entry: Mapping[str, Any], sender_account: str) -> dict[str, str]:
    """Bring one entry of PutEvents, which its caller may put there, to the rules of the bus; gives the answer to it."""
    event_id, moment = str(uuid.uuid4()), clock.timestamp()
    _, _, _, region, owner, bus = str(entry["EventBusName"]).split(":", 5)
    event = {
        "version": "0",
        "id": event_id,
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": sender_account,
        "time": entry.get("Time", moment),
        "region": region,
        "resources": entry.get("Resources", []),
        "detail": json.loads(entry["Detail"]),
        "ingestion-time": moment,
    }
    for rule in [*events_backends[owner][region].describe_event_bus(bus.partition("/")[2]).rules.values()]:
        rule.send_to_targets(dict(event))
    return {"EventId": event_id}


def check_may_pass_on(rule: Rule, target: Mapping[str, Any]) -> None:
    """Whether a rule may send to a bus of another account: as its role, or without one as its account.

    Raises:
        AwsError: AccessDenied.
    """
    role_arn = target.get("RoleArn") or rule.role_arn
    if role_arn:
        identity.assume_role(role_arn, "AWS_Events_Invoke_Target", service=_SERVICE)
        refused = on_behalf.first_refused(role_arn, [Need(_ACTION, target["Arn"], {})], target["Arn"].split(":")[3])
        allowed = refused is None
    else:
        allowed = _lets_in(resources.policy_of(target["Arn"]), arns.account_of(rule.arn), target["Arn"])
    if not allowed:
        raise AwsError(
            "AccessDenied",
            f"{role_arn or rule.arn} is not authorized to perform: {_ACTION} on resource: {target['Arn']}: the bus's "
            "policy and, where the target has a role, the role's own must allow it",
        )


def _lets_in(policy: Policy | None, account_id: str, bus_arn: str) -> bool:
    """Whether a bus's policy lets an account put events, whoever of it does."""
    caller = Caller(account_id, f"arn:aws:iam::{account_id}:root")
    policies = Policies((_ANYTHING,), resource=policy, needs_resource_policy=True)
    return evaluate(policies, Request(_ACTION, bus_arn, caller=caller)).allowed
