"""The lab drift, in one straight line.

stack -> pipeline -> first model, endpoint -> the stack that watches it, baselines -> an hour as usual: nothing is told
      -> an hour that drifts: both alarms -> the pipeline starts by itself -> the new model serves, and errs less
"""

from collections.abc import Sequence

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.executions.events import Tell
from rehearsal.toolkit.executions.model_pipelines import ModelExecution
from rehearsal.toolkit.labs import definitions, executions, monitoring, objects, scoring, telling
from rehearsal.toolkit.labs.endpoints import in_service
from rehearsal.toolkit.labs.lab import Deploy, Lab, Order, Outcome
from rehearsal.toolkit.labs.monitoring import Watched
from rehearsal.toolkit.stacks.stacks import StackRequest

INSTANCE = "ml.m5.large"
_PREFIXES = ("serving/", "monitoring/results/merged/")
"""What the pipeline reads and others write: the model that serves, and requests with their truth."""
_NOTE = b"Put here so that the folder is never empty: a job's input must have an object.\n"
_ROOM = 1.5
_START_SECONDS = 600.0
_QUALITY = {
    "dataset_format": '{"csv": {"header": true}}',
    "analysis_type": "MODEL_QUALITY",
    "problem_type": "Regression",
    "inference_attribute": "answer",
    "ground_truth_attribute": "label",
}


def run(aws: Aws, order: Order, deploy: Deploy, tell: Tell) -> Outcome:
    """Launch what is missing, serve a first model, watch it, let the requests drift, and follow what that starts."""
    name = order.names.stack
    template = order.file("definition.json").read_text()
    definitions.check_parameters(template, order.parameters)
    outputs = deploy(order.stack("drift.yaml")).outputs
    _begin_anew(aws, order, outputs["Bucket"], tell)
    definition = definitions.with_defaults(definitions.filled(template, outputs), order.parameters)
    executions.upsert(aws, name, definition, outputs["PipelineRoleArn"], order.names.tags, tell)
    first = executions.watch(aws, name, executions.start(aws, name, {}), tell)
    if first.status != "Succeeded":
        return Outcome(first)
    in_service(aws, name, tell)
    watched = _watch(aws, order, outputs, deploy)
    _baselines(watched, order, tell)
    usual = _hour(watched, "as usual", order.file("data/usual.csv").read_text(), tell)
    _alarms(watched, "OK", tell)
    before = _ask_later(aws, order, "the first model", tell)
    begun = set(executions.started_with(aws, name, "Reason", "alarm"))
    drifted = _hour(watched, "from warmer water", order.data.read_text(), tell)
    _alarms(watched, "ALARM", tell)
    facts = {"violationsAsUsual": _counts(usual), "violationsFromWarmerWater": _counts(drifted)}
    if order.stack_parameters.get("RetrainOnAlarm") == "false":
        advice = f"learn again: aws sagemaker start-pipeline-execution --pipeline-name {name}"
        return Outcome(first, endpoint=name, answers=before, facts=facts, next_steps=(advice,))
    done = _retrained(aws, name, begun, tell)
    if done.status != "Succeeded":
        return Outcome(done, facts=facts)
    in_service(aws, name, tell)
    after = _ask_later(aws, order, "the new model", tell)
    answers = {"rows": after["rows"], "mse before": before["mse"], "mse after": after["mse"]}
    return Outcome(done, _errors(aws, done), endpoint=name, answers=answers, facts=facts)


def _begin_anew(aws: Aws, order: Order, bucket: str, tell: Tell) -> None:
    """Upload what the jobs read; nothing that an earlier run has learnt or asked is left."""
    s3 = aws.client("s3")
    for prefix in _PREFIXES:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for each in page.get("Contents", []):
                s3.delete_object(Bucket=bucket, Key=each["Key"])
        s3.put_object(Bucket=bucket, Key=f"{prefix}readme.txt", Body=_NOTE)
    scripts = {f"code/{name}": order.file(name) for name in ("collect.py", "evaluate.py")}
    objects.upload(aws, bucket, {**scripts, "data/train.csv": order.file("data/train.csv")}, tell)


def _watch(aws: Aws, order: Order, outputs: dict[str, str], deploy: Deploy) -> Watched:
    """The stack that watches, as docs/monitoring.md has it for any endpoint."""
    jobs, stack = f"drift-{order.names.suffix}", order.names.watching_stack
    parameters = {
        "Name": jobs,
        "EndpointName": order.names.stack,
        "Bucket": outputs["Bucket"],
        "GroundTruthPrefix": "ground-truth",
        "AlarmTopicArn": outputs["TopicArn"],
    }
    template = order.folder.parents[1] / "cloudformation" / "monitoring" / "endpoint.yaml"
    made = deploy(StackRequest(stack, template, parameters)).outputs
    return Watched(aws, order.names.stack, outputs["Bucket"], stack, jobs, made)


def _baselines(watched: Watched, order: Order, tell: Tell) -> None:
    """What requests look like, by the rows to train on; and how far answers are off, by the rows to validate with."""
    with telling.step(tell, "baseline", "data") as step:
        _, features = _parted(order.file("data/train.csv").read_text())
        monitoring.baseline(watched, "data", features, {})
        step.result, step.detail = f"{len(features):,} rows", "constraints.json, statistics.json"
    with telling.step(tell, "baseline", "model") as step:
        answers = scoring.answered(watched.aws, watched.endpoint, order.file("data/validation.csv").read_text())
        lines = ["answer,label", *(f"{score},{label:g}" for label, score in answers)]
        monitoring.baseline(watched, "model", lines, _QUALITY)
        monitoring.loosen(watched, _ROOM)
        step.result, step.detail = f"{len(answers):,} rows", f"errors may be {_ROOM} times those of the validation set"


def _parted(text: str) -> tuple[list[str], list[str]]:
    """Labels and features of a CSV. Pure."""
    rows = [line.partition(",") for line in text.splitlines() if line]
    return [label for label, _, _ in rows], [features for _, _, features in rows]


def _hour(watched: Watched, name: str, text: str, tell: Tell) -> dict[str, list[str]]:
    """An hour of requests, each asked by itself, the truth about them, and what the checks find when it is over."""
    labels, features = _parted(text)
    with telling.step(tell, "requests", name) as step:
        asked = monitoring.ask(watched, features)
        monitoring.tell_truth(watched, asked, labels)
        step.result, step.detail = f"{len(features)} asked", f"{asked.hour:%d %B, %H:00}; the truth is told"
    with telling.step(tell, "check", name) as step:
        found = monitoring.check(watched, asked.hour)
        step.result = f"{sum(map(len, found.values()))} violations"
        step.detail = ", ".join(f"{check} {each}" for check, listed in found.items() for each in listed)
    return found


def _alarms(watched: Watched, state: str, tell: Tell) -> None:
    for name in ("DataAlarm", "ModelAlarm"):
        with telling.step(tell, "alarm", name) as step:
            step.detail, step.result = monitoring.alarm(watched, name, state), state


def _ask_later(aws: Aws, order: Order, who: str, tell: Tell) -> dict[str, float]:
    """How far a model is off for animals from the warmer water that nobody has learnt from."""
    with telling.step(tell, "invoke", who) as step:
        found = scoring.squared_error(aws, order.names.stack, order.file("data/warmer-later.csv").read_text())
        step.result, step.detail = f"{found['rows']:,.0f} rows", f"mse {found['mse']:.3f}"
    return found


def _retrained(aws: Aws, pipeline: str, before: set[str], tell: Tell) -> ModelExecution:
    """The execution that the alarm has started, after its end."""

    def begun() -> list[str]:
        return [each for each in executions.started_with(aws, pipeline, "Reason", "alarm") if each not in before]

    found: Sequence[str] = telling.until(
        begun,
        _START_SECONDS,
        "the alarm has started no execution",
        pipeline,
        "look at the stack's dead-letter queue, and at its rule",
    )
    return executions.watch(aws, pipeline, found[0], tell)


def _errors(aws: Aws, done: ModelExecution) -> dict[str, float]:
    """Of the new model and of the one that served, on requests that neither has learnt from."""
    evaluated = executions.metadata(aws, done.arn)["Evaluate"]
    return objects.metrics(aws, f"{objects.output_url(aws, evaluated, 'evaluation')}/evaluation.json")


def _counts(found: dict[str, list[str]]) -> dict[str, int]:
    return {check: len(listed) for check, listed in found.items()}


DRIFT = Lab(
    name="drift",
    title="The requests change, and the model learns again",
    summary="captured requests, an hourly processing job, drift report, alarm, retraining; hours pass in seconds here",
    sample="data/warmer.csv",
    libraries=(),
    scikit_learn_tag=None,
    jobs=(("processing", INSTANCE, 10), ("training", INSTANCE, 2)),
    template="drift.yaml",
    endpoint_instance=INSTANCE,
    serves_always=True,
    rehearsed_with={"NotificationEmail": "you@example.com"},
    run=run,
    try_next=(
        "Only tell, do not learn: rehearse lab run drift --stack-parameter RetrainOnAlarm=false",
        "Keep it, look around:    rehearse lab run drift --keep      (then rehearse mailbox list, rehearse console)",
        "For real:                rehearse lab launch drift --review",
    ),
)
