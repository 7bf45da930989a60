"""The operations on processing jobs."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.ground import clock, host
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import encryption, listing, quotas, trial_components, vpc
from rehearsal.localaws.sagemaker.processing import check_images, explained_model
from rehearsal.localaws.sagemaker.processing.container import PROCESSING
from rehearsal.localaws.sagemaker.processing.job import ProcessingJob
from rehearsal.localaws.sagemaker.processing.program import program
from rehearsal.localaws.sagemaker.processing.run import ProcessingRun
from rehearsal.localaws.sagemaker.refusals import invalid
from rehearsal.localaws.sagemaker.training import inputs
from rehearsal.localaws.sagemaker.training.starting import assume


class ProcessingJobOperations:
    """The operations on processing jobs."""

    params: dict[str, Any]
    region: str
    access_key: str
    sagemaker_backend: Any

    def create_processing_job(self) -> dict[str, Any]:
        request, jobs = self.params, self.sagemaker_backend.processed_jobs
        name = request["ProcessingJobName"]
        if jobs.find(name) is not None:
            raise AwsError(
                "ResourceInUse",
                f"Job name must be unique within an AWS account and region, and a job with this name already exists "
                f"({jobs.arn(name)})",
            )
        _check(request)
        trial_components.check(self.sagemaker_backend, request)
        processing_program = program(request["AppSpecification"])
        check_images.check(request)
        job = ProcessingJob(request, jobs.arn(name), self.region, clock.now())
        in_use = sum(
            each.cluster["InstanceCount"]
            for each in jobs
            if not each.is_finished and each.cluster["InstanceType"] == job.cluster["InstanceType"]
        )
        quotas.check(
            f"{job.cluster['InstanceType']} for processing job usage",
            in_use=in_use,
            wanted=job.cluster["InstanceCount"],
        )
        credentials = assume(request["RoleArn"], self.region)
        s3 = identity.client("s3", credentials, self.region)
        network = request.get("NetworkConfig") or {}
        vpc.check(network.get("VpcConfig"), request["RoleArn"], self.region, self.sagemaker_backend.account_id)
        volume_key = job.cluster.get("VolumeKmsKeyId")
        encryption.check_key_of_volume(volume_key, self.region, self.sagemaker_backend.account_id)
        encryption.check_grant(volume_key, self.access_key, self.region, roles=(request["RoleArn"],))
        sources = [
            (
                inputs.resolve(_channel(each), s3, role_arn=request["RoleArn"], region=self.region),
                each["S3Input"]["LocalPath"],
            )
            for each in request.get("ProcessingInputs") or ()
        ]
        jobs.add(job)
        trial_components.record(self.sagemaker_backend, job)
        self.sagemaker_backend.tag_store.put(job.arn, request.get("Tags"))
        models = self.sagemaker_backend.hosted_models
        supply = partial(explained_model.supply, request=request, models=models, region=self.region)
        run = ProcessingRun(job, sources, processing_program, credentials, supply)
        host.in_background(run.execute, name=f"processing {name}")
        return {"ProcessingJobArn": job.arn}

    def describe_processing_job(self) -> dict[str, Any]:
        return self._processing_job().description()

    def list_processing_jobs(self) -> dict[str, Any]:
        summaries = [job.summary() for job in self.sagemaker_backend.processed_jobs]
        return listing.page(
            summaries,
            self.params,
            into="ProcessingJobSummaries",
            name="ProcessingJobName",
            status="ProcessingJobStatus",
        )

    def stop_processing_job(self) -> None:
        job = self._processing_job()
        if job.is_finished:
            raise AwsError(
                "ValidationException",
                f"The request was rejected because the processing job is in status {job.status.value}.",
            )
        job.request_stop()

    def _processing_job(self) -> ProcessingJob:
        name = self.params["ProcessingJobName"]
        job: ProcessingJob | None = self.sagemaker_backend.processed_jobs.find(name)
        if job is None:
            raise AwsError("ResourceNotFound", f"Could not find requested job with name: {name}")
        return job


def _check(request: Mapping[str, Any]) -> None:
    for each in request.get("ProcessingInputs") or ():
        if "S3Input" not in each:
            raise invalid(f"Input {each['InputName']}: the embedded AWS reads inputs from S3 only; give an S3Input.")
        _check_path(each["S3Input"].get("LocalPath"), f"Input {each['InputName']}")
    for each in (request.get("ProcessingOutputConfig") or {}).get("Outputs", ()):
        if "S3Output" not in each:
            raise invalid(f"Output {each['OutputName']}: the embedded AWS writes outputs to S3 only; give an S3Output.")
        _check_path(each["S3Output"].get("LocalPath"), f"Output {each['OutputName']}")


def _check_path(path: str | None, owner: str) -> None:
    if not path or not path.startswith(PROCESSING + "/"):
        raise invalid(f"{owner}: LocalPath must lie below {PROCESSING}, not at {path}.")


def _channel(given: Mapping[str, Any]) -> dict[str, Any]:
    """An input as a channel of training has it."""
    source = given["S3Input"]
    data = {"S3Uri": source["S3Uri"], "S3DataType": source.get("S3DataType", "S3Prefix")}
    if source.get("S3DataDistributionType"):
        data["S3DataDistributionType"] = source["S3DataDistributionType"]
    compression = {"CompressionType": source["S3CompressionType"]} if source.get("S3CompressionType") else {}
    return {"ChannelName": given["InputName"], "DataSource": {"S3DataSource": data}, **compression}
