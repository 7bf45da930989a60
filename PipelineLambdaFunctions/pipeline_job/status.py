"""What a described training job or endpoint means for the action that waits for it. Pure.

Every status that the service model names leads to success, failure or another look; one that it does not name yet is
looked at again until the deadline. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline_job import variables
from pipeline_job.failure import ActionFailed

Description = Mapping[str, Any]


@dataclass(frozen=True)
class Working:
    """Not done yet."""

    summary: str
    percent: int


@dataclass(frozen=True)
class Done:
    """Done well."""

    summary: str
    variables: Mapping[str, str]


Verdict = Working | Done

_TRAINING_PERCENT = {
    "Starting": 5,
    "Pending": 5,
    "LaunchingMLInstances": 10,
    "PreparingTrainingStack": 15,
    "DownloadingTrainingImage": 20,
    "Downloading": 25,
    "Training": 40,
    "Uploading": 95,
}
_ENDPOINT_WORKING = {
    "Creating": (30, "is being created"),
    "Updating": (50, "is being updated"),
    "SystemUpdating": (50, "is being updated by AWS"),
    "RollingBack": (80, "rolls back to its previous config"),
}
_ENDPOINT_BROKEN = {
    "Failed": "could not be created: delete it, correct the cause, and retry the stage",
    "OutOfService": "is out of service",
    "UpdateRollbackFailed": "could neither be updated nor rolled back: delete it and retry the stage",
    "Deleting": "is being deleted",
}


def training_job(described: Description) -> Verdict:
    """The verdict on a training job.

    Raises:
        ActionFailed: when it has ended badly, with SageMaker's reason.
    """
    name, status = described["TrainingJobName"], described["TrainingJobStatus"]
    secondary = described.get("SecondaryStatus", status)
    if status == "Completed":
        return Done(_trained(described), _training_variables(described))
    if status == "Failed":
        raise ActionFailed(
            f"training job {name} failed: {described.get('FailureReason', 'SageMaker gives no reason')}",
            external_id=name,
        )
    if status == "Stopped":
        raise ActionFailed(f"training job {name} was stopped{_why_stopped(secondary)}", external_id=name)
    if status == "Deleting":
        raise ActionFailed(f"training job {name} is being deleted", external_id=name)
    return Working(f"{secondary}: {name}", _TRAINING_PERCENT.get(secondary, 40))


def endpoint(described: Description, expected_config: str | None) -> Verdict:
    """The verdict on an endpoint that should serve ``expected_config``.

    Raises:
        ActionFailed: when it has ended badly, or serves something else because an update was rolled back.
    """
    name, status = described["EndpointName"], described["EndpointStatus"]
    if status == "InService":
        config = described["EndpointConfigName"]
        if expected_config and config != expected_config:
            raise ActionFailed(
                f"endpoint {name} still serves {config}: the update to {expected_config} was rolled "
                f"back{_reason(described)}",
                external_id=name,
            )
        return Done(
            f"InService: {name}",
            {"EndpointName": name, "EndpointConfigName": config, "EndpointStatus": status},
        )
    if status in _ENDPOINT_BROKEN:
        raise ActionFailed(
            f"endpoint {name} {_ENDPOINT_BROKEN[status]} ({status}){_reason(described)}", external_id=name
        )
    percent, words = _ENDPOINT_WORKING.get(status, (50, f"has status {status}"))
    return Working(f"{name} {words}", percent)


def metrics(described: Description) -> dict[str, float]:
    """The final metrics by variable name: ``validation-rmse`` for ``validation:rmse``."""
    final = described.get("FinalMetricDataList", ())
    return {variables.key(str(each["MetricName"])): float(each["Value"]) for each in final}


def _trained(described: Description) -> str:
    shown = ", ".join(f"{name.replace('-', ':', 1)} {value:.5g}" for name, value in metrics(described).items())
    return f"{shown or 'Completed'}: {described['TrainingJobName']}"


def _training_variables(described: Description) -> dict[str, str]:
    return {
        "TrainingJobName": described["TrainingJobName"],
        "ModelDataUrl": described["ModelArtifacts"]["S3ModelArtifacts"],
        "BillableSeconds": str(described.get("BillableTimeInSeconds", 0)),
        **{name: repr(value) for name, value in metrics(described).items()},
    }


def _why_stopped(secondary: str) -> str:
    reasons = {
        "MaxRuntimeExceeded": ": it ran into 'max-runtime-seconds'; raise that, or train less",
        "MaxWaitTimeExceeded": ": no spot capacity within 'max-wait-seconds'; raise that, or train on demand",
        "Interrupted": ": its spot instances were taken away",
    }
    return reasons.get(secondary, " before it was done")


def _reason(described: Description) -> str:
    reason = described.get("FailureReason")
    return f": {reason}" if reason else ""
