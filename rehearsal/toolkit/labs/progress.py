"""How far learners have come in a lab: read off what is in the account."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.labs import leftovers
from rehearsal.toolkit.labs.names import LabNames
from rehearsal.toolkit.stacks import stacks

_NONE = "-"


@dataclass(frozen=True)
class Progress:
    """One learner: the states of stack, newest execution and endpoint as AWS names them (``-`` for none), and
    counts."""

    suffix: str
    stack: str
    runs: int
    last_run: str
    versions: int
    approved: int
    endpoint: str

    def as_json(self) -> dict[str, Any]:
        """As ``--json`` prints it."""
        return {
            "suffix": self.suffix,
            "stack": self.stack,
            "runs": self.runs,
            "lastRun": self.last_run,
            "versions": self.versions,
            "approved": self.approved,
            "endpoint": self.endpoint,
        }


def of_all(aws: Aws, lab: str) -> list[Progress]:
    """Everybody who has launched the lab in this account and region, by suffix."""
    found = [names for names in leftovers.launched(aws) if names.lab == lab]
    return [of(aws, names) for names in sorted(found, key=lambda each: each.suffix)]


def of(aws: Aws, names: LabNames) -> Progress:
    """One learner's."""
    stack = stacks.describe(aws, names.stack)
    runs = _listed(aws, "list_pipeline_executions", "PipelineExecutionSummaries", PipelineName=names.stack)
    packages = _listed(aws, "list_model_packages", "ModelPackageSummaryList", ModelPackageGroupName=names.stack)
    return Progress(
        names.suffix,
        stack["StackStatus"] if stack else _NONE,
        len(runs),
        runs[0]["PipelineExecutionStatus"] if runs else _NONE,
        len(packages),
        sum(each.get("ModelApprovalStatus") == "Approved" for each in packages),
        _endpoint(aws, names.stack),
    )


def _listed(aws: Aws, operation: str, member: str, **arguments: str) -> list[dict[str, Any]]:
    """All entries, newest first; none where what they belong to is not there."""
    try:
        pages = list(aws.client("sagemaker").get_paginator(operation).paginate(**arguments))
    except ClientError as error:
        if leftovers.is_missing(error):
            return []
        raise
    return [entry for page in pages for entry in page[member]]


def _endpoint(aws: Aws, name: str) -> str:
    try:
        return str(aws.client("sagemaker").describe_endpoint(EndpointName=name)["EndpointStatus"])
    except ClientError as error:
        if leftovers.is_missing(error):
            return _NONE
        raise
