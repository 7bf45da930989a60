"""The card of an execution of a SageMaker pipeline: parameters, steps, trained models with their curves, and what was
registered and approved, each fact with the call that it came from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import NotThere
from rehearsal.toolkit.executions import model_runs, training_jobs
from rehearsal.toolkit.executions.model_runs import ModelRun, StepRun
from rehearsal.toolkit.executions.run_card import Fact
from rehearsal.toolkit.executions.training_jobs import Curves, TrainingJob
from rehearsal.toolkit.models import registry
from rehearsal.toolkit.models.registry import ModelPackage

_STEPS = "sagemaker ListPipelineExecutionSteps"


@dataclass(frozen=True)
class StepLine:
    """A step as the card has it."""

    name: str
    type: str
    status: str
    seconds: float | None
    note: str


@dataclass(frozen=True)
class Trained:
    """A training job of a step, with its learning curves."""

    step: str
    job: TrainingJob
    curves: Curves


@dataclass(frozen=True)
class ModelCard:
    """An execution of a SageMaker pipeline; empty where it has none of it. ``seconds`` is None while it runs."""

    pipeline: str
    execution_id: str
    account_id: str
    region: str
    status: str
    started_at: datetime
    seconds: float | None
    parameters: tuple[Fact, ...]
    steps: tuple[StepLine, ...]
    trained: tuple[Trained, ...]
    packages: tuple[ModelPackage, ...]
    failures: tuple[Fact, ...]


def read(aws: Aws, pipeline: str, run: str | None) -> ModelCard:
    """The card of the newest execution, or of the one whose id begins with ``run``.

    Raises:
        NotThere: there is no such pipeline, or no such execution of it.
    """
    history = model_runs.history(aws, pipeline, 1000)
    line = next((each for each in history if each.run.startswith(run or "")), None)
    if line is None:
        raise NotThere(
            f"{pipeline} has no execution {run or ''}".rstrip(),
            where="SageMaker",
            next_step="rehearse status --sagemaker-pipeline shows the newest",
        )
    return of(aws, model_runs.read(aws, pipeline, line, model_runs.definition(aws, line)))


def of(aws: Aws, run: ModelRun) -> ModelCard:
    """The card of an execution that was read."""
    arns = [each.resource for each in run.steps if each.kind == "model-package"]
    return ModelCard(
        run.pipeline,
        run.line.run,
        aws.identity.account_id,
        aws.region,
        run.line.status,
        run.line.started_at,
        run.seconds,
        tuple(
            Fact(name, value, "sagemaker ListPipelineParametersForExecution") for name, value in run.parameters.items()
        ),
        tuple(_line(each) for each in run.steps if each.started_at),
        tuple(_trained(aws, run)),
        tuple(registry.read(aws, arn) for arn in arns),
        tuple(Fact(each.declared.name, each.reason, _STEPS) for each in run.steps if each.reason),
    )


def _line(step: StepRun) -> StepLine:
    return StepLine(step.declared.name, step.declared.type, step.status, step.seconds, step.note)


def _trained(aws: Aws, run: ModelRun) -> Iterator[Trained]:
    for step in run.steps:
        if step.kind == "training-job":
            log = training_jobs.log(aws, step.resource_name)
            curves = training_jobs.curves_in(line.message for line in log)
            yield Trained(step.declared.name, training_jobs.read(aws, step.resource_name), curves)
