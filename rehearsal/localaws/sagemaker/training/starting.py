"""What it takes to start a training job, apart from who asks for it: CreateTrainingJob, or a tuning job for one of its
trials."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.ground import arns, clock, host
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.ground.host import Credentials
from rehearsal.localaws.sagemaker import encryption, quotas, trial_components, vpc
from rehearsal.localaws.sagemaker.training import images, inputs, metrics
from rehearsal.localaws.sagemaker.training.images import TrainingProgram
from rehearsal.localaws.sagemaker.training.inputs import ChannelInput
from rehearsal.localaws.sagemaker.training.job import TrainingJob, Trial
from rehearsal.localaws.sagemaker.training.run import TrainingRun

SERVICE = "sagemaker.amazonaws.com"


@dataclass(frozen=True)
class Start:
    """A request that has passed all checks, with what its run needs."""

    request: Mapping[str, Any]
    program: TrainingProgram
    credentials: Credentials
    channels: Sequence[ChannelInput]


def check_place(request: Mapping[str, Any], region: str) -> TrainingProgram:
    """The program of a request whose key for volumes may be used: what is asked before the quota.

    Raises:
        AwsError: ValidationException.
    """
    program = images.training_program(request)
    key_id = request["ResourceConfig"].get("VolumeKmsKeyId")
    encryption.check_key_of_volume(key_id, region, arns.account_of(request["RoleArn"]))
    return program


def prepare(request: Mapping[str, Any], program: TrainingProgram, credentials: Credentials, region: str) -> Start:
    """Look at the network and the data as the job's role.

    Raises:
        AwsError: ValidationException, in the service's words.
    """
    vpc.check(request.get("VpcConfig"), request["RoleArn"], region, arns.account_of(request["RoleArn"]))
    s3 = identity.client("s3", credentials, region)
    channels = [
        inputs.resolve(channel, s3, role_arn=request["RoleArn"], region=region)
        for channel in request.get("InputDataConfig") or ()
    ]
    return Start(request, program, credentials, channels)


def begin(start: Start, backend: Any, region: str, trial: Trial | None = None) -> TrainingJob:
    """Record the job and let it run. ``trial``: what a tuning job wants of it."""
    request = start.request
    job = TrainingJob(request, backend.trained_jobs.arn(request["TrainingJobName"]), region, clock.now(), trial=trial)
    job.metric_definitions = (
        metrics.XGBOOST_DEFINITIONS
        if start.program.built_in
        else request["AlgorithmSpecification"].get("MetricDefinitions", [])
    )
    backend.trained_jobs.add(job)
    trial_components.record(backend, job)
    backend.tag_store.put(job.arn, request.get("Tags"))
    run = TrainingRun(job, start.channels, start.program, start.credentials)
    host.in_background(run.execute, name=f"training {job.name}")
    return job


def assume(role_arn: str, region: str) -> Credentials:
    """The credentials of a job's role.

    Raises:
        AwsError: ValidationException, when SageMaker may not assume it.
    """
    try:
        return identity.assume_role(role_arn, "SageMaker", service=SERVICE, region=region)
    except AwsError as error:
        raise AwsError(
            "ValidationException",
            f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal '{SERVICE}' to "
            "assume the role.",
        ) from error


def check_quota(request: Mapping[str, Any], jobs: Iterable[TrainingJob], at_once: int = 1) -> None:
    """Refuse ``at_once`` jobs of this request that exceed the limit of instances in use by jobs of this region.

    Raises:
        AwsError: ResourceLimitExceeded.
    """
    instance_type, spot = request["ResourceConfig"]["InstanceType"], bool(request.get("EnableManagedSpotTraining"))
    in_use = sum(
        job.instance_count
        for job in jobs
        if not job.is_finished
        and job.is_spot == spot
        and job.request["ResourceConfig"]["InstanceType"] == instance_type
    )
    name = f"{instance_type} for {'spot training' if spot else 'training'} job usage"
    quotas.check(name, in_use=in_use, wanted=at_once * request["ResourceConfig"]["InstanceCount"])
