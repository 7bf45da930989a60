"""The operations on endpoints: check, record, and hand the work to a deployment."""

from typing import Any

from rehearsal.localaws.authorizer import scaling
from rehearsal.localaws.ground import arns, host
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import listing
from rehearsal.localaws.sagemaker.hosting import admission, deployment, traffic
from rehearsal.localaws.sagemaker.hosting.endpoint import CHANGEABLE, Endpoint, EndpointStatus
from rehearsal.localaws.sagemaker.hosting.endpoint_config import EndpointConfig
from rehearsal.localaws.sagemaker.hosting.fleet import Fleet
from rehearsal.localaws.sagemaker.hosting.model import Model

_RETAINABLE = ("DesiredInstanceCount", "DesiredWeight", "DataCaptureConfig")


class EndpointOperations:
    """The operations on endpoints."""

    params: dict[str, Any]
    region: str
    access_key: str
    sagemaker_backend: Any

    def create_endpoint(self) -> dict[str, Any]:
        backend, name = self.sagemaker_backend, self.params["EndpointName"]
        backend.hosted_endpoints.check_new(name)
        config = self._config()
        models = self._models_of(config)
        admission.check_key(config, self.access_key, self.region)
        admission.check_alarms(self.params.get("DeploymentConfig"), models.values(), self.access_key, self.region)
        admission.check_quotas(config, backend.hosted_endpoints)
        endpoint = Endpoint(name, backend.hosted_endpoints.arn(name), config.name, self.region)
        backend.hosted_endpoints.add(endpoint)
        backend.tag_store.put(endpoint.arn, self.params.get("Tags"))
        host.in_background(deployment.create, endpoint, config, models, name=f"create endpoint {name}")
        return {"EndpointArn": endpoint.arn}

    def describe_endpoint(self) -> dict[str, Any]:
        return self._endpoint().description()

    def list_endpoints(self) -> dict[str, Any]:
        summaries = [endpoint.summary() for endpoint in self.sagemaker_backend.hosted_endpoints]
        return listing.page(summaries, self.params, into="Endpoints", name="EndpointName", status="EndpointStatus")

    def update_endpoint(self) -> dict[str, Any]:
        endpoint, config = self._changeable_endpoint(), self._config()
        models = self._models_of(config)
        wanted = self.params.get("DeploymentConfig")
        rollout = traffic.plan(wanted, min(variant.instance_count for variant in config.variants))
        if wanted and wanted.get("BlueGreenUpdatePolicy") and endpoint.live is not None:
            _check_same_variants(endpoint.live, config)
        admission.check_succession(endpoint, config)
        admission.check_key(config, self.access_key, self.region)
        admission.check_alarms(wanted, models.values(), self.access_key, self.region)
        admission.check_quotas(config, self.sagemaker_backend.hosted_endpoints)
        _begin_update(endpoint)
        endpoint.last_deployment = wanted
        arguments = (endpoint, config, models, rollout, _retention(self.params))
        host.in_background(deployment.update, *arguments, name=f"update endpoint {endpoint.name}")
        return {"EndpointArn": endpoint.arn}

    def update_endpoint_weights_and_capacities(self) -> dict[str, Any]:
        endpoint, wanted = self._changeable_endpoint(), self.params["DesiredWeightsAndCapacities"]
        if endpoint.live is None:
            raise AwsError("ValidationException", f'Endpoint "{endpoint.arn}" is not in service.')
        for each in wanted:
            if each["VariantName"] not in endpoint.live.variants:
                raise AwsError(
                    "ValidationException", f'Could not find variant {each["VariantName"]} of endpoint "{endpoint.arn}".'
                )
        _begin_update(endpoint)
        host.in_background(deployment.rescale, endpoint, wanted, name=f"rescale endpoint {endpoint.name}")
        return {"EndpointArn": endpoint.arn}

    def delete_endpoint(self) -> None:
        endpoint = self._settled_endpoint()
        self.sagemaker_backend.hosted_endpoints.remove(endpoint.name)
        self.sagemaker_backend.tag_store.forget(endpoint.arn)
        _stop_scaling(endpoint)
        deployment.delete(endpoint)

    def _endpoint(self) -> Endpoint:
        found: Endpoint = self.sagemaker_backend.hosted_endpoints.get(self.params["EndpointName"])
        return found

    def _settled_endpoint(self) -> Endpoint:
        endpoint = self._endpoint()
        if not endpoint.is_settled:
            raise _in_progress(endpoint)
        return endpoint

    def _changeable_endpoint(self) -> Endpoint:
        """A failed endpoint can only be deleted."""
        endpoint = self._settled_endpoint()
        if endpoint.status not in CHANGEABLE:
            raise AwsError(
                "ValidationException",
                f'Cannot update endpoint "{endpoint.arn}" in status {endpoint.status}: DeleteEndpoint is the only '
                "operation "
                f"that can be performed on a failed endpoint.",
            )
        return endpoint

    def _config(self) -> EndpointConfig:
        found: EndpointConfig = self.sagemaker_backend.hosted_configs.get(self.params["EndpointConfigName"])
        return found

    def _models_of(self, config: EndpointConfig) -> dict[str, Model]:
        names = {variant.model_name for variant in config.variants + config.shadows}
        return {name: self.sagemaker_backend.hosted_models.get(name) for name in names}


def _stop_scaling(endpoint: Endpoint) -> None:
    """Application Auto Scaling forgets the endpoint; it is loaded by whoever first scales one."""
    owner = arns.account_of(endpoint.arn)
    if scaling.targets_of(endpoint.name, endpoint.region, owner):
        from rehearsal.localaws.sagemaker.hosting import autoscaling

        autoscaling.forget(endpoint.name, endpoint.region, owner)


def _begin_update(endpoint: Endpoint) -> None:
    if not endpoint.change(EndpointStatus.UPDATING, only_from=CHANGEABLE):
        raise _in_progress(endpoint)


def _in_progress(endpoint: Endpoint) -> AwsError:
    return AwsError("ValidationException", f'Cannot update in-progress endpoint "{endpoint.arn}".')


def _check_same_variants(live: Fleet, config: EndpointConfig) -> None:
    """Blue/green deployments with a policy keep the variant names:
    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html"""
    if set(live.variants) != {variant.name for variant in config.variants}:
        raise AwsError(
            "ValidationException",
            f"The variant names of endpoint configuration {config.name} must match those of the endpoint's current "
            f"one, {live.config.name}, for a deployment with a BlueGreenUpdatePolicy.",
        )


def _retention(params: dict[str, Any]) -> deployment.Retain:
    """What RetainAllVariantProperties and its exclusions carry over."""
    excluded = {each["VariantPropertyType"] for each in params.get("ExcludeRetainedVariantProperties") or ()}
    kept = set(_RETAINABLE) - excluded if params.get("RetainAllVariantProperties") else set()

    def retain(old: Fleet, new: Fleet) -> None:
        if "DataCaptureConfig" in kept:
            new.capture = old.capture
        for name, running in new.variants.items():
            before = old.variants.get(name)
            if before is None:
                continue
            if "DesiredWeight" in kept:
                running.weight = before.weight
            if "DesiredInstanceCount" in kept and not running.variant.serverless:
                running.scale(before.instance_count)

    return retain
