"""What is broken in the workshop."""

import io
import json
import zipfile
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.executions import executions, watching
from rehearsal.toolkit.executions.events import Tell
from rehearsal.toolkit.executions.executions import Execution, Status
from rehearsal.toolkit.labs import lessons, objects, telling
from rehearsal.toolkit.labs.lessons import Broken, Lesson, is_planned, may, ordered, release, role, without_statement
from rehearsal.toolkit.stacks import uploads

NAME = "workshop"
_START_SECONDS = 600.0
_OUT_OF_REACH = 0.01
_TRAIN_KEY = "train/train.csv"


def launched(aws: Aws, suffix: str) -> Broken:
    """A workshop that is launched.

    Raises:
        NotThere: it is not.
    """
    names = Workshop(suffix)
    how = "rehearse run --keep, or rehearse launch"
    return lessons.launched(aws, names.pipeline_stack, names.pipeline, how)


def _data_bucket(lab: Broken) -> str:
    return Workshop(lab.parameters["SuffixID"], lab.parameters.get("BucketSuffix", "")).data_bucket


def _endpoint(lab: Broken, environment: str) -> str:
    return f"{lab.parameters['ModelName']}-{lab.parameters['SuffixID']}-{environment}"


def _endpoint_arn(lab: Broken) -> str:
    return lab.arn("sagemaker", f"endpoint/{_endpoint(lab, 'Dev').lower()}")


def _delete_training_data(lab: Broken) -> None:
    lab.aws.client("s3").delete_object(Bucket=_data_bucket(lab), Key=_TRAIN_KEY)


def _no_training_data(lab: Broken) -> str:
    try:
        lab.aws.client("s3").head_object(Bucket=_data_bucket(lab), Key=_TRAIN_KEY)
    except ClientError:
        return f"there is no object s3://{_data_bucket(lab)}/{_TRAIN_KEY}"
    return ""


def _configs(lab: Broken) -> dict[str, Any]:
    """The training configuration by file."""
    body = objects.read(lab.aws, f"s3://{_data_bucket(lab)}/{uploads.TRAINING_CONFIG_KEY}")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def _raise_the_bar(lab: Broken) -> None:
    configs = _configs(lab)
    name = f"{lab.parameters['ModelName']}.json"
    gate = {"thresholds": [{"metric": "rmse", "max": _OUT_OF_REACH}]}
    configs[name] = {**configs[name], "EvaluateModel.Test": gate}
    files = {name: json.dumps(each).encode() for name, each in configs.items()}
    lab.aws.client("s3").put_object(
        Bucket=_data_bucket(lab), Key=uploads.TRAINING_CONFIG_KEY, Body=uploads.packed(files)
    )


def _bar_is_out_of_reach(lab: Broken) -> str:
    told = _configs(lab)[f"{lab.parameters['ModelName']}.json"].get("EvaluateModel.Test", {})
    for each in told.get("thresholds", ()):
        if each.get("metric") == "rmse" and each.get("max", 1) <= _OUT_OF_REACH:
            return f"the threshold of rmse is {each['max']}, which no model of this data reaches"
    return ""


def _follow_upload(lab: Broken, tell: Tell) -> None:
    """The execution that the new training configuration has started."""
    key = {"Bucket": _data_bucket(lab), "Key": uploads.TRAINING_CONFIG_KEY}
    arrived = lab.aws.client("s3").head_object(**key)["LastModified"]

    def begun() -> str:
        newest = executions.history(lab.aws, lab.pipeline, limit=1)[0]
        return newest.execution_id if newest.started_at >= arrived else ""

    where, next_step = lab.pipeline, "look at the rule that starts it"
    found = telling.until(begun, _START_SECONDS, "the upload has started no execution", where, next_step)
    watching.watch(lab.aws, lab.pipeline, found, tell)


def _rollback(lab: Broken) -> dict[str, Any]:
    return {"kind": "roll-back-endpoint", "service": "sagemaker", "name": _endpoint(lab, "Dev"), "count": 1}


def _interruption(lab: Broken) -> dict[str, Any]:
    named = f"{lab.parameters['ModelName']}-{lab.parameters['SuffixID']}-*"
    return {"kind": "stop-training-job", "service": "sagemaker", "name": named, "seconds": 0, "count": 1}


def _newest(lab: Broken) -> Execution:
    declared = executions.definition(lab.aws, lab.pipeline)
    return executions.read(lab.aws, declared, executions.newest(lab.aws, lab.pipeline))


def _was_rolled_back(lab: Broken) -> str:
    if is_planned(lab, _rollback(lab)):
        return "the next update of the endpoint will be rolled back"
    return _failed_at(_newest(lab), "DeployDev/GetStatus")


def _was_interrupted(lab: Broken) -> str:
    if is_planned(lab, _interruption(lab)):
        return "an instance will be taken away"
    return _failed_at(_newest(lab), "Train/GetStatus")


def _failed_at(execution: Execution, path: str) -> str:
    """Whether the newest execution has failed in this action. Pure."""
    failed = [each.path for each in execution.failed_actions]
    is_so = execution.status is Status.FAILED and path in failed
    return f"the newest execution failed in {path}, and nothing has made up for it" if is_so else ""


WORKSHOP = (
    Lesson(
        "missing-permission",
        symptom="the action DeployDev/DeployModel fails; training was fine",
        where_to_look="the action's error (rehearse status): it names the role, the action and the endpoint",
        cure="give the functions' role the statement Deploy of builtin-algo-pipeline.yaml back",
        break_it=without_statement("TrainDeployEvaluate", "Deploy", role("FunctionRole")),
        problem=may(role("FunctionRole"), "sagemaker:DescribeEndpoint", _endpoint_arn),
        show=release,
    ),
    Lesson(
        "wrong-path",
        symptom="the stage Train fails before any round",
        where_to_look="the action's error names the bucket and key; aws s3 ls shows what is there",
        cure="upload the training data again, or remove the delete marker (the bucket keeps versions)",
        break_it=_delete_training_data,
        problem=_no_training_data,
        show=release,
    ),
    Lesson(
        "gate-missed",
        symptom="everything is deployed, and DeployTest/FullTest fails",
        where_to_look="the summary of FullTest: which metric, which value, which threshold",
        cure="a threshold that means something in training-config (rehearse run, or upload it), or a better model",
        break_it=_raise_the_bar,
        problem=_bar_is_out_of_reach,
        show=_follow_upload,
    ),
    Lesson(
        "canary-rollback",
        symptom="DeployDev/GetStatus fails; the endpoint answers as before, with the model that it had",
        where_to_look="the FailureReason of the endpoint, then the deployment's alarms (key alarms of DeployModel)",
        cure="mend what the alarm saw, then release again (rehearse release)",
        break_it=ordered(_rollback),
        problem=_was_rolled_back,
        show=release,
    ),
    Lesson(
        "spot-interruption",
        symptom="Train/GetStatus fails: the training job was stopped, and nobody stopped it",
        where_to_look="the secondary status transitions of the training job: its instance was taken away",
        cure="retry the stage with all its actions, or release again (rehearse release); spot keeps checkpoints",
        break_it=ordered(_interruption),
        problem=_was_interrupted,
        show=release,
    ),
)
