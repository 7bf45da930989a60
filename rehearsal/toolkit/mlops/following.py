"""Following a project's CodePipelines: the execution of a commit or a version, until it has ended or asks a person."""

from collections.abc import Callable, Mapping
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import NotThere
from rehearsal.toolkit.aws.pace import Pace
from rehearsal.toolkit.executions import executions
from rehearsal.toolkit.executions.events import ActionChanged, ExecutionFound, Tell
from rehearsal.toolkit.executions.executions import ActionRun, Execution

_SECONDS = 120
"""How long an event may take to start a pipeline."""
_LOOKED_AT = 10

Matches = Callable[[Mapping[str, Any]], bool]


def of_commit(commit: str) -> Matches:
    """Executions of a commit, by its id or the beginning of it. Pure."""
    return lambda run: any(each.get("revisionId", "").startswith(commit) for each in run.get("sourceRevisions", ()))


def find(aws: Aws, pipeline: str, matches: Matches, what: str, pace: Pace | None = None) -> str:
    """The newest execution that ``matches``, as soon as there is one.

    Raises:
        NotThere: none began in time.
    """
    pace = pace or Pace()
    give_up_at = pace.now() + _SECONDS
    client = aws.client("codepipeline")
    while pace.now() < give_up_at:
        listed = client.list_pipeline_executions(pipelineName=pipeline, maxResults=_LOOKED_AT)
        for run in listed["pipelineExecutionSummaries"]:
            if matches(run):
                return str(run["pipelineExecutionId"])
        pace.wait()
    raise NotThere(
        f"no execution of {pipeline} began for {what} within {_SECONDS} s",
        where="CodePipeline",
        next_step="the rule that starts it may be disabled; rehearse project status shows the pipelines",
    )


def of_version(aws: Aws, pipeline: str, arn: str) -> Matches:
    """Executions that deploy a version, which is a variable of theirs."""
    client = aws.client("codepipeline")

    def matches(run: Mapping[str, Any]) -> bool:
        found = client.get_pipeline_execution(pipelineName=pipeline, pipelineExecutionId=run["pipelineExecutionId"])[
            "pipelineExecution"
        ]
        return any(each.get("resolvedValue") == arn for each in found.get("variables", ()))

    return matches


def follow(aws: Aws, pipeline: str, execution_id: str, tell: Tell, pace: Pace | None = None) -> Execution:
    """Tell each change of the execution's actions; return it when it has ended or waits for an approval."""
    declared, pace = executions.definition(aws, pipeline), pace or Pace()
    tell(ExecutionFound(pipeline, execution_id))
    before: Execution | None = None
    while True:
        now = executions.read(aws, declared, execution_id)
        for action in executions.changes(before, now):
            pace.changed()
            tell(ActionChanged(action))
        if now.status.has_ended or any(map(asks, now.actions)):
            return now
        before = now
        pace.wait()


def asks(action: ActionRun) -> bool:
    """Whether a person is asked. Pure."""
    return action.provider == "Manual" and bool(action.token) and not action.status.has_ended
