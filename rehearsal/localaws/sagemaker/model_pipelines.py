"""SageMaker pipelines: moto keeps their definitions; nothing here runs their steps, and nothing pretends to."""

from typing import Any

from rehearsal.localaws.ground.errors import AwsError


class ModelPipelineOperations:
    """What is not left to moto, which would answer that an execution has succeeded."""

    params: dict[str, Any]
    sagemaker_backend: Any

    def start_pipeline_execution(self) -> None:
        """Refuse by name.

        Raises:
            AwsError: ResourceNotFound, when there is no such pipeline; else ValidationException.
        """
        name = self.params["PipelineName"].rpartition("/")[2]
        if name not in self.sagemaker_backend.pipelines:
            raise AwsError("ResourceNotFound", f"Pipeline '{name}' does not exist.")
        raise AwsError(
            "ValidationException",
            f"The embedded AWS does not run the steps of SageMaker pipelines: '{name}' was not started. "
            "CodePipeline and Step Functions run here, and so do the jobs that the steps would start.",
        )
