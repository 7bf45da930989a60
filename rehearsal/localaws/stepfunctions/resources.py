"""What a Task's ``Resource`` names: which integrations there are, which of them run here. Pure.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from rehearsal.localaws.ground import sdk_names

_INTEGRATION = re.compile(
    r"arn:aws[\w-]*:states:[\w-]*:\d*:(?P<service>[\w-]+):(?P<action>[\w-]+(?::[\w-]+)?)(?:\.(?P<pattern>sync:2|\w+))?"
)
_WAIT = "waitForTaskToken"


class Offer(Enum):
    """Whether a Task with such a resource runs."""

    RUNS = "runs"
    NOT_HERE = "AWS has it, the embedded AWS has not"
    NOWHERE = "AWS has no such resource"


@dataclass(frozen=True)
class Integration:
    """``arn:aws:states:::<service>:<action>.<pattern>``; of an SDK integration ``action`` is ``service:operation``."""

    service: str
    action: str
    pattern: str | None

    @property
    def is_sdk(self) -> bool:
        return self.service == "aws-sdk"

    @property
    def boto_service(self) -> str | None:
        """botocore's name of the service that is called; None when there is none."""
        if self.is_sdk:
            return sdk_names.boto_name(self.action.partition(":")[0])
        return "stepfunctions" if self.service == "states" else self.service

    @property
    def operation(self) -> str:
        """The API operation, as AWS's models write it."""
        name = self.action.rpartition(":")[2]
        return name[:1].upper() + name[1:]


def parse(resource: str) -> Integration | None:
    """The integration that a resource names; None for functions and activities, and for what is no ARN."""
    found = _INTEGRATION.fullmatch(resource)
    if found is None or found["service"] == "activity":
        return None
    return Integration(found["service"], found["action"], found["pattern"])


_CALL, _TOKEN = frozenset({None}), frozenset({None, _WAIT})
_JOB = frozenset({None, "sync"})

_OFFERED: Mapping[str, Mapping[str, frozenset[str | None]]] = {
    "lambda": {"invoke": _TOKEN},
    "sqs": {"sendMessage": _TOKEN},
    "sns": {"publish": _TOKEN},
    "events": {"putEvents": _TOKEN},
    "dynamodb": dict.fromkeys(("getItem", "putItem", "updateItem", "deleteItem"), _CALL),
    "states": {"startExecution": frozenset({None, "sync", "sync:2", _WAIT})},
    "sagemaker": {
        **dict.fromkeys(("createEndpoint", "createEndpointConfig", "createModel", "updateEndpoint"), _CALL),
        **dict.fromkeys(
            ("createTrainingJob", "createProcessingJob", "createTransformJob", "createHyperParameterTuningJob"), _JOB
        ),
    },
    "codebuild": {"startBuild": _JOB, **dict.fromkeys(("stopBuild", "batchDeleteBuilds", "batchGetReports"), _CALL)},
}
"""Actions of optimized integrations that run here, with their patterns."""

_OF_AWS: Mapping[str, frozenset[str]] = {
    "sagemaker": frozenset({"createLabelingJob"}),
    "codebuild": frozenset({"startBuildBatch", "stopBuildBatch", "retryBuildBatch", "deleteBuildBatch"}),
}
_SERVICES_OF_AWS = frozenset(
    {
        "apigateway",
        "athena",
        "batch",
        "bedrock",
        "databrew",
        "ecs",
        "eks",
        "elasticmapreduce",
        "emr-containers",
        "emr-serverless",
        "glue",
        "http",
        "mediaconvert",
    }
)
"""Optimized integrations of AWS that do not run here."""


def offer(integration: Integration) -> Offer:
    """Whether an integration runs. Operations of SDK integrations are not looked up here: that needs their models."""
    if integration.is_sdk:
        known = integration.boto_service is not None and ":" in integration.action
        return Offer.RUNS if known and integration.pattern in _TOKEN else Offer.NOWHERE
    patterns = _OFFERED.get(integration.service, {}).get(integration.action)
    if patterns is not None:
        return Offer.RUNS if integration.pattern in patterns else Offer.NOWHERE
    is_of_aws = integration.action in _OF_AWS.get(integration.service, ())
    return Offer.NOT_HERE if is_of_aws or integration.service in _SERVICES_OF_AWS else Offer.NOWHERE
