"""Things to break in a lab on purpose: what is then seen, where to look, what mends it, and whether it is mended.

Each lesson changes the account as a mistake would, and is mended as the mistake would be. Whether it is mended is asked
of the account (may the role do it, is the object there), never of a note of what was broken: any cure counts.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput, NotThere
from rehearsal.toolkit.labs import queues
from rehearsal.toolkit.labs.names import LabNames
from rehearsal.toolkit.stacks import stacks

Outputs = Mapping[str, str]
"""Of the lab's stack."""


@dataclass(frozen=True)
class Broken:
    """A launched lab."""

    aws: Aws
    names: LabNames
    outputs: Outputs


@dataclass(frozen=True)
class Lesson:
    """``problem`` says what is still broken; empty when nothing is. ``shows_in_a_run``: an execution of the pipeline
    shows the symptom."""

    name: str
    symptom: str
    where_to_look: str
    cure: str
    break_it: Callable[[Broken], None]
    problem: Callable[[Broken], str]
    shows_in_a_run: bool = True


def launched(aws: Aws, names: LabNames) -> Broken:
    """The lab as its stack tells it.

    Raises:
        NotThere: it is not launched.
    """
    stack = stacks.describe(aws, names.stack)
    if stack is None or not stacks.is_usable(stack):
        raise NotThere(
            f"the lab is not launched: there is no stack {names.stack}",
            where=f"CloudFormation, {aws.region}",
            next_step=f"rehearse lab run {names.lab} --keep, or rehearse lab launch {names.lab}",
        )
    return Broken(aws, names, stacks.outputs_of(stack))


def named(lessons: Mapping[str, Lesson], name: str) -> Lesson:
    """A lesson by its name.

    Raises:
        BadInput: the lab has none of that name.
    """
    if name not in lessons:
        raise BadInput(f"the lab has no case {name!r}", where="CASE", next_step=f"it has {', '.join(lessons)}")
    return lessons[name]


def _without_statement(policy: str, sid: str, role: Callable[[Broken], str]) -> Callable[[Broken], None]:
    """Takes a statement out of a role's policy."""

    def break_it(lab: Broken) -> None:
        iam = lab.aws.client("iam")
        place = {"RoleName": role(lab).rpartition("/")[2], "PolicyName": policy}
        document = iam.get_role_policy(**place)["PolicyDocument"]
        left = [each for each in document["Statement"] if each.get("Sid") != sid]
        iam.put_role_policy(**place, PolicyDocument=json.dumps({**document, "Statement": left}))

    return break_it


def _may(role: Callable[[Broken], str], action: str, resource: Callable[[Broken], str]) -> Callable[[Broken], str]:
    """Asks IAM whether a role may do something."""

    def problem(lab: Broken) -> str:
        answer = lab.aws.client("iam").simulate_principal_policy(
            PolicySourceArn=role(lab), ActionNames=[action], ResourceArns=[resource(lab)]
        )
        allowed = answer["EvaluationResults"][0]["EvalDecision"] == "allowed"
        return "" if allowed else f"{role(lab).rpartition('/')[2]} may not {action} on {resource(lab)}"

    return problem


def _with_default(parameter: str, value: Callable[[Broken], object]) -> Callable[[Broken], None]:
    """Gives a parameter of the SageMaker pipeline another default."""

    def break_it(lab: Broken) -> None:
        document = _definition(lab)
        for each in document["Parameters"]:
            if each["Name"] == parameter:
                each["DefaultValue"] = value(lab)
        lab.aws.client("sagemaker").update_pipeline(
            PipelineName=lab.names.stack, PipelineDefinition=json.dumps(document)
        )

    return break_it


def _definition(lab: Broken) -> dict[str, Any]:
    described = lab.aws.client("sagemaker").describe_pipeline(PipelineName=lab.names.stack)
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


def _poison(lab: Broken) -> None:
    queues.send(lab.aws, lab.outputs["QueueUrl"], {"Records": "this is no message of S3"})


def _dead_letters(lab: Broken) -> str:
    waiting = queues.count(lab.aws, lab.outputs["QueueUrl"])
    dead = queues.count(lab.aws, lab.outputs["DeadLetterQueueUrl"])
    return f"{waiting} messages are in the queue, {dead} in the dead-letter queue" if waiting or dead else ""


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
        break_it=_without_statement("RunCensus", "ReadEvaluation", _pipeline_role),
        problem=_may(_pipeline_role, "s3:GetObject", _an_evaluation),
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
)
RETRAIN = (
    Lesson(
        "poisoned-message",
        symptom="a message comes back again and again; after three failures it lies in the dead-letter queue, and an "
        "alarm tells",
        where_to_look="the log group of the function: it prints the id of the message and the error",
        cure="look at the message, delete it from the dead-letter queue (aws sqs purge-queue)",
        break_it=_poison,
        problem=_dead_letters,
        shows_in_a_run=False,
    ),
)
LESSONS: Mapping[str, Mapping[str, Lesson]] = {
    "census": {each.name: each for each in CENSUS},
    "retrain": {each.name: each for each in RETRAIN},
}
"""By lab and case."""
