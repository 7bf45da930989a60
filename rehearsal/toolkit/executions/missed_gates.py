"""The metrics of a test whose gate was missed: CodePipeline keeps no output of an action that failed, but EvaluateModel
writes its report to the model bucket before it fails the action (docs/evaluation.md)."""

import json
from dataclasses import replace
from typing import Any

from rehearsal.toolkit.aws import translation
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.executions.executions import ActionRun, Execution, StageRun, Status

_MISSED = "the gate is missed"


def completed(aws: Aws, execution: Execution) -> Execution:
    """The execution, each missed gate's action with ``Rows`` and metrics as it would have put them out.

    What the caller may not read, or what is gone, stays as CodePipeline has it.
    """
    if not any(_is_missed_gate(action) for action in execution.actions):
        return execution
    stages = tuple(
        StageRun(stage.name, tuple(_told(aws, stage, each) for each in stage.actions)) for stage in execution.stages
    )
    return replace(execution, stages=stages)


def _is_missed_gate(action: ActionRun) -> bool:
    has_failed = action.status is Status.FAILED and action.error is not None
    return has_failed and _MISSED in (action.error.message if action.error else "") and "Rows" not in action.variables


def _told(aws: Aws, stage: StageRun, action: ActionRun) -> ActionRun:
    if not _is_missed_gate(action):
        return action
    deployed = next((each.variables for each in stage.actions if "EndpointConfigName" in each.variables), {})
    try:
        report = _report(aws, deployed.get("EndpointName", ""), deployed.get("EndpointConfigName", ""))
    except LookupError:
        return action
    except translation.FAILURES:
        return action
    found = {name: repr(value) for name, value in report["metrics"].items() if value is not None}
    told = {"Rows": str(report["rows"]), "EndpointName": report["endpointName"]}
    return replace(action, variables={**told, **found, **action.variables})


def _report(aws: Aws, endpoint: str, config: str) -> dict[str, Any]:
    """The newest report on an endpoint config.

    Raises:
        LookupError: there is none.
    """
    bucket = _model_bucket(aws, config)
    s3 = aws.client("s3")
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"evaluations/{endpoint}/{config}/").get("Contents", [])
    if not listed:
        raise LookupError(config)
    newest = max(listed, key=lambda each: each["LastModified"])
    return dict(json.loads(s3.get_object(Bucket=bucket, Key=newest["Key"])["Body"].read()))


def _model_bucket(aws: Aws, config: str) -> str:
    """Where the config's model lies: the reports lie in the same bucket.

    Raises:
        LookupError: there is no config.
    """
    if not config:
        raise LookupError(config)
    sagemaker = aws.client("sagemaker")
    variant = sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"][0]
    url = sagemaker.describe_model(ModelName=variant["ModelName"])["PrimaryContainer"]["ModelDataUrl"]
    return str(url.removeprefix("s3://").partition("/")[0])
