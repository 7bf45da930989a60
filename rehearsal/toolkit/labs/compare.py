"""The lab compare: one flow on the same data, three times, in one straight line.

stack -> as a SageMaker pipeline -> as a state machine -> as a CodePipeline with the workshop's four functions
      -> the table
"""

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.data import dataset
from rehearsal.toolkit.executions import report, watching
from rehearsal.toolkit.executions.events import Tell
from rehearsal.toolkit.executions.model_pipelines import ModelExecution, StepState
from rehearsal.toolkit.labs import comparison, definitions, executions, objects, telling, workshops
from rehearsal.toolkit.labs.comparison import Way
from rehearsal.toolkit.labs.endpoints import in_service
from rehearsal.toolkit.labs.lab import Deploy, Lab, Order, Outcome
from rehearsal.toolkit.labs.names import LabNames
from rehearsal.toolkit.project import Project
from rehearsal.toolkit.workshop import Plan

INSTANCE = "ml.m5.large"
_LONGEST_SECONDS = 7200.0
_SETS = ("train", "validation", "test")
_ABALONE = ("preprocess.py", "evaluate.py")
_SHARED = ("models.py", "places.py", "steps.py")
"""What the pipeline of the abalone is written with beside the SDK, in ``labs/building``."""


def run(aws: Aws, order: Order, deploy: Deploy, tell: Tell) -> Outcome:
    """Run the flow in each way and hold the three against each other."""
    _check(order)
    outputs = deploy(order.stack("compare.yaml")).outputs
    abalone = order.folder.parent / "abalone"
    scripts = {f"code/{name}": abalone / name for name in _ABALONE}
    objects.upload(aws, outputs["Bucket"], {**scripts, "data/abalone.csv": order.data}, tell)
    done, pipeline = _by_pipeline(aws, order, abalone, outputs, tell)
    if pipeline is None:
        return Outcome(done)
    reason, states = _by_states(aws, order, outputs, tell)
    if states is None:
        return Outcome(_summary(order, [pipeline], f"the state machine's execution failed: {reason}"))
    reason, delivery = _by_codepipeline(aws, order, _prepared(aws, done), deploy, tell)
    if delivery is None:
        return Outcome(_summary(order, [pipeline, states], f"the CodePipeline's execution failed: {reason}"))
    ways = [delivery, pipeline, states]
    return Outcome(_summary(order, ways), facts={"comparison": [each.as_json() for each in ways]})


def workshop_of(names: LabNames) -> Workshop:
    """The workshop that has the flow as a CodePipeline."""
    return workshops.named("cmp", names)


def _check(order: Order) -> None:
    workshop_of(order.names)  # before anything is made: its name may not fit
    if order.parameters:
        raise BadInput(
            f"{', '.join(order.parameters)}: the three ways must do the same, so the lab takes no parameters",
            where="--parameter",
            next_step="leave it out",
        )


def _by_pipeline(
    aws: Aws, order: Order, abalone: Path, outputs: Mapping[str, str], tell: Tell
) -> tuple[ModelExecution, Way | None]:
    """As a SageMaker pipeline: the definition of the lab abalone, whose last step serves the model here."""
    name = order.names.stack
    definition = definitions.filled((abalone / "definition-evaluated.json").read_text(), outputs)
    executions.upsert(aws, name, definition, outputs["PipelineRoleArn"], order.names.tags, tell)
    began = time.monotonic()
    done = executions.watch(aws, name, executions.start(aws, name, {}), tell)
    if done.status != "Succeeded":
        return done, None
    in_service(aws, name, tell)
    seconds = time.monotonic() - began
    made = executions.metadata(aws, done.arn)
    jobs = [each["Arn"] for step in made.values() for kind, each in step.items() if kind.endswith("Job")]
    metrics = objects.metrics(aws, f"{objects.output_url(aws, made['Evaluate'], 'evaluation')}/evaluation.json")
    return done, Way(
        "SageMaker pipeline",
        comparison.lines_of_files([abalone / "pipeline.py", *(abalone.parent / "building" / each for each in _SHARED)]),
        _lines_of_scripts(order),
        comparison.actions_of_roles(aws, name, ["PipelineRole"]),
        seconds,
        comparison.seconds_of_jobs(aws, jobs),
        metrics["mse"],
    )


def _by_states(aws: Aws, order: Order, outputs: Mapping[str, str], tell: Tell) -> tuple[str, Way | None]:
    """As a state machine; why it failed, or what was measured."""
    client, name = aws.client("stepfunctions"), order.names.stack
    began = time.monotonic()
    with telling.step(tell, "states", name) as step:
        arn = str(client.start_execution(stateMachineArn=outputs["StateMachineArn"])["executionArn"])

        def ended() -> dict[str, Any]:
            found: dict[str, Any] = client.describe_execution(executionArn=arn)
            return found if found["status"] != "RUNNING" else {}

        where, next_step = arn, "look at the execution's history"
        found = telling.until(ended, _LONGEST_SECONDS, "the execution has not ended", where, next_step)
        step.result = found["status"]
    if found["status"] != "SUCCEEDED":
        return f"{found.get('error')}: {found.get('cause')}", None
    in_service(aws, outputs["StatesEndpoint"], tell)
    seconds = time.monotonic() - began
    run_id = arn.rpartition(":")[2]
    url = f"s3://{outputs['Bucket']}/runs/{run_id}/evaluation/evaluation.json"
    return "", Way(
        "state machine",
        comparison.lines_of_resource(order.file("compare.yaml").read_text(), "StateMachine"),
        _lines_of_scripts(order),
        comparison.actions_of_roles(aws, name, ["StateMachineRole"]),
        seconds,
        comparison.seconds_of_jobs(aws, _jobs_of_states(name, run_id)),
        objects.metrics(aws, url)["mse"],
    )


def _lines_of_scripts(order: Order) -> int:
    """Of the jobs' scripts and of the function that serves."""
    function = comparison.lines_of_resource(order.file("compare.yaml").read_text(), "Serve")
    return function + comparison.lines_of_files(order.folder.parent / "abalone" / name for name in _ABALONE)


def _jobs_of_states(name: str, run_id: str) -> tuple[str, ...]:
    """The jobs of an execution, by the names that the definition gives them. Pure."""
    return (f"processing-job/{name}-{run_id}", f"training-job/{name}-{run_id}", f"processing-job/{name}-{run_id}-e")


def _prepared(aws: Aws, done: ModelExecution) -> dict[str, bytes]:
    """The three sets that the step Process made."""
    made = executions.metadata(aws, done.arn)["Process"]
    return {name: objects.read(aws, f"{objects.output_url(aws, made, name)}/{name}.csv") for name in _SETS}


def _by_codepipeline(
    aws: Aws, order: Order, prepared: Mapping[str, bytes], deploy: Deploy, tell: Tell
) -> tuple[str, Way | None]:
    """As the workshop's CodePipeline, which takes data that is prepared; why it failed, or what was measured."""
    project, of_lab = Project(order.folder.parents[1]), workshop_of(order.names)
    with tempfile.TemporaryDirectory() as scratch:
        for name, content in prepared.items():
            file = Path(scratch, "data", name, f"{name}.csv")
            file.parent.mkdir(parents=True)
            file.write_bytes(content)
        data = dataset.check(Path(scratch, "data"))
        plan = Plan(of_lab, project, data, order.file("training-config"), {"ModelName": "abalone"})
        execution_id, began = workshops.started(aws, plan, Path(scratch), deploy, tell)
    execution = watching.watch(aws, of_lab.pipeline, execution_id, tell)
    seconds = time.monotonic() - began
    evaluations = {each.action: each for each in report.evaluations_of(execution)}
    if str(execution.status) != "Succeeded":
        return execution.status_summary or str(execution.status), None
    sources = sorted(project.functions.rglob("*.py"))
    return "", Way(
        "CodePipeline",
        comparison.lines_of_resource(project.pipeline_template.read_text(), "Pipeline"),
        comparison.lines_of_files(sources),
        comparison.actions_of_roles(aws, of_lab.pipeline_stack, ["PipelineRole", "FunctionRole"]),
        seconds,
        report.seconds_covered(report.work_intervals(aws, execution, of_lab.functions)),
        evaluations["FullTest"].metrics["mse"],
    )


def _summary(order: Order, ways: list[Way], reason: str = "") -> ModelExecution:
    """The ways in the form in which labs tell an execution: each is a step. Pure."""
    steps = tuple(StepState(each.name, "Succeeded", each.seconds, "") for each in ways)
    return ModelExecution(order.names.stack, "", "Failed" if reason else "Succeeded", reason, steps)


COMPARE = Lab(
    name="compare",
    title="Which orchestrator? One flow, three times",
    summary="process, train, evaluate, gate, deploy: as CodePipeline, as SageMaker pipeline, as state machine; a table",
    sample="../abalone/data/abalone.csv",
    libraries=("pandas", "sklearn"),
    scikit_learn_tag="1.2-1-cpu-py3",
    jobs=(("processing", INSTANCE, 4), ("training", INSTANCE, 2), ("training", "ml.m5.xlarge", 1)),
    template="compare.yaml",
    workshop=workshop_of,
    endpoint_instance=INSTANCE,
    serves_always=True,
    rehearsed_with={},
    run=run,
    try_next=(
        "What the table leaves out: docs/orchestrators.md",
        "Keep it, look around:     rehearse lab run compare --keep",
        "For real:                 rehearse lab launch compare --review",
    ),
)
