"""The main story: the whole workshop in one straight line, on whichever account ``aws`` reaches.

    package -> prep stack -> upload -> pipeline stack -> adopt the execution that its creation starts -> watch -> report

Everything that a step needs is uploaded before the pipeline exists, because creating a pipeline starts it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline_job.functions import FUNCTIONS
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.data.dataset import DataFolder
from rehearsal.toolkit.executions import missed_gates, report, steering, watching
from rehearsal.toolkit.executions.events import Note, StepFinished, StepStarted, Tell
from rehearsal.toolkit.executions.report import RunReport
from rehearsal.toolkit.project import Project
from rehearsal.toolkit.stacks import packaging, stacks, uploads
from rehearsal.toolkit.stacks.stacks import StackRequest, StackResult
from rehearsal.toolkit.stacks.uploads import Uploaded


@dataclass(frozen=True)
class Plan:
    """What to launch and from which files. ``parameters`` are those of the pipeline stack that the user chose."""

    workshop: Workshop
    project: Project
    data: DataFolder
    training_config: Path
    parameters: dict[str, str] = field(default_factory=dict)
    prep_parameters: dict[str, str] = field(default_factory=dict)


@dataclass
class Phases:
    """Where the time goes: seconds by phase, in order of their beginning."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time the block, also when it fails."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - began


def rehearse(aws: Aws, plan: Plan, scratch: Path, phases: Phases, tell: Tell) -> RunReport:
    """Run the workshop from nothing and return what came out, Succeeded or not.

    Raises:
        StackFailed: a stack could not be created; nothing after it was tried.
    """
    with phases.phase("package"):
        zips = package(plan.project, scratch, tell)
    with phases.phase("prepStack"):
        stacks.launch(aws, prep_request(plan), tell)
    with phases.phase("upload"):
        uploaded = upload(aws, plan, zips, tell)
        uploads.upload_training_config(aws, plan.workshop, plan.training_config)
    with phases.phase("pipelineStack"):
        stacks.launch(aws, pipeline_request(plan, uploaded), tell)
    with phases.phase("pipeline"):
        execution_id = watching.adopt(aws, plan.workshop.pipeline)
        execution = missed_gates.completed(aws, watching.watch(aws, plan.workshop.pipeline, execution_id, tell))
    result = report.of(execution)
    work = report.work_intervals(aws, execution, plan.workshop.functions)
    return replace(result, phases=phases.seconds | {"functionsAndTraining": report.seconds_covered(work)})


def launch(aws: Aws, plan: Plan, zips: list[Path], tell: Tell) -> list[StackResult]:
    """Create or update both stacks and upload what they need, in the order that :class:`Order` gives."""
    prep = stacks.launch(aws, prep_request(plan), tell)
    order = Order.of(aws, plan)
    uploaded = upload(aws, plan, zips, tell)
    order.before_pipeline_stack(aws, plan)
    pipeline = stacks.launch(aws, pipeline_request(plan, uploaded), tell)
    order.after_pipeline_stack(aws, plan, tell)
    return [prep, pipeline]


@dataclass(frozen=True)
class Order:
    """When the training configuration goes up, whose arrival starts a pipeline that is there.

    To a new pipeline before it, because its creation starts it; to an existing one after its stack's update, so that
    the functions have their new code; and not at all when it is the same, so that nothing starts.
    """

    is_pipeline_new: bool
    is_config_new: bool

    @classmethod
    def of(cls, aws: Aws, plan: Plan) -> "Order":
        """As the account stands now."""
        return cls(
            not stacks.is_usable(stacks.describe(aws, plan.workshop.pipeline_stack)),
            not uploads.has_training_config(aws, plan.workshop, plan.training_config),
        )

    def before_pipeline_stack(self, aws: Aws, plan: Plan) -> None:
        if self.is_pipeline_new and self.is_config_new:
            uploads.upload_training_config(aws, plan.workshop, plan.training_config)

    def after_pipeline_stack(self, aws: Aws, plan: Plan, tell: Tell) -> None:
        if not self.is_pipeline_new and self.is_config_new:
            uploads.upload_training_config(aws, plan.workshop, plan.training_config)
            tell(Note(f"{uploads.TRAINING_CONFIG_KEY} is new"))


def package(project: Project, scratch: Path, tell: Tell) -> list[Path]:
    """Build the four function zips of a project."""
    began = time.monotonic()
    tell(StepStarted("package", "functions"))
    zips = packaging.build(scratch, project.functions)
    size = sum(path.stat().st_size for path in zips)
    detail = f"{size / 1e6:.1f} MB of {project.root}"
    tell(StepFinished("package", "functions", f"{len(zips)} zips", detail, time.monotonic() - began))
    return zips


def upload(aws: Aws, plan: Plan, zips: list[Path], tell: Tell) -> Uploaded:
    """Fill the two buckets of the prep stack, but for the training configuration."""
    began = time.monotonic()
    tell(StepStarted("upload", "zips and data"))
    uploaded = uploads.upload(aws, plan.workshop, zips, plan.data)
    same = f", {len(uploaded.unchanged)} unchanged" if uploaded.unchanged else ""
    detail = f"3 data sets ({plan.data}){same}"
    tell(StepFinished("upload", "zips and data", f"{len(zips)} functions", detail, time.monotonic() - began))
    return uploaded


def prep_request(plan: Plan) -> StackRequest:
    """The prep stack."""
    return StackRequest(
        name=plan.workshop.prep_stack,
        template=plan.project.prep_template,
        parameters=_suffixes(plan.workshop) | plan.prep_parameters,
    )


def pipeline_request(plan: Plan, uploaded: Uploaded) -> StackRequest:
    """The pipeline stack, with the very versions of the zips that were uploaded."""
    versions = {
        f"{function.name}CodeVersion": uploaded.code_versions.get(function.zip_name, "")
        for function in FUNCTIONS.values()
    }
    return StackRequest(
        name=plan.workshop.pipeline_stack,
        template=plan.project.pipeline_template,
        parameters=_suffixes(plan.workshop) | versions | plan.parameters,
        template_bucket=plan.workshop.code_bucket,
    )


def _suffixes(workshop: Workshop) -> dict[str, str]:
    return {"SuffixID": workshop.suffix, "BucketSuffix": workshop.bucket_suffix}


def release(aws: Aws, workshop: Workshop) -> str:
    """Release change: start an execution by hand; returns its id."""
    return steering.start(aws, workshop.pipeline)
