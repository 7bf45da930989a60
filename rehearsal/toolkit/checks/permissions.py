"""Whether the caller may do what the commands and templates do: IAM's own simulation, on the ARNs of the workshop's
suffix."""

from collections.abc import Iterator

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.checks import actions, principal
from rehearsal.toolkit.checks.actions import Needed
from rehearsal.toolkit.checks.findings import Finding, Verdict

NOT_TO_SIMULATE = ("NoSuchEntity", "InvalidInput", "ValidationError")
"""IAM does not know the caller under its ARN: nothing is said of its permissions."""
_SHOWN = 12


def examine(aws: Aws, workshop: Workshop) -> Iterator[Finding]:
    """One finding for what every workshop needs, one for each option that the caller could not launch."""
    caller = principal.of_caller(aws)
    if not caller.arn:
        yield Finding("permissions", Verdict.UNKNOWN, caller.reason, "the first launch tells: rehearse launch --review")
        return
    rows = list(actions.needed(aws.partition, aws.region, aws.identity.account_id, workshop))
    refused = {id(row): _refused(aws, caller.arn, row) for row in rows}
    yield _of_everybody(caller.arn, rows, refused)
    for option in dict.fromkeys(row.option for row in rows if row.option):
        missing = sorted({action for row in rows if row.option == option for action in refused[id(row)]})
        if missing:
            yield Finding(
                f"permissions of {option}",
                Verdict.WARNING,
                f"not allowed: {_words(missing)}",
                f"have them allowed for {caller.arn}, or leave the parameter {option} out",
            )


def _of_everybody(arn: str, rows: list[Needed], refused: dict[int, list[str]]) -> Finding:
    missing = sorted({action for row in rows if not row.option for action in refused[id(row)]})
    asked = {action for row in rows if not row.option for action in row.actions}
    if not missing:
        return Finding("permissions", Verdict.GOOD, f"all {len(asked)} actions, on the workshop's own resources")
    return Finding("permissions", Verdict.BAD, f"not allowed: {_words(missing)}", f"have them allowed for {arn}")


def _refused(aws: Aws, arn: str, row: Needed) -> list[str]:
    """Actions that are not allowed on every one of the row's resources."""
    pages = (
        aws.client("iam")
        .get_paginator("simulate_principal_policy")
        .paginate(PolicySourceArn=arn, ActionNames=list(row.actions), ResourceArns=list(row.resources))
    )
    return [
        each["EvalActionName"]
        for page in pages
        for each in page["EvaluationResults"]
        if each["EvalDecision"] != "allowed"
    ]


def _words(missing: list[str]) -> str:
    more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
    return ", ".join(missing[:_SHOWN]) + more
