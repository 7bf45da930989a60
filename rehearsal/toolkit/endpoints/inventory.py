"""Endpoints as they stand: what they serve, with which weights, from which model; and deleting one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rehearsal.toolkit.aws.account import Aws


@dataclass(frozen=True)
class Variant:
    """A production variant: ``weight`` is its share of the requests now, ``image`` that of its model's container."""

    name: str
    model: str
    instance: str
    weight: float
    count: int
    model_data: str


@dataclass(frozen=True)
class Endpoint:
    """One endpoint; ``reason`` says why it failed."""

    name: str
    status: str
    config: str
    created_at: datetime
    changed_at: datetime
    variants: tuple[Variant, ...]
    reason: str = ""


def listed(aws: Aws) -> list[dict[str, Any]]:
    """The endpoints of the account by name: name, status, since when."""
    pages = aws.client("sagemaker").get_paginator("list_endpoints").paginate(SortBy="Name", SortOrder="Ascending")
    return [
        {"name": each["EndpointName"], "status": each["EndpointStatus"], "created": each["CreationTime"]}
        for page in pages
        for each in page["Endpoints"]
    ]


def read(aws: Aws, name: str) -> Endpoint:
    """One, with what its variants serve."""
    sagemaker = aws.client("sagemaker")
    answer = sagemaker.describe_endpoint(EndpointName=name)
    now = {each["VariantName"]: each for each in answer.get("ProductionVariants", [])}
    config = sagemaker.describe_endpoint_config(EndpointConfigName=answer["EndpointConfigName"])
    variants = tuple(_variant(aws, each, now.get(each["VariantName"], {})) for each in config["ProductionVariants"])
    return Endpoint(
        answer["EndpointName"],
        answer["EndpointStatus"],
        answer["EndpointConfigName"],
        answer["CreationTime"],
        answer["LastModifiedTime"],
        variants,
        answer.get("FailureReason", ""),
    )


def _variant(aws: Aws, declared: dict[str, Any], now: dict[str, Any]) -> Variant:
    model = declared.get("ModelName", "")
    container = aws.client("sagemaker").describe_model(ModelName=model).get("PrimaryContainer", {}) if model else {}
    return Variant(
        declared["VariantName"],
        model,
        declared.get("InstanceType", "serverless"),
        now.get("CurrentWeight", declared.get("InitialVariantWeight", 1.0)),
        now.get("CurrentInstanceCount", declared.get("InitialInstanceCount", 0)),
        container.get("ModelDataUrl", ""),
    )


def delete(aws: Aws, name: str) -> None:
    """Delete the endpoint; its config and model, which cost nothing, stay."""
    aws.client("sagemaker").delete_endpoint(EndpointName=name)


def serving(aws: Aws, package_arn: str, model_data: str) -> list[str]:
    """The endpoints that serve a version of the registry: by its ARN in their models, or by its artifact."""
    found = []
    for each in listed(aws):
        config = aws.client("sagemaker").describe_endpoint(EndpointName=each["name"])["EndpointConfigName"]
        if any(_is_of(aws, name, package_arn, model_data) for name in _models_of(aws, config)):
            found.append(each["name"])
    return found


def _models_of(aws: Aws, config: str) -> list[str]:
    declared = aws.client("sagemaker").describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"]
    return [each["ModelName"] for each in declared if each.get("ModelName")]


def _is_of(aws: Aws, model: str, package_arn: str, model_data: str) -> bool:
    answer = aws.client("sagemaker").describe_model(ModelName=model)
    containers = [answer.get("PrimaryContainer", {}), *answer.get("Containers", ())]
    return any(
        each.get("ModelPackageName") == package_arn or (model_data and each.get("ModelDataUrl") == model_data)
        for each in containers
    )
