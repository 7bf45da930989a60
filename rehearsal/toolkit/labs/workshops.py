"""Workshops that labs launch: two stacks on data of the lab's own; executions that a training configuration starts."""

import time
from pathlib import Path

from rehearsal.toolkit import workshop
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.executions import executions, watching
from rehearsal.toolkit.executions.events import Tell
from rehearsal.toolkit.executions.executions import Execution
from rehearsal.toolkit.executions.model_pipelines import ModelExecution, StepState
from rehearsal.toolkit.labs import telling
from rehearsal.toolkit.labs.lab import Deploy
from rehearsal.toolkit.labs.names import LabNames
from rehearsal.toolkit.stacks import stacks, uploads
from rehearsal.toolkit.workshop import Plan

_LONGEST_SUFFIX = 10
_START_SECONDS = 600.0


def named(prefix: str, names: LabNames) -> Workshop:
    """The workshop of a lab: one of its own, so that yours keeps its data.

    Raises:
        BadInput: the lab's suffix leaves no room for the prefix.
    """
    if len(names.suffix) > _LONGEST_SUFFIX:
        raise BadInput(
            f"the suffix {names.suffix!r} is too long for this lab, which puts {prefix}- before it",
            where="--suffix",
            next_step=f"give one of at most {_LONGEST_SUFFIX} characters",
        )
    return Workshop(f"{prefix}-{names.suffix}", names.bucket_suffix)


def started(aws: Aws, plan: Plan, scratch: Path, deploy: Deploy, tell: Tell) -> tuple[str, float]:
    """An execution on the plan's data, and when it began; a new CodePipeline starts by itself."""
    is_new = not stacks.is_usable(stacks.describe(aws, plan.workshop.pipeline_stack))
    zips = workshop.package(plan.project, scratch, tell)
    deploy(workshop.prep_request(plan))
    uploaded = workshop.upload(aws, plan, zips, tell)
    if is_new:
        uploads.upload_training_config(aws, plan.workshop, plan.training_config)
        deploy(workshop.pipeline_request(plan, uploaded))
        began = time.monotonic()
        return watching.adopt(aws, plan.workshop.pipeline), began
    deploy(workshop.pipeline_request(plan, uploaded))
    began = time.monotonic()
    return configured(aws, plan.workshop, plan.training_config), began


def configured(aws: Aws, of_lab: Workshop, training_config: Path) -> str:
    """The execution that the arrival of a training configuration starts.

    Raises:
        RehearsalError: none has begun after ten minutes.
    """
    before = executions.newest(aws, of_lab.pipeline)
    uploads.upload_training_config(aws, of_lab, training_config)

    def begun() -> str:
        found = executions.newest(aws, of_lab.pipeline)
        return found if found != before else ""

    where, next_step = of_lab.pipeline, "look at the rule that starts it"
    return telling.until(begun, _START_SECONDS, "the upload has started no execution", where, next_step)


def as_model_execution(done: Execution) -> ModelExecution:
    """A CodePipeline's execution in the form in which labs tell theirs: its actions are the steps. Pure."""
    steps = [
        StepState(each.path, str(each.status), each.seconds, each.error.message if each.error else each.summary)
        for each in done.actions
        if each.started_at is not None
    ]
    return ModelExecution(done.pipeline, done.execution_id, str(done.status), done.status_summary, tuple(steps))
