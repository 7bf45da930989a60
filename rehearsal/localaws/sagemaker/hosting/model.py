"""Models: a container image with its data and the role that may read it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from rehearsal.localaws.ground import clock
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import listing, vpc
from rehearsal.localaws.sagemaker.hosting import model_data
from rehearsal.localaws.sagemaker.named import Catalogue
from rehearsal.localaws.sagemaker.registry.operations import find_package
from rehearsal.localaws.sagemaker.registry.package import Package


@dataclass(frozen=True)
class Container:
    """One container of a model."""

    hostname: str
    image: str
    environment: dict[str, str]
    data_url: str | None


@dataclass(frozen=True)
class Model:
    """A model as CreateModel made it."""

    name: str
    arn: str
    role_arn: str | None
    container: Container
    request: dict[str, Any]
    created_at: datetime
    package_arn: str | None = None
    """The model package that it was made of, where it was."""

    def description(self) -> dict[str, Any]:
        """The answer of DescribeModel."""
        members = {key: value for key, value in self.request.items() if key != "Tags"}
        members.setdefault("EnableNetworkIsolation", False)
        return {**members, "ModelArn": self.arn, "CreationTime": self.created_at}

    def summary(self) -> dict[str, Any]:
        """One entry of ListModels."""
        return {"ModelName": self.name, "ModelArn": self.arn, "CreationTime": self.created_at}


def parse(request: dict[str, Any], arn: str, package: Callable[[str], Package]) -> Model:
    """The model that a CreateModel request describes; ``package`` finds model packages by name or ARN.

    Raises:
        AwsError: ValidationException, for what cannot be run here.
    """
    definition = _only_definition(request)
    packaged = package(definition["ModelPackageName"]) if definition.get("ModelPackageName") else None
    if packaged is not None:
        environment = {**packaged.container().get("Environment", {}), **definition.get("Environment", {})}
        definition = {**packaged.container(), "Environment": environment}
    return Model(
        name=request["ModelName"],
        arn=arn,
        role_arn=request.get("ExecutionRoleArn"),
        container=_container(definition),
        request=request,
        created_at=clock.now(),
        package_arn=packaged.arn if packaged else None,
    )


def _only_definition(request: dict[str, Any]) -> dict[str, Any]:
    definitions = request.get("Containers") or [request.get("PrimaryContainer")]
    if request.get("Containers") and request.get("PrimaryContainer"):
        raise AwsError("ValidationException", "Specify either PrimaryContainer or Containers, not both.")
    if definitions == [None]:
        raise AwsError("ValidationException", "A model needs a PrimaryContainer or Containers.")
    if len(definitions) > 1:
        raise AwsError(
            "ValidationException",
            "The embedded AWS serves models of one container; inference pipelines of several are not offered.",
        )
    only: dict[str, Any] = definitions[0]
    return only


def _container(definition: dict[str, Any]) -> Container:
    if not definition.get("Image"):
        raise AwsError("ValidationException", "A container needs an Image.")
    if definition.get("Mode", "SingleModel") != "SingleModel":
        raise AwsError(
            "ValidationException", "The embedded AWS offers no multi-model containers; use Mode SingleModel."
        )
    data_url = definition.get("ModelDataUrl") or _url_of_source(definition.get("ModelDataSource"))
    return Container(
        definition.get("ContainerHostname", "primary"), definition["Image"], definition.get("Environment", {}), data_url
    )


def _url_of_source(source: dict[str, Any] | None) -> str | None:
    if source is None:
        return None
    described = source["S3DataSource"]
    if described.get("CompressionType") != "Gzip" or described.get("S3DataType") != "S3Object":
        raise AwsError(
            "ValidationException",
            "The embedded AWS reads ModelDataSource of S3DataType S3Object and CompressionType Gzip (one model.tar.gz) "
            "only.",
        )
    return str(described["S3Uri"])


class ModelOperations:
    """The operations on models."""

    params: dict[str, Any]
    region: str
    sagemaker_backend: Any

    def create_model(self) -> dict[str, Any]:
        models: Catalogue[Model] = self.sagemaker_backend.hosted_models
        models.check_new(self.params["ModelName"])
        find = partial(find_package, self.sagemaker_backend)
        model = parse(self.params, models.arn(self.params["ModelName"]), find)
        if model.container.data_url:
            model_data.check_access(model.container.data_url, model.role_arn, region=self.region)
        vpc.check(self.params.get("VpcConfig"), model.role_arn, self.region, self.sagemaker_backend.account_id)
        models.add(model)
        self.sagemaker_backend.tag_store.put(model.arn, self.params.get("Tags"))
        return {"ModelArn": model.arn}

    def describe_model(self) -> dict[str, Any]:
        return self.sagemaker_backend.hosted_models.get(self.params["ModelName"]).description()

    def delete_model(self) -> None:
        self.sagemaker_backend.tag_store.forget(
            self.sagemaker_backend.hosted_models.remove(self.params["ModelName"]).arn
        )

    def list_models(self) -> dict[str, Any]:
        summaries = [model.summary() for model in self.sagemaker_backend.hosted_models]
        return listing.page(summaries, self.params, into="Models", name="ModelName")
