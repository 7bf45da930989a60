"""What is broken in the labs."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.executions import model_pipelines
from rehearsal.toolkit.labs import objects, queues
from rehearsal.toolkit.labs.lessons import (
    Broken,
    Lesson,
    is_planned,
    may,
    ordered,
    release,
    role,
    without_statement,
)
from rehearsal.toolkit.stacks import uploads

_BUILDS = ("run_pipeline.py", "endpoint_template.py", "definition.json")
_OF_THROTTLING = ("Throttling", "Rate exceeded")
_THROTTLES = 10
"""More than a step asks without a retry policy of its own, which is six times within half a minute; and less than twice
as often, so that a later execution gets through."""


def _with_default(parameter: str, value: Callable[[Broken], object]) -> Callable[[Broken], None]:
    """Gives a parameter of the SageMaker pipeline another default."""

    def break_it(lab: Broken) -> None:
        document = _definition(lab)
        for each in document["Parameters"]:
            if each["Name"] == parameter:
                each["DefaultValue"] = value(lab)
        lab.aws.client("sagemaker").update_pipeline(PipelineName=lab.pipeline, PipelineDefinition=json.dumps(document))

    return break_it


def _definition(lab: Broken) -> dict[str, Any]:
    described = lab.aws.client("sagemaker").describe_pipeline(PipelineName=lab.pipeline)
    return dict(json.loads(described["PipelineDefinition"]))


def _default(lab: Broken, parameter: str) -> Any:
    return next(each["DefaultValue"] for each in _definition(lab)["Parameters"] if each["Name"] == parameter)


def _input_is_missing(lab: Broken) -> str:
    url = str(_default(lab, "InputDataUrl"))
    bucket, _, key = url.removeprefix("s3://").partition("/")
    try:
        lab.aws.client("s3").head_object(Bucket=bucket, Key=key)
    except ClientError:
        return f"there is no object {url}, which InputDataUrl names"
    return ""


def _threshold_is_out_of_reach(lab: Broken) -> str:
    threshold = float(_default(lab, "AccuracyThreshold"))
    return f"AccuracyThreshold is {threshold}, which no model of this data reaches" if threshold > 0.95 else ""


def _throttle(lab: Broken) -> dict[str, Any]:
    named = f"*{lab.stack}-*"  # a role of the lab's stack is among the request's parameters
    return {
        "kind": "throttle",
        "service": "sagemaker",
        "operation": "CreateTrainingJob",
        "name": named,
        "count": _THROTTLES,
    }


def _throttled_without_a_policy(lab: Broken) -> str:
    steps = {each["Name"]: each for each in _definition(lab)["Steps"]}
    types = [kind for policy in steps["Train"].get("RetryPolicies", []) for kind in policy["ExceptionType"]]
    if not is_planned(lab, _throttle(lab)) or "Step.THROTTLING" in types:
        return ""
    return "SageMaker throttles, and the step Train gives up soon: it has no retry policy for Step.THROTTLING"


def _interruption(_lab: Broken) -> dict[str, Any]:
    return {"kind": "stop-training-job", "service": "sagemaker", "name": "pipelines-*", "seconds": 0, "count": 1}


def _was_interrupted(lab: Broken) -> str:
    if is_planned(lab, _interruption(lab)):
        return "an instance will be taken away"
    newest = model_pipelines.read(lab.aws, lab.pipeline)
    failed = [step for step in newest.steps if step.status == "Failed"]
    stopped = newest.status == "Failed" and [step.name for step in failed] == ["Train"]
    if not stopped or any(words in failed[0].note for words in _OF_THROTTLING):
        return ""
    return "the newest execution ended in Train, and nothing has made up for it"


def _an_evaluation(lab: Broken) -> str:
    return f"arn:{lab.aws.partition}:s3:::{lab.outputs['Bucket']}/runs/any/evaluation.json"


def _pipeline_role(lab: Broken) -> str:
    return lab.outputs["PipelineRoleArn"]


CENSUS = (
    Lesson(
        "missing-permission",
        symptom="the step CheckAccuracy fails, though Evaluate succeeded",
        where_to_look="the FailureReason of the step (rehearse status --sagemaker-pipeline): it names role, action and "
        "object",
        cure="give the pipeline's role the statement ReadEvaluation of census.yaml back: s3:GetObject on runs/*",
        break_it=without_statement("RunCensus", "ReadEvaluation", _pipeline_role),
        problem=may(_pipeline_role, "s3:GetObject", _an_evaluation),
    ),
    Lesson(
        "wrong-path",
        symptom="the step Preprocess fails before its script begins",
        where_to_look="the FailureReason of the step: it names the S3 URL; compare it with aws s3 ls",
        cure="give InputDataUrl the right default again (update the pipeline), or upload the object that it names",
        break_it=_with_default("InputDataUrl", lambda lab: f"s3://{lab.outputs['Bucket']}/data/adults.csv"),
        problem=_input_is_missing,
    ),
    Lesson(
        "gate-missed",
        symptom="every job succeeds, and the execution fails in AccuracyTooLow; nothing is registered",
        where_to_look="evaluation.json of the run, and the parameter AccuracyThreshold",
        cure="a better model, or a threshold that means something: update the pipeline's default",
        break_it=_with_default("AccuracyThreshold", lambda _lab: 0.99),
        problem=_threshold_is_out_of_reach,
    ),
    Lesson(
        "throttling",
        symptom="the step Train fails after half a minute of attempts: Rate exceeded, and no training job is there",
        where_to_look="the FailureReason of the step; how many executions start jobs at the same time",
        cure='give the step more patience ("RetryPolicies": [{"ExceptionType": ["Step.THROTTLING"], ...}]), or start '
        "fewer executions at a time: a later one gets through",
        break_it=ordered(_throttle),
        problem=_throttled_without_a_policy,
    ),
    Lesson(
        "spot-interruption",
        symptom="the training job is stopped though nobody stopped it, and the step Train fails",
        where_to_look="the secondary status transitions of the training job: its instance was taken away",
        cure="retry the execution (aws sagemaker retry-pipeline-execution): it goes on at Train; checkpoints and "
        "MaxWaitTimeInSeconds where training takes long",
        break_it=ordered(_interruption),
        problem=_was_interrupted,
    ),
)


def _poison(lab: Broken) -> None:
    queues.send(lab.aws, lab.outputs["QueueUrl"], {"Records": "this is no message of S3"})


def _dead_letters(lab: Broken) -> str:
    waiting = queues.count(lab.aws, lab.outputs["QueueUrl"])
    dead = queues.count(lab.aws, lab.outputs["DeadLetterQueueUrl"])
    return f"{waiting} messages are in the queue, {dead} in the dead-letter queue" if waiting or dead else ""


RETRAIN = (
    Lesson(
        "poisoned-message",
        symptom="a message comes back again and again; after three failures it lies in the dead-letter queue, and an "
        "alarm tells",
        where_to_look="the log group of the function: it prints the id of the message and the error",
        cure="look at the message, delete it from the dead-letter queue (aws sqs purge-queue)",
        break_it=_poison,
        problem=_dead_letters,
        show=None,
    ),
)


def _name_parameter(lab: Broken) -> str:
    return lab.arn("ssm", f"parameter{lab.outputs['ModelNameParameter']}")


def _source(lab: Broken) -> dict[str, bytes]:
    body = objects.read(lab.aws, f"s3://{lab.outputs['Bucket']}/source/source.zip")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _without_a_build(lab: Broken) -> None:
    files = {name: content for name, content in _source(lab).items() if name != "endpoint_template.py"}
    lab.aws.client("s3").put_object(Bucket=lab.outputs["Bucket"], Key="source/source.zip", Body=uploads.packed(files))


def _source_lacks(lab: Broken) -> str:
    missing = [name for name in _BUILDS if name not in _source(lab)]
    return f"source/source.zip lacks {', '.join(missing)}" if missing else ""


ABALONE = (
    Lesson(
        "missing-permission",
        symptom="the stage BuildModel fails, though a model was made; the endpoint stays as it is",
        where_to_look="the log of the build names the step RecordModelName; the function's log group has AccessDenied",
        cure="give the function's role the statement WriteName of abalone.yaml back: ssm:PutParameter",
        break_it=without_statement("RecordModelName", "WriteName", role("RecordModelNameRole")),
        problem=may(role("RecordModelNameRole"), "ssm:PutParameter", _name_parameter),
        show=release,
    ),
    Lesson(
        "wrong-path",
        symptom="the stage BuildTemplate fails within seconds; no model is trained",
        where_to_look="the log group of the builds: No such file or directory",
        cure="upload a source.zip with all files of labs/abalone/source again (rehearse lab run abalone does)",
        break_it=_without_a_build,
        problem=_source_lacks,
        show=release,
    ),
)


def _disable_rule(lab: Broken) -> None:
    lab.aws.client("events").disable_rule(Name=lab.resource("RetrainRule"))


def _rule_is_off(lab: Broken) -> str:
    name = lab.resource("RetrainRule")
    state = lab.aws.client("events").describe_rule(Name=name)["State"]
    return "" if state == "ENABLED" else f"the rule {name} is {state}: alarms start nothing"


DRIFT = (
    Lesson(
        "silent-alarm",
        symptom="the model's alarm is raised and its mail comes, and no execution begins",
        where_to_look="CloudWatch's history of the alarm, then EventBridge: which rule hears of it, is it enabled",
        cure="enable the rule (aws events enable-rule)",
        break_it=_disable_rule,
        problem=_rule_is_off,
        show=None,
    ),
)
LESSONS: Mapping[str, tuple[Lesson, ...]] = {
    "census": CENSUS,
    "retrain": RETRAIN,
    "abalone": ABALONE,
    "drift": DRIFT,
}
