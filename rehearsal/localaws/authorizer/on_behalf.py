"""What a service does as a role without a request over the wire: write a log line, put a metric, pull an image.

AWS asks the role's policies for these too. They are judged here by the evaluator that judges requests, and are listed
with the role's other uses.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from moto.core.utils import get_service_model
from moto.iam.models import iam_backends

from rehearsal.localaws.authorizer import principals, requests
from rehearsal.localaws.authorizer.decide import Circumstances, decide
from rehearsal.localaws.authorizer.principals import Principal
from rehearsal.localaws.authorizer.requests import Call, Need
from rehearsal.localaws.ground import arns


def may_call(role_arn: str, service: str, operation: str, params: Mapping[str, Any], region: str) -> bool:
    """Whether the role may make an API call, named as botocore names it; a role that is gone may make none."""
    call = Call(service, operation, params, region, arns.account_of(role_arn))
    return first_refused(role_arn, requests.needs_of(call, get_service_model(service).signing_name), region) is None


def first_refused(role_arn: str, needs: Iterable[Need], region: str) -> Need | None:
    """The first permission that the role lacks, None when it has them all."""
    iam = iam_backends[arns.account_of(role_arn)][principals.PARTITION]
    role = next((role for role in list(iam.roles.values()) if role.arn == role_arn), None)
    if role is None:
        return next(iter(needs), None)
    return first_refused_to(principals.role_principal(iam, role), needs, region)


def first_refused_to(principal: Principal, needs: Iterable[Need], region: str) -> Need | None:
    """The first permission that a principal lacks, None when it has them all."""
    circumstances = Circumstances(principal, region)
    keys = circumstances.keys()
    return next((need for need in needs if not decide(need, circumstances, keys).allowed), None)
