"""The SageMaker backend of one region: a store for each kind of thing that this room runs, moto's records for the rest.

It holds state and nothing else: what a store does is written beside the thing that it stores.
"""

from moto.sagemaker.models import SageMakerModelBackend

from rehearsal.localaws.sagemaker.code_repositories import CodeRepository
from rehearsal.localaws.sagemaker.hosting.endpoint import Endpoint
from rehearsal.localaws.sagemaker.hosting.endpoint_config import EndpointConfig
from rehearsal.localaws.sagemaker.hosting.model import Model
from rehearsal.localaws.sagemaker.named import Catalogue, partition
from rehearsal.localaws.sagemaker.pipelines.records import Store
from rehearsal.localaws.sagemaker.processing.job import ProcessingJob
from rehearsal.localaws.sagemaker.projects.record import Project
from rehearsal.localaws.sagemaker.registry.package import Group, Package
from rehearsal.localaws.sagemaker.tags import TagStore
from rehearsal.localaws.sagemaker.training.job import TrainingJob
from rehearsal.localaws.sagemaker.transform.job import TransformJob
from rehearsal.localaws.sagemaker.tuning.records import TuningJob


class SageMakerBackend(SageMakerModelBackend):
    """SageMaker in one region of the account."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        here = {"region": region_name, "account_id": account_id}
        self.tag_store = TagStore()
        self.processed_jobs: Catalogue[ProcessingJob] = Catalogue("processing-job", "processing job", **here)
        self.trained_jobs: Catalogue[TrainingJob] = Catalogue("training-job", "training job", **here)
        self.tuning_jobs: Catalogue[TuningJob] = Catalogue(
            "hyper-parameter-tuning-job", "hyperparameter tuning job", **here
        )
        self.hosted_models: Catalogue[Model] = Catalogue("model", "model", **here)
        self.hosted_configs: Catalogue[EndpointConfig] = Catalogue("endpoint-config", "endpoint configuration", **here)
        self.batch_transforms: Catalogue[TransformJob] = Catalogue("transform-job", "transform job", **here)
        self.package_groups: Catalogue[Group] = Catalogue("model-package-group", "model package group", **here)
        self.package_names: Catalogue[Package] = Catalogue("model-package", "model package", **here)
        self.packages: dict[str, Package] = {}
        """All packages by ARN; ``package_names`` has those outside groups."""
        self.last_versions: dict[str, int] = {}
        """The newest version that each group ever had: numbers are not used twice."""
        self.code_repositories: Catalogue[CodeRepository] = Catalogue("code-repository", "code repository", **here)
        self.projects: Catalogue[Project] = Catalogue("project", "project", **here)
        self.model_pipelines = Store()
        self.hosted_endpoints: Catalogue[Endpoint] = Catalogue("endpoint", "endpoint", **here)

    def arn(self, kind: str, name: str) -> str:
        """The ARN of something that is in no catalogue."""
        return f"arn:{partition(self.region_name)}:sagemaker:{self.region_name}:{self.account_id}:{kind}/{name}"
