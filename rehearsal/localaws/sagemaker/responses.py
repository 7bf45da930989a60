"""The SageMaker API: the operations of each thing come from the file of that thing, moto answers what is left."""

from typing import Any

from botocore import xform_name
from moto.sagemaker.responses import SageMakerResponse as MotoSageMakerResponse

from rehearsal.localaws.ground import constraints, host
from rehearsal.localaws.sagemaker import offered, request_members
from rehearsal.localaws.sagemaker.code_repositories import CodeRepositoryOperations
from rehearsal.localaws.sagemaker.hosting.endpoint_config import EndpointConfigOperations
from rehearsal.localaws.sagemaker.hosting.endpoint_operations import EndpointOperations
from rehearsal.localaws.sagemaker.hosting.model import ModelOperations
from rehearsal.localaws.sagemaker.hosting.servers.host_process import warm_up
from rehearsal.localaws.sagemaker.pipelines.api_callbacks import CallbackOperations
from rehearsal.localaws.sagemaker.pipelines.api_executions import ExecutionOperations
from rehearsal.localaws.sagemaker.pipelines.api_pipelines import PipelineOperations
from rehearsal.localaws.sagemaker.processing.operations import ProcessingJobOperations
from rehearsal.localaws.sagemaker.projects.operations import ProjectOperations
from rehearsal.localaws.sagemaker.registry.components import ComponentOperations
from rehearsal.localaws.sagemaker.registry.group_policy import GroupPolicyOperations
from rehearsal.localaws.sagemaker.registry.lineage import LineageOperations
from rehearsal.localaws.sagemaker.registry.operations import RegistryOperations
from rehearsal.localaws.sagemaker.search import SearchOperations
from rehearsal.localaws.sagemaker.tags import TagOperations
from rehearsal.localaws.sagemaker.training.operations import TrainingJobOperations
from rehearsal.localaws.sagemaker.transform.operations import TransformJobOperations
from rehearsal.localaws.sagemaker.trial_components import TrialComponentOperations
from rehearsal.localaws.sagemaker.tuning.operations import TuningJobOperations
from rehearsal.localaws.services.api import ServiceApi


class ClosedOperations:
    """Operations of ``offered.CLOSED`` that moto does not know: so that they are refused with the reason."""

    def create_monitoring_schedule(self) -> None:
        raise AssertionError("check_request refuses it")


class SageMakerResponse(
    TrainingJobOperations,
    TuningJobOperations,
    ProcessingJobOperations,
    ModelOperations,
    EndpointConfigOperations,
    EndpointOperations,
    TransformJobOperations,
    RegistryOperations,
    GroupPolicyOperations,
    PipelineOperations,
    ExecutionOperations,
    CallbackOperations,
    LineageOperations,
    ComponentOperations,
    CodeRepositoryOperations,
    ProjectOperations,
    TagOperations,
    SearchOperations,
    TrialComponentOperations,
    ClosedOperations,
    ServiceApi,
    MotoSageMakerResponse,
):
    """One request to SageMaker."""

    def check_request(self) -> None:
        """Patterns, lengths and ranges of the service model. Who uses SageMaker will want an endpoint: XGBoost is
        loaded meanwhile."""
        warm_up()
        operation = self._get_action()
        why = offered.refusal(operation, is_ours=self._is_ours(operation))
        if why is not None:
            raise NotImplementedError(why)
        constraints.check("sagemaker", operation, _as_https(self.params))
        request_members.check(operation, self.params)

    @classmethod
    def offers(cls, operation: str) -> bool:
        """Whether an operation is answered; all others are refused by name."""
        name = xform_name(operation)
        return hasattr(cls, name) and offered.refusal(operation, is_ours=cls._is_ours(operation)) is None

    @classmethod
    def _is_ours(cls, operation: str) -> bool:
        return str(getattr(getattr(cls, xform_name(operation), None), "__module__", "")).startswith(__package__)


def _as_https(params: dict[str, Any]) -> dict[str, Any]:
    """As the request would be on AWS, whose repositories are read by HTTPS: those of the embedded CodeCommit are on
    this machine."""
    seen, config = dict(params), params.get("GitConfig")
    if "DefaultCodeRepository" in params:
        seen["DefaultCodeRepository"] = _https(params["DefaultCodeRepository"])
    if isinstance(config, dict) and "RepositoryUrl" in config:
        seen["GitConfig"] = {**config, "RepositoryUrl": _https(config["RepositoryUrl"])}
    return seen


def _https(url: Any) -> Any:
    is_local = isinstance(url, str) and url.startswith(host.current().endpoint_url)
    return f"https{url.removeprefix('http')}" if is_local else url
