"""Acting on a pipeline: start, stop, retry, roll back, approve."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import NotThere, RehearsalError
from rehearsal.toolkit.executions import executions
from rehearsal.toolkit.executions.addressing import find
from rehearsal.toolkit.executions.executions import Status


class RetryMode(StrEnum):
    """What is run again in the failed stage."""

    FAILED = "FAILED_ACTIONS"
    ALL = "ALL_ACTIONS"


REVISION_TYPES = {
    "S3": "S3_OBJECT_VERSION_ID",
    "CodeCommit": "COMMIT_ID",
    "CodeStarSourceConnection": "COMMIT_ID",
    "ECR": "IMAGE_DIGEST",
}
"""What a revision of a source is, by its provider (CodePipeline API reference, SourceRevisionOverride)."""


def sources_of(declared: Mapping[str, Any]) -> dict[str, str]:
    """The source actions that can be given a revision, each with its type. Pure."""
    return {
        action["name"]: REVISION_TYPES[action["actionTypeId"]["provider"]]
        for action in declared["stages"][0]["actions"]
        if action["actionTypeId"]["provider"] in REVISION_TYPES
    }


def start(
    aws: Aws,
    pipeline: str,
    variables: Mapping[str, str] | None = None,
    revisions: Mapping[str, tuple[str, str]] | None = None,
) -> str:
    """Release change: start an execution by hand, pipeline variables as given; returns its id.

    ``revisions`` are types and values by source action; sources without one take their newest.
    """
    given = [{"name": name, "value": value} for name, value in (variables or {}).items()]
    wanted = [
        {"actionName": action, "revisionType": kind, "revisionValue": value}
        for action, (kind, value) in (revisions or {}).items()
    ]
    arguments = {**({"variables": given} if given else {}), **({"sourceRevisions": wanted} if wanted else {})}
    return str(aws.client("codepipeline").start_pipeline_execution(name=pipeline, **arguments)["pipelineExecutionId"])


def roll_back(aws: Aws, pipeline: str, stage: str, execution_id: str) -> str:
    """Bring the stage back to what an earlier, successful execution had there; returns the id of the execution that
    does it."""
    answer = aws.client("codepipeline").rollback_stage(
        pipelineName=pipeline, stageName=stage, targetPipelineExecutionId=execution_id
    )
    return str(answer["pipelineExecutionId"])


def stop(aws: Aws, pipeline: str, execution_id: str | None, *, abandon: bool, reason: str) -> str:
    """Stop an execution (the newest that runs): what runs ends first, unless abandoned. Returns its id.

    Raises:
        NotThere: nothing runs.
    """
    chosen = execution_id or _running(aws, pipeline)
    aws.client("codepipeline").stop_pipeline_execution(
        pipelineName=pipeline, pipelineExecutionId=chosen, abandon=abandon, reason=reason[:200]
    )
    return chosen


def _running(aws: Aws, pipeline: str) -> str:
    for run in executions.history(aws, pipeline, limit=20):
        if run.status is Status.IN_PROGRESS:
            return run.execution_id
    raise NotThere(
        f"no execution of {pipeline} is running", where="CodePipeline", next_step="rehearse history lists them"
    )


def retry(aws: Aws, pipeline: str, execution_id: str, mode: RetryMode) -> str:
    """Run the failed stage of an execution again; returns the stage's name.

    Raises:
        NotThere: no stage of it failed.
    """
    execution = executions.read(aws, executions.definition(aws, pipeline), execution_id)
    failed = [stage.name for stage in execution.stages if stage.status in (Status.FAILED, Status.ABANDONED)]
    if not failed:
        raise NotThere(
            f"no stage of execution {execution_id} failed", where=pipeline, next_step="rehearse release runs it anew"
        )
    aws.client("codepipeline").retry_stage_execution(
        pipelineName=pipeline, stageName=failed[0], pipelineExecutionId=execution_id, retryMode=str(mode)
    )
    return failed[0]


def approve(aws: Aws, pipeline: str, address: str | None, *, approved: bool, summary: str) -> str:
    """Answer a manual approval (the one that waits, if only one does); returns its ``Stage/Action``.

    Raises:
        NotThere: none waits.
        RehearsalError: several wait and none was named.
    """
    waiting = _waiting(aws, pipeline)
    if address is not None:
        path = find(executions.definition(aws, pipeline), address).path
        waiting = {path: waiting[path]} if path in waiting else {}
    if not waiting:
        raise NotThere(
            f"no approval waits{f' at {address}' if address else ''}",
            where=pipeline,
            next_step="rehearse status shows what runs",
        )
    if len(waiting) > 1:
        raise RehearsalError("several approvals wait", where=pipeline, next_step=f"name one of {', '.join(waiting)}")
    ((path, token),) = waiting.items()
    stage, action = path.split("/", 1)
    aws.client("codepipeline").put_approval_result(
        pipelineName=pipeline,
        stageName=stage,
        actionName=action,
        token=token,
        result={"summary": summary[:512], "status": "Approved" if approved else "Rejected"},
    )
    return path


def _waiting(aws: Aws, pipeline: str) -> dict[str, str]:
    """Tokens of approvals that wait, by ``Stage/Action``."""
    state = aws.client("codepipeline").get_pipeline_state(name=pipeline)
    return {
        f"{stage['stageName']}/{action['actionName']}": action["latestExecution"]["token"]
        for stage in state["stageStates"]
        for action in stage.get("actionStates", [])
        if action.get("latestExecution", {}).get("token") and action["latestExecution"].get("status") == "InProgress"
    }
