"""Role trust policies: who may assume a role. Pure.

Users and roles pass through STS and the authorizer like every call; services of the embedded AWS ask here.
"""

import json
from collections.abc import Mapping
from typing import Any

from rehearsal.localaws.authorizer.policy import Policies, Policy, Request, RequestContext, evaluate
from rehearsal.localaws.authorizer.principal_element import Caller


def service_may_assume(
    trust_policy: str | dict[str, Any],
    service: str,
    *,
    account_id: str | None = None,
    source_arn: str | None = None,
    role_arn: str = "*",
) -> bool:
    """Whether a role's trust policy lets the service principal ``service`` assume it.

    ``account_id`` and ``source_arn`` are what a service sends along (``aws:SourceAccount``, ``aws:SourceArn``) against
    the confused deputy; a trust policy that asks for one that was not given does not allow.
    """
    text = trust_policy if isinstance(trust_policy, str) else json.dumps(trust_policy)
    keys = {"aws:sourceaccount": account_id, "aws:sourcearn": source_arn, "aws:principalservicename": service}
    return service_may(Policy.stored(text, role_arn), service, "sts:AssumeRole", role_arn, keys)


def service_may(
    policy: Policy | None, service: str, action: str, resource: str, keys: Mapping[str, str | None]
) -> bool:
    """Whether a resource-based policy allows ``action`` to a service principal; ``keys`` with a value are in the
    context."""
    context = RequestContext({key.lower(): (value,) for key, value in keys.items() if value is not None})
    context["aws:principalisawsservice"] = ("true",)
    request = Request(action, resource, context, Caller(service=service))
    return evaluate(Policies(resource=policy, needs_resource_policy=True), request).allowed
