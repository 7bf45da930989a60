"""The operations on transform jobs."""

from typing import Any

from rehearsal.localaws.ground import clock, host
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import listing, trial_components
from rehearsal.localaws.sagemaker.transform import run
from rehearsal.localaws.sagemaker.transform.job import TransformJob, plan


class TransformJobOperations:
    """Create, describe, list, stop."""

    params: dict[str, Any]
    region: str
    sagemaker_backend: Any

    def create_transform_job(self) -> dict[str, Any]:
        backend, name = self.sagemaker_backend, self.params["TransformJobName"]
        if backend.batch_transforms.find(name) is not None:
            raise AwsError(
                "ResourceInUse",
                f"Job name must be unique within an AWS account and region, and a job with this name already exists "
                f"({backend.batch_transforms.arn(name)})",
            )
        model = backend.hosted_models.get(self.params["ModelName"])
        trial_components.check(backend, self.params)
        arn = backend.batch_transforms.arn(name)
        job = TransformJob(self.params, arn, self.region, model, plan(self.params), clock.now())
        backend.batch_transforms.add(job)
        trial_components.record(backend, job)
        backend.tag_store.put(arn, self.params.get("Tags"))
        host.in_background(run.run, job, name=f"transform {name}")
        return {"TransformJobArn": arn}

    def describe_transform_job(self) -> dict[str, Any]:
        return self._transform_job().description()

    def list_transform_jobs(self) -> dict[str, Any]:
        summaries = [job.summary() for job in self.sagemaker_backend.batch_transforms]
        return listing.page(
            summaries, self.params, into="TransformJobSummaries", name="TransformJobName", status="TransformJobStatus"
        )

    def stop_transform_job(self) -> None:
        job = self._transform_job()
        if not job.request_stop():
            raise AwsError(
                "ValidationException", f"The request was rejected because the transform job is in status {job.status}."
            )

    def _transform_job(self) -> TransformJob:
        name = self.params["TransformJobName"]
        job: TransformJob | None = self.sagemaker_backend.batch_transforms.find(name)
        if job is None:
            raise AwsError("ResourceNotFound", f"Could not find requested job with name: {name}")
        return job
