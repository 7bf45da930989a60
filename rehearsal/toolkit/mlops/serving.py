"""Which endpoint serves which version of a model."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.translation import code_of

_GONE = ("ValidationException", "ResourceNotFound")
"""What SageMaker says of a thing that has just been deleted."""


@dataclass(frozen=True)
class Serving:
    """An endpoint, and the ARNs of the versions behind it (none for a model that is of no registry)."""

    endpoint: str
    status: str
    packages: tuple[str, ...]
    captures: bool = False

    def as_json(self) -> dict[str, Any]:
        """As ``--json`` prints it."""
        return {
            "endpoint": self.endpoint,
            "status": self.status,
            "modelPackageArns": list(self.packages),
            "dataCapture": self.captures,
        }


def all_of(aws: Aws) -> list[Serving]:
    """Every endpoint of this account and region, by name."""
    sagemaker = aws.client("sagemaker")
    pages = sagemaker.get_paginator("list_endpoints").paginate(SortBy="Name", SortOrder="Ascending")
    found = (_read(sagemaker, each["EndpointName"]) for page in pages for each in page["Endpoints"])
    return [each for each in found if each is not None]


def _read(sagemaker: Any, endpoint: str) -> Serving | None:
    try:
        described = sagemaker.describe_endpoint(EndpointName=endpoint)
        config = sagemaker.describe_endpoint_config(EndpointConfigName=described["EndpointConfigName"])
        models = [each["ModelName"] for each in config["ProductionVariants"] if each.get("ModelName")]
        packages = tuple(arn for model in models for arn in _packages(sagemaker, model))
    except ClientError as error:
        if code_of(error) in _GONE:
            return None
        raise
    captures = described.get("DataCaptureConfig", {}).get("EnableCapture", False)
    return Serving(endpoint, described["EndpointStatus"], packages, bool(captures))


def _packages(sagemaker: Any, model: str) -> Iterator[str]:
    described = sagemaker.describe_model(ModelName=model)
    containers = [*described.get("Containers", []), described.get("PrimaryContainer") or {}]
    yield from (each["ModelPackageName"] for each in containers if each.get("ModelPackageName"))
