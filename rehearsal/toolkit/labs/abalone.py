"""The lab abalone, in one straight line.

stack without the CodePipeline -> upload -> stack with it, whose creation starts it -> source, two builds, approval,
deployment
      -> the test set against the endpoint
"""

import time
from collections.abc import Mapping
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.executions import steering, watching
from rehearsal.toolkit.executions.events import ActionChanged, Event, StepFinished, StepStarted, Tell
from rehearsal.toolkit.executions.executions import ActionRun, Execution
from rehearsal.toolkit.labs import answering, commits, definitions, executions, objects, scoring, workshops
from rehearsal.toolkit.labs.lab import Deploy, Lab, Order, Outcome
from rehearsal.toolkit.stacks import stacks, uploads

INSTANCE = "ml.m5.large"
_DEFINITIONS = ("definition.json", "definition-evaluated.json")
_BUILDS = ("run_pipeline.py", "endpoint_template.py")
_DELIVERS = "DeliverWithCodePipeline"
_SOURCE, _COMMITS = "SourceType", "CodeCommit"
_ORCHESTRATOR, _STATES = "Orchestrator", "StepFunctions"


def run(aws: Aws, order: Order, deploy: Deploy, tell: Tell) -> Outcome:
    """Launch what is missing, release the source, and follow the CodePipeline to the endpoint."""
    evaluates = order.stack_parameters.get("EvaluateModel") == "true"
    definitions.check_parameters(order.file(_DEFINITIONS[evaluates]).read_text(), order.parameters)
    delivers = _delivers(aws, order.names.stack)
    outputs = deploy(order.stack("abalone.yaml", {_DELIVERS: "true" if delivers else "false"})).outputs
    _upload(aws, order, outputs["Bucket"], tell)
    done = _delivered(aws, order, deploy, tell, is_new=not delivers)
    execution = workshops.as_model_execution(done)
    if execution.status != "Succeeded":
        return Outcome(execution)
    made = _made_by_pipeline(aws, order.names.stack) if order.stack_parameters.get(_ORCHESTRATOR) != _STATES else {}
    metrics = {}
    if evaluates:
        metrics = objects.metrics(aws, f"{objects.output_url(aws, made['Evaluate'], 'evaluation')}/evaluation.json")
    package = made.get("Register", {}).get("RegisterModel", {}).get("Arn", "")
    name = aws.client("ssm").get_parameter(Name=outputs["ModelNameParameter"])["Parameter"]["Value"]
    place = objects.output_url(aws, made["Process"], "test") if made else _place_of_states(done, outputs["Bucket"])
    answers = _ask(aws, order.names.stack, f"{place}/test.csv", tell)
    return Outcome(execution, metrics, package, order.names.stack, answers, facts={"model": name})


def _delivers(aws: Aws, stack: str) -> bool:
    """Whether the CodePipeline is there already."""
    there = stacks.describe(aws, stack)
    return there is not None and stacks.is_usable(there) and stacks.parameters_of(there).get(_DELIVERS) == "true"


def _upload(aws: Aws, order: Order, bucket: str, tell: Tell) -> None:
    """The table, the scripts of the jobs, and the source of the CodePipeline, which is what its builds run."""
    scripts = {f"code/{name}": order.file(name) for name in ("preprocess.py", "evaluate.py")}
    objects.upload(aws, bucket, {**scripts, "data/abalone.csv": order.data}, tell)
    began = time.monotonic()
    files = {name: order.file(f"source/{name}").read_bytes() for name in _BUILDS}
    for name in _DEFINITIONS:
        files[name] = definitions.with_defaults(order.file(name).read_text(), order.parameters).encode()
    source = uploads.packed(files)
    aws.client("s3").put_object(Bucket=bucket, Key="source/source.zip", Body=source)
    if order.stack_parameters.get(_SOURCE) == _COMMITS:
        commits.put(aws, order.names.stack, files)
    detail = f"{', '.join(sorted(files))} ({len(source):,} bytes)"
    tell(StepFinished("source", "source/source.zip", "uploaded", detail, time.monotonic() - began))


def _delivered(aws: Aws, order: Order, deploy: Deploy, tell: Tell, *, is_new: bool) -> Execution:
    """The CodePipeline's execution, after its end; a new CodePipeline starts by itself."""
    name = order.names.stack
    if is_new:
        deploy(order.stack("abalone.yaml", {_DELIVERS: "true"}))
        execution_id = watching.adopt(aws, name)
    else:
        execution_id = aws.client("codepipeline").start_pipeline_execution(name=name)["pipelineExecutionId"]
    answered: set[str] = set()

    def telling(event: Event) -> None:
        tell(event)
        if (
            isinstance(event, ActionChanged)
            and order.approve
            and _asks(event.action)
            and event.action.token not in answered
        ):
            answered.add(event.action.token)
            steering.approve(aws, name, None, approved=True, summary="approved by rehearse lab")

    pace = answering.pace(aws, name) if order.approve and order.stack_parameters.get(_ORCHESTRATOR) == _STATES else None
    return watching.watch(aws, name, execution_id, telling, pace)


def _asks(action: ActionRun) -> bool:
    return action.provider == "Manual" and bool(action.token) and not action.status.has_ended


def _made_by_pipeline(aws: Aws, pipeline: str) -> dict[str, dict[str, Any]]:
    """What the steps of the SageMaker pipeline's newest execution made."""
    listed = aws.client("sagemaker").list_pipeline_executions(PipelineName=pipeline)["PipelineExecutionSummaries"]
    return executions.metadata(aws, str(listed[0]["PipelineExecutionArn"]))


def _place_of_states(done: Execution, bucket: str) -> str:
    """Where the state machine's job left the test set: below the name of its execution. Pure."""
    ran = next(each for each in done.actions if each.name == "RunStateMachine")
    return f"s3://{bucket}/runs/{ran.external_id.rpartition(':')[2]}/test"


def _ask(aws: Aws, endpoint: str, url: str, tell: Tell) -> Mapping[str, float]:
    """What the endpoint answers to the whole test set."""
    began = time.monotonic()
    tell(StepStarted("invoke", endpoint))
    answers = scoring.squared_error(aws, endpoint, objects.read(aws, url).decode())
    detail = f"mse {answers['mse']:.3f} (of the mean: {answers['mse of the mean']:.3f})"
    tell(StepFinished("invoke", endpoint, f"{answers['rows']:,.0f} rows", detail, time.monotonic() - began))
    return answers


ABALONE = Lab(
    name="abalone",
    title="How old is an abalone? From a commit to an endpoint",
    summary="CodePipeline: source, build the endpoint's template, run a SageMaker pipeline, (approve,) deploy with "
    "CloudFormation",
    sample="data/abalone.csv",
    libraries=("pandas", "sklearn"),
    scikit_learn_tag="1.2-1-cpu-py3",
    jobs=(("processing", INSTANCE, 2), ("training", INSTANCE, 1)),
    template="abalone.yaml",
    endpoint_instance=INSTANCE,
    serves_always=True,
    rehearsed_with={},
    run=run,
    try_next=(
        "Evaluate, register:     rehearse lab run abalone --stack-parameter EvaluateModel=true",
        "As a state machine:     rehearse lab run abalone --stack-parameter Orchestrator=StepFunctions",
        "From a repository:      rehearse lab run abalone --stack-parameter SourceType=CodeCommit",
        "Ask before deploying:   rehearse lab run abalone --stack-parameter ApproverEmail=you@example.com",
        "Keep it, look around:   rehearse lab run abalone --keep      (then rehearse status --sagemaker-pipeline "
        "lab-abalone-rehearsal)",
        "For real:               rehearse lab launch abalone --review",
    ),
)
