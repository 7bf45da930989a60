"""``rehearse launch --probe``: the dress rehearsal of the roles. Everything is launched, and one release runs, up to
the first stage.

That the pipeline may take its role, that Source may read the bucket and write its artifact: nothing else of a launch is
as often wrong on an account, and it is known before the first training job costs anything. Nothing beyond Source can
start:

* a new pipeline is made before there is a training configuration, so that the execution that its creation starts ends
  in Source;
* the transition out of Source is disabled before the configuration goes up, and enabled again when no execution waits
  before it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from rehearsal.toolkit import workshop
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.aws.pace import Pace
from rehearsal.toolkit.aws.translation import code_of
from rehearsal.toolkit.executions import executions
from rehearsal.toolkit.executions.events import Note, Tell
from rehearsal.toolkit.executions.executions import ActionRun, StageRun, Status
from rehearsal.toolkit.stacks import stacks, uploads
from rehearsal.toolkit.stacks.stacks import StackResult
from rehearsal.toolkit.workshop import Order, Plan

_REASON = "rehearse launch --probe looks at Source alone"
_STOPPED_ALREADY = {"DuplicatedStopRequestException", "PipelineExecutionNotStoppableException"}


@dataclass(frozen=True)
class Probed:
    """The stacks, and how the actions of Source came out in the execution ``execution_id``."""

    stacks: tuple[StackResult, ...]
    execution_id: str
    source: tuple[ActionRun, ...]

    @property
    def is_good(self) -> bool:
        return all(action.status is Status.SUCCEEDED for action in self.source)


def probe(aws: Aws, plan: Plan, zips: list[Path], tell: Tell) -> Probed:
    """Launch, and run Source once.

    Raises:
        BadInput: an execution of the pipeline runs.
        StackFailed: a stack could not be launched.
    """
    pipeline = plan.workshop.pipeline
    made = [stacks.launch(aws, workshop.prep_request(plan), tell)]
    order = Order.of(aws, plan)
    _refuse_while_running(aws, pipeline, order)
    if order.is_pipeline_new:
        uploads.remove_training_config(aws, plan.workshop)
    uploaded = workshop.upload(aws, plan, zips, tell)
    made.append(stacks.launch(aws, workshop.pipeline_request(plan, uploaded), tell))
    if order.is_pipeline_new:
        _wait_until_ended(aws, pipeline)
    with _closed_behind_source(aws, pipeline, tell):
        uploads.upload_training_config(aws, plan.workshop, plan.training_config)
        execution_id = workshop.release(aws, plan.workshop)
        source = _source_of(aws, pipeline, execution_id)
    return Probed(tuple(made), execution_id, source.actions)


def _refuse_while_running(aws: Aws, pipeline: str, order: Order) -> None:
    """The probe stops what waits before the second stage: that must be its own."""
    if order.is_pipeline_new:
        return
    running = [run for run in executions.history(aws, pipeline) if not run.status.has_ended]
    if running:
        raise BadInput(
            f"execution {running[0].execution_id} of {pipeline} is {running[0].status}",
            where="--probe",
            next_step="wait for it (rehearse status --watch) or stop it (rehearse stop)",
        )


def _wait_until_ended(aws: Aws, pipeline: str) -> None:
    """The execution that a pipeline's creation starts; it finds no training configuration."""
    pace = Pace()
    while not (runs := executions.history(aws, pipeline, limit=1)) or not runs[0].status.has_ended:
        pace.wait()


@contextmanager
def _closed_behind_source(aws: Aws, pipeline: str, tell: Tell) -> Iterator[None]:
    """Let nothing beyond Source while the block runs; what has come that far is stopped before it is let again."""
    client = aws.client("codepipeline")
    following = executions.definition(aws, pipeline)["stages"][1]["name"]
    client.disable_stage_transition(
        pipelineName=pipeline, stageName=following, transitionType="Inbound", reason=_REASON
    )
    try:
        yield
    finally:
        _stop_all(aws, pipeline)
        client.enable_stage_transition(pipelineName=pipeline, stageName=following, transitionType="Inbound")
        tell(Note(f"the transition to {following} is open again; rehearse release runs the whole pipeline"))


def _stop_all(aws: Aws, pipeline: str) -> None:
    """Stop every execution and wait for it: one that waited would go on to Train once the transition is open."""
    pace = Pace()
    while running := [run for run in executions.history(aws, pipeline, limit=20) if not run.status.has_ended]:
        for run in running:
            if run.status is Status.IN_PROGRESS:
                _stop(aws, pipeline, run.execution_id)
        pace.wait()


def _stop(aws: Aws, pipeline: str, execution_id: str) -> None:
    try:
        aws.client("codepipeline").stop_pipeline_execution(
            pipelineName=pipeline, pipelineExecutionId=execution_id, abandon=True, reason=_REASON
        )
    except ClientError as error:
        if code_of(error) not in _STOPPED_ALREADY:
            raise


def _source_of(aws: Aws, pipeline: str, execution_id: str) -> StageRun:
    """The first stage of the execution once it has ended (or the execution has, superseded by a newer one)."""
    declared, pace = executions.definition(aws, pipeline), Pace()
    while True:
        with suppress(aws.client("codepipeline").exceptions.PipelineExecutionNotFoundException):
            execution = executions.read(aws, declared, execution_id)
            if execution.stages[0].status.has_ended or execution.status.has_ended:
                return execution.stages[0]
        pace.wait()
