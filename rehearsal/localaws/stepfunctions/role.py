"""The role of a state machine: Step Functions takes it over by its global or its regional name, and calls with it."""

from typing import Any

from rehearsal.localaws.authorizer import identity, on_behalf
from rehearsal.localaws.authorizer.requests import Need
from rehearsal.localaws.ground import arns
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.ground.host import Credentials
from rehearsal.localaws.stepfunctions.jobs_table import JOBS
from rehearsal.localaws.stepfunctions.resources import Integration

PRINCIPAL = "states.amazonaws.com"
_RULE_ACTIONS = ("events:PutTargets", "events:PutRule", "events:DescribeRule")


def credentials(role_arn: str, region: str) -> Credentials:
    """Those of the role, which may trust ``states.amazonaws.com`` or ``states.<region>.amazonaws.com``.

    Raises:
        AwsError: AccessDenied, when it trusts neither, or is not there.
    """
    try:
        return identity.assume_role(role_arn, "states", service=PRINCIPAL, region=region)
    except AwsError:
        return identity.assume_role(role_arn, "states", service=f"states.{region}.amazonaws.com", region=region)


def check(role_arn: str, integrations: list[Integration], region: str) -> None:
    """What CreateStateMachine and UpdateStateMachine ask of a role.

    Raises:
        AwsError: AccessDeniedException, when Step Functions cannot take the role over, or the role may not make the
            rules by which AWS hears of the end of jobs (``.sync``).
    """
    try:
        credentials(role_arn, region)
    except AwsError as error:
        raise AwsError(
            "AccessDeniedException",
            "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume "
            "the provided role.",
        ) from error
    rules = {
        job.rule
        for each in integrations
        if (job := JOBS.get((each.service, each.action))) and each.pattern in job.patterns
    }
    needs = [
        Need(action, _rule_arn(rule, region, arns.account_of(role_arn)), {})
        for rule in sorted(rules)
        for action in _RULE_ACTIONS
    ]
    if on_behalf.first_refused(role_arn, needs, region) is not None:
        raise AwsError("AccessDeniedException", f"'{role_arn}' is not authorized to create managed-rule.")


def _rule_arn(rule: str, region: str, account_id: str) -> str:
    return f"arn:aws:events:{region}:{account_id}:rule/{rule}"


def client_for(region: str, service: str, state_credentials: Any = None) -> Any:
    """In the place of moto's: a client that signs with the state machine's role, or with the one of the Task's
    ``Credentials``."""
    role_arn = getattr(state_credentials, "role_arn", None)
    if role_arn is None:
        return identity.client(service, region=region)
    return identity.client(service, credentials(role_arn, region), region)
