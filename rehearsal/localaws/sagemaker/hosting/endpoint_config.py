"""Endpoint configurations: which variants serve, on how many instances, with which share of the traffic."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rehearsal.localaws.ground import clock
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import encryption, listing


@dataclass(frozen=True)
class Serverless:
    """A variant without instances of its own."""

    memory_mb: int
    max_concurrency: int


@dataclass(frozen=True)
class Variant:
    """One production or shadow variant of a configuration."""

    name: str
    model_name: str
    instance_count: int
    weight: float
    serverless: Serverless | None
    request: dict[str, Any]


@dataclass(frozen=True)
class EndpointConfig:
    """A configuration as CreateEndpointConfig made it."""

    name: str
    arn: str
    variants: tuple[Variant, ...]
    shadows: tuple[Variant, ...]
    request: dict[str, Any]
    created_at: datetime

    @property
    def capture(self) -> dict[str, Any] | None:
        """DataCaptureConfig, where it is switched on."""
        wanted = self.request.get("DataCaptureConfig")
        return wanted if wanted and wanted.get("EnableCapture") else None

    def description(self) -> dict[str, Any]:
        """The answer of DescribeEndpointConfig."""
        members = {key: value for key, value in self.request.items() if key != "Tags"}
        members.setdefault("EnableNetworkIsolation", False)
        return {**members, "EndpointConfigArn": self.arn, "CreationTime": self.created_at}

    def summary(self) -> dict[str, Any]:
        """One entry of ListEndpointConfigs."""
        return {"EndpointConfigName": self.name, "EndpointConfigArn": self.arn, "CreationTime": self.created_at}


def parse(request: dict[str, Any], arn: str) -> EndpointConfig:
    """The configuration that a request describes.

    Raises:
        AwsError: ValidationException, for what the service refuses and for what the embedded AWS cannot run.
    """
    variants = tuple(_variant(each) for each in request["ProductionVariants"])
    shadows = tuple(_variant(each) for each in request.get("ShadowProductionVariants") or ())
    _check_names(variants + shadows)
    _check_serverless(variants, request)
    if shadows and len(variants) > 1:
        raise AwsError("ValidationException", "Shadow variants need exactly one production variant beside them.")
    if request.get("AsyncInferenceConfig"):
        raise AwsError(
            "ValidationException", "The embedded AWS offers no asynchronous inference (AsyncInferenceConfig)."
        )
    return EndpointConfig(request["EndpointConfigName"], arn, variants, shadows, request, clock.now())


def _variant(request: dict[str, Any]) -> Variant:
    name = request["VariantName"]
    if not request.get("ModelName"):
        raise AwsError(
            "ValidationException",
            f"Variant {name} names no model: the embedded AWS offers no inference components, so each variant needs a "
            "ModelName.",
        )
    serverless = request.get("ServerlessConfig")
    if serverless and (request.get("InstanceType") or request.get("InitialInstanceCount")):
        raise AwsError(
            "ValidationException", f"Variant {name} has both a ServerlessConfig and instances; give one of them."
        )
    if not serverless and not (request.get("InstanceType") and request.get("InitialInstanceCount")):
        raise AwsError(
            "ValidationException", f"Variant {name} needs InstanceType and InitialInstanceCount, or a ServerlessConfig."
        )
    return Variant(
        name=name,
        model_name=request["ModelName"],
        instance_count=request.get("InitialInstanceCount") or 1,
        weight=1.0 if request.get("InitialVariantWeight") is None else float(request["InitialVariantWeight"]),
        serverless=_serverless(serverless) if serverless else None,
        request=request,
    )


def _serverless(request: dict[str, Any]) -> Serverless:
    memory_mb = request["MemorySizeInMB"]
    if memory_mb % 1024:
        raise AwsError(
            "ValidationException",
            f"MemorySizeInMB {memory_mb} is not one of 1024, 2048, 3072, 4096, 5120 and 6144.",
        )
    return Serverless(memory_mb, request["MaxConcurrency"])


def _check_names(variants: tuple[Variant, ...]) -> None:
    names = [variant.name for variant in variants]
    for name in names:
        if names.count(name) > 1:
            raise AwsError("ValidationException", f"Variant names must be unique; {name} comes more than once.")


def _check_serverless(variants: tuple[Variant, ...], request: dict[str, Any]) -> None:
    if not any(variant.serverless for variant in variants):
        return
    if len(variants) > 1 or request.get("ShadowProductionVariants"):
        raise AwsError(
            "ValidationException", "A serverless endpoint has exactly one production variant and no shadow variant."
        )
    if request.get("DataCaptureConfig", {}).get("EnableCapture"):
        raise AwsError("ValidationException", "Data capture is not supported for serverless endpoints.")


class EndpointConfigOperations:
    """The operations on endpoint configurations."""

    params: dict[str, Any]
    region: str
    sagemaker_backend: Any

    def create_endpoint_config(self) -> dict[str, Any]:
        backend, name = self.sagemaker_backend, self.params["EndpointConfigName"]
        backend.hosted_configs.check_new(name)
        config = parse(self.params, backend.hosted_configs.arn(name))
        for variant in config.variants + config.shadows:
            backend.hosted_models.get(variant.model_name)
        encryption.check_key_of_volume(self.params.get("KmsKeyId"), self.region, self.sagemaker_backend.account_id)
        backend.hosted_configs.add(config)
        backend.tag_store.put(config.arn, self.params.get("Tags"))
        return {"EndpointConfigArn": config.arn}

    def describe_endpoint_config(self) -> dict[str, Any]:
        return self.sagemaker_backend.hosted_configs.get(self.params["EndpointConfigName"]).description()

    def delete_endpoint_config(self) -> None:
        removed = self.sagemaker_backend.hosted_configs.remove(self.params["EndpointConfigName"])
        self.sagemaker_backend.tag_store.forget(removed.arn)

    def list_endpoint_configs(self) -> dict[str, Any]:
        summaries = [config.summary() for config in self.sagemaker_backend.hosted_configs]
        return listing.page(summaries, self.params, into="EndpointConfigs", name="EndpointConfigName")
