"""An endpoint and what hangs on it, as SageMaker has them: describe, make once, put back, remove."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from pipeline_job import deployment
from pipeline_job.failure import ActionFailed, is_missing, is_taken
from pipeline_job.naming import candidates


def describe(sagemaker: Any, name: str) -> dict[str, Any] | None:
    """The endpoint; None when there is none."""
    return _or_none(sagemaker.describe_endpoint, EndpointName=name)


def describe_model(sagemaker: Any, name: str) -> dict[str, Any] | None:
    """The model; None when there is none."""
    return _or_none(sagemaker.describe_model, ModelName=name)


def describe_config(sagemaker: Any, name: str) -> dict[str, Any] | None:
    """The endpoint config; None when there is none."""
    return _or_none(sagemaker.describe_endpoint_config, EndpointConfigName=name)


def _or_none(describe_call: Callable[..., dict[str, Any]], **name: str) -> dict[str, Any] | None:
    try:
        return describe_call(**name)
    except ClientError as error:
        if is_missing(error):
            return None
        raise


def make_model_and_config(
    sagemaker: Any, name: str, requests: Callable[[str], tuple[dict[str, Any], dict[str, Any]]]
) -> str:
    """Create the model and endpoint config of ``requests(name)`` under the first name that is free or holds the same;
    the name."""
    for candidate in candidates(name):
        model, config = requests(candidate)
        if _make_model(sagemaker, model) and _make_config(sagemaker, config):
            return candidate
    raise ActionFailed(f"{name} was tried a hundred times; release a new change")


def _make_model(sagemaker: Any, asked: Mapping[str, Any]) -> bool:
    existing = describe_model(sagemaker, asked["ModelName"])
    if existing is None and not _create(sagemaker.create_model, asked):
        existing = describe_model(sagemaker, asked["ModelName"])
    return existing is None or deployment.is_same(existing, asked)


def _make_config(sagemaker: Any, asked: Mapping[str, Any]) -> bool:
    existing = describe_config(sagemaker, asked["EndpointConfigName"])
    if existing is None and not _create(sagemaker.create_endpoint_config, asked):
        existing = describe_config(sagemaker, asked["EndpointConfigName"])
    return existing is None or deployment.is_same(existing, asked)


def _create(create: Callable[..., Any], asked: Mapping[str, Any]) -> bool:
    """False when another call of the same job was faster."""
    try:
        create(**asked)
    except ClientError as error:
        if is_taken(error):
            return False
        raise
    return True


def configs_of(sagemaker: Any, endpoint_name: str) -> list[str]:
    """The names of the endpoint's configs, newest first."""
    pages = sagemaker.get_paginator("list_endpoint_configs").paginate(
        NameContains=endpoint_name, SortBy="CreationTime", SortOrder="Descending"
    )
    names = (each["EndpointConfigName"] for page in pages for each in page["EndpointConfigs"])
    return [name for name in names if name.startswith(f"{endpoint_name}-")]


def delete_config(sagemaker: Any, name: str) -> None:
    """Remove an endpoint config and the models that it alone serves (they carry its name)."""
    for model_name in _models_of(sagemaker, name):
        if model_name == name:
            sagemaker.delete_model(ModelName=model_name)
    sagemaker.delete_endpoint_config(EndpointConfigName=name)


def _models_of(sagemaker: Any, config_name: str) -> Iterator[str]:
    described = describe_config(sagemaker, config_name) or {}
    for variant in described.get("ProductionVariants", ()):
        if describe_model(sagemaker, variant["ModelName"]) is not None:
            yield variant["ModelName"]


def tags_of_config(sagemaker: Any, name: str) -> dict[str, str]:
    """The tags of an endpoint config."""
    arn = sagemaker.describe_endpoint_config(EndpointConfigName=name)["EndpointConfigArn"]
    pages = sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn)
    return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
