"""What is evaluated: an endpoint, what it serves, what served before, and where its evaluations are kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from pipeline_job import naming
from pipeline_job.action import Action
from pipeline_job.evaluation.progress import ReportPlace
from pipeline_job.failure import ConfigurationError, code_of


@dataclass(frozen=True)
class Subject:
    """The endpoint under test."""

    endpoint: str
    model_name: str
    config: str = ""
    incumbent: str = ""
    place: ReportPlace | None = None
    training_job: Mapping[str, Any] = field(default_factory=dict)

    @property
    def objective(self) -> str:
        """What the model was trained for."""
        return str(self.training_job.get("hyperparameters", {}).get("objective", ""))


def find(action: Action) -> Subject:
    """The endpoint of DeployModel's artifact, else of UserParameters.

    Raises:
        ConfigurationError: when neither says which, or the artifact is another environment's.
    """
    given = action.given.values
    made = action.artifacts.find("endpoint.json")
    if made is None:
        return _named(given)
    if given["env"] != made["environment"]:
        raise ConfigurationError(
            f"'env' is {given['env']!r}, but the input artifact is of environment {made['environment']!r}: "
            f"{made['endpointName']}"
        )
    place = ReportPlace(made["reportsBucket"], made["reportsPrefix"])
    return Subject(
        given.get("endpoint-name", made["endpointName"]),
        given.get("model-name", made["modelName"]),
        made["endpointConfigName"],
        made["incumbentEndpointConfigName"],
        place,
        made["trainingJob"],
    )


def _named(given: Mapping[str, Any]) -> Subject:
    if "endpoint-name" in given:
        return Subject(given["endpoint-name"], given.get("model-name", "model"))
    if {"model-name", "resourceidentifier"} <= given.keys():
        name = naming.endpoint_name(given["model-name"], given["resourceidentifier"], given["env"])
        return Subject(name, given["model-name"])
    raise ConfigurationError(
        "which endpoint? Add DeployModel's output artifact to this action's input artifacts, "
        "or give 'endpoint-name', or 'model-name' and 'resourceidentifier'"
    )


def record_key(subject: Subject, config: str, data_key: str) -> str:
    """Where the evaluation of ``config`` on one data file is kept."""
    place = subject.place
    assert place is not None
    return f"{place.prefix}{config}/{data_key.replace('/', '_')}.json"


def incumbent_metrics(subject: Subject, s3: Any, data_key: str) -> dict[str, float] | None:
    """The incumbent's metrics on the same file; None when there is no incumbent or no evaluation of it."""
    if subject.place is None or not subject.incumbent:
        return None
    try:
        kept = s3.get_object(Bucket=subject.place.bucket, Key=record_key(subject, subject.incumbent, data_key))
    except ClientError as error:
        if code_of(error) in ("NoSuchKey", "404"):
            return None
        raise
    recorded: dict[str, float] = json.loads(kept["Body"].read())["metrics"]
    return recorded
