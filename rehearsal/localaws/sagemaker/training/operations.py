"""The operations on training jobs: check the request as the service does, record the job, hand it to a run."""

import re
from collections.abc import Mapping
from typing import Any

from rehearsal.localaws.ground import clock
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import encryption, listing, trial_components
from rehearsal.localaws.sagemaker.refusals import invalid
from rehearsal.localaws.sagemaker.training import starting
from rehearsal.localaws.sagemaker.training.job import TrainingJob

_FIRST_XGBOOST = re.compile(r"\.dkr\.ecr\.[^/]+/xgboost:")
_LONGEST_WAIT_WITHOUT_CHECKPOINTS_SECONDS = 3600
"""https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html"""


class TrainingJobOperations:
    """The operations on training jobs."""

    params: dict[str, Any]
    region: str
    access_key: str
    sagemaker_backend: Any

    def create_training_job(self) -> dict[str, Any]:
        request, backend = self.params, self.sagemaker_backend
        check(request)
        _check_name_is_free(request["TrainingJobName"], backend)
        trial_components.check(backend, request)
        program = starting.check_place(request, self.region)
        starting.check_quota(request, backend.trained_jobs)
        credentials = starting.assume(request["RoleArn"], self.region)
        volume_key = request["ResourceConfig"].get("VolumeKmsKeyId")
        encryption.check_grant(volume_key, self.access_key, self.region, roles=(request["RoleArn"],))
        job = starting.begin(starting.prepare(request, program, credentials, self.region), backend, self.region)
        return {"TrainingJobArn": job.arn}

    def describe_training_job(self) -> dict[str, Any]:
        return self._training_job().description()

    def list_training_jobs(self) -> dict[str, Any]:
        summaries = [job.summary() for job in self.sagemaker_backend.trained_jobs]
        return listing.page(
            summaries, self.params, into="TrainingJobSummaries", name="TrainingJobName", status="TrainingJobStatus"
        )

    def stop_training_job(self) -> None:
        job = self._training_job()
        if job.is_finished:
            raise AwsError(
                "ValidationException",
                f"The request was rejected because the training job is in status {job.status.value}.",
            )
        if not job.stop_requested:
            job.request_stop(clock.now())

    def update_training_job(self) -> None:
        self._training_job()
        raise AwsError(
            "ValidationException",
            "The embedded AWS does not change a training job while it runs (profiler, warm pool); create a new job.",
        )

    def _training_job(self) -> TrainingJob:
        job: TrainingJob | None = self.sagemaker_backend.trained_jobs.find(self.params["TrainingJobName"])
        if job is None:
            raise AwsError("ValidationException", "Requested resource not found.")
        return job


def _check_name_is_free(name: str, backend: Any) -> None:
    if backend.trained_jobs.find(name) is not None:
        raise AwsError(
            "ResourceInUse",
            f"Training job names must be unique within an AWS account and region, and a training job with this name "
            f"already exists ({backend.trained_jobs.arn(name)})",
        )


def check(request: Mapping[str, Any]) -> None:
    """What the service checks beyond its service model."""
    specification, resources = request["AlgorithmSpecification"], request["ResourceConfig"]
    if ("TrainingImage" in specification) == ("AlgorithmName" in specification):
        raise invalid("You must specify either TrainingImage or AlgorithmName in AlgorithmSpecification, and not both.")
    if "AlgorithmName" in specification:
        raise invalid("The embedded AWS has no algorithms of the Marketplace or of your own; give a TrainingImage.")
    if "InstanceGroups" in resources:
        raise invalid("The embedded AWS has no heterogeneous clusters; give InstanceType and InstanceCount.")
    if not resources.get("InstanceCount") or "InstanceType" not in resources:
        raise invalid("ResourceConfig needs InstanceType and an InstanceCount of at least 1.")
    names = [channel["ChannelName"] for channel in request.get("InputDataConfig") or ()]
    if len(names) != len(set(names)):
        raise invalid(f"Channel names must be unique: {', '.join(names)}")
    _check_spot(request)


def _check_spot(request: Mapping[str, Any]) -> None:
    stopping = request.get("StoppingCondition") or {}
    longest, run = stopping.get("MaxWaitTimeInSeconds"), stopping.get("MaxRuntimeInSeconds", 0)
    if request.get("EnableManagedSpotTraining"):
        if longest is None or longest < run:
            raise invalid(
                "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds"
            )
        image = request["AlgorithmSpecification"].get("TrainingImage", "")
        if longest > _LONGEST_WAIT_WITHOUT_CHECKPOINTS_SECONDS and _FIRST_XGBOOST.search(image):
            raise invalid(
                f"Invalid MaxWaitTimeInSeconds {longest}. The built-in algorithm {image} writes no checkpoints, for "
                f"which MaxWaitTimeInSeconds is at most {_LONGEST_WAIT_WITHOUT_CHECKPOINTS_SECONDS} seconds."
            )
    elif longest is not None:
        raise invalid("MaxWaitTimeInSeconds is supported only with EnableManagedSpotTraining.")
