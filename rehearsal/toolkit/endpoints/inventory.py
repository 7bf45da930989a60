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
