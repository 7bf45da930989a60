"""Run a processing job: inputs to folders, the command in each instance's container, folders to outputs. Each has a
thread."""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.localaws import isolation
from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.ground import arns, clock, host
from rehearsal.localaws.ground.errors import AwsError, describe
from rehearsal.localaws.ground.host import Credentials
from rehearsal.localaws.sagemaker import encryption, image_pull
from rehearsal.localaws.sagemaker.containers import missing, surroundings
from rehearsal.localaws.sagemaker.hosting.model_data import ModelDataError
from rehearsal.localaws.sagemaker.processing import events
from rehearsal.localaws.sagemaker.processing.container import Container
from rehearsal.localaws.sagemaker.processing.job import ProcessingJob, Status
from rehearsal.localaws.sagemaker.processing.program import ProcessingProgram
from rehearsal.localaws.sagemaker.training import inputs, processes
from rehearsal.localaws.sagemaker.training.inputs import ChannelInput
from rehearsal.localaws.sagemaker.training.processes import ContainerProcess
from rehearsal.localaws.services.logs import LogStream

LOG_GROUP = "/aws/sagemaker/ProcessingJobs"
_DEFAULT_MAX_RUNTIME_SECONDS = 86400


class ProcessingFailed(Exception):
    """The text is the job's FailureReason."""


@dataclass(frozen=True)
class ProcessingRun:
    """Everything that running one job takes; ``sources`` are its inputs with their local paths."""

    job: ProcessingJob
    sources: Sequence[tuple[ChannelInput, str]]
    program: ProcessingProgram
    credentials: Credentials
    supply: Callable[[Container], None] = lambda _container: None
    """Lays into a container what the service supplies besides the inputs."""

    def execute(self) -> None:
        """Take the job to its end. Whatever goes wrong on the way becomes its FailureReason."""
        folder = host.current().scratch("processing", arns.account_of(self.job.arn), self.job.region, self.job.name)
        try:
            self.job.started_at = clock.now()
            events.publish_state(self.job)
            self._execute(self._containers(folder))
        except (inputs.DownloadError, ModelDataError, ProcessingFailed) as error:
            self._end(Status.FAILED, clock.now(), str(error)[:1024])
        except Exception:  # the outermost edge of the job: it must not stay InProgress for ever
            self._end(Status.FAILED, clock.now(), "InternalServerError: We encountered an internal error.")
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _end(self, status: Status, at: datetime, reason: str | None = None) -> None:
        self.job.end(status, at, reason)
        events.publish_state(self.job)

    def _containers(self, folder: Path) -> list[Container]:
        hosts = tuple(f"algo-{number}" for number in range(1, self.job.cluster["InstanceCount"] + 1))
        return [Container(folder / name, name, hosts) for name in hosts]

    def _execute(self, containers: Sequence[Container]) -> None:
        image = self.job.request["AppSpecification"]["ImageUri"]
        if (reason := image_pull.cannot_pull(image, self.job.request["RoleArn"])) is not None:
            raise ProcessingFailed(reason)
        s3 = identity.client("s3", self.credentials, self.job.region)
        for number, container in enumerate(containers):
            self._lay_out(container, number, len(containers), s3)
        started = int(time.time())
        running = [self._start(container, started) for container in containers]
        stopped = self._wait(running)
        self.job.exit_message = next(filter(None, (container.said() for container in containers)), None)
        if not stopped:
            _check_exits(containers, running, image)
        for container in containers:
            for output in _outputs(self.job.request):
                self._upload(output["S3Output"], container, s3)
        self._end(Status.STOPPED if stopped else Status.COMPLETED, clock.now())

    def _lay_out(self, container: Container, number: int, count: int, s3: Any) -> None:
        """The container's folders with its share of the inputs."""
        container.prepare(self.job.description(), self.program.python)
        for channel, local_path in self.sources:
            inputs.download(channel, channel.share_of(number, count), container.place(local_path), s3)
        for output in _outputs(self.job.request):
            container.place(output["S3Output"]["LocalPath"]).mkdir(parents=True, exist_ok=True)
        self.supply(container)
        surroundings.move_shell_scripts(container.base)

    def _start(self, container: Container, started: int) -> ContainerProcess:
        name = f"{self.job.name}/{container.host}-{started}"
        stream = LogStream(LOG_GROUP, name, self.job.region, self.job.request["RoleArn"])
        return ContainerProcess(
            self.program.arguments(container.base),
            environment=container.environment(
                self.job.description(), self.credentials, self.job.region, self.program.import_path
            ),
            cwd=container.base / "tmp",
            own=container.base,
            readable=self.program.readable,
            sink=stream.write,
            changed=self.job.changed,
            name=f"processing {self.job.name} {container.host}",
        )

    def _wait(self, running: Sequence[ContainerProcess]) -> bool:
        """Until all have ended, or one has failed, or they are ended; whether they were ended on request.

        Raises:
            ProcessingFailed: they ran for too long.
        """
        job = self.job
        limit = (job.request.get("StoppingCondition") or {}).get("MaxRuntimeInSeconds", _DEFAULT_MAX_RUNTIME_SECONDS)
        over_at = (job.started_at or job.created_at).timestamp() + float(limit)

        def is_over() -> bool:
            return job.stop_requested or processes.all_ended(running) or processes.some_failed(running)

        with job.changed:
            woken = clock.wait_until(job.changed, is_over, over_at)
        if not processes.all_ended(running):
            processes.end(running, job.changed, grace_seconds=processes.GRACE_SECONDS)
        if not woken:
            raise ProcessingFailed(f"ClientError: The job ran for longer than MaxRuntimeInSeconds, {limit} s.")
        return job.stop_requested

    def _upload(self, output: Mapping[str, Any], container: Container, s3: Any) -> None:
        folder = container.place(output["LocalPath"])
        bucket, prefix = inputs.split_uri(output["S3Uri"].rstrip("/"))
        key_id = self.job.request["ProcessingOutputConfig"].get("KmsKeyId")
        try:
            extra = encryption.by_key(key_id, self.job.region, arns.account_of(self.job.arn))
        except AwsError as error:
            raise ProcessingFailed(f"ClientError: Failed to upload to {output['S3Uri']}: {error}") from error
        for file in isolation.files_of_child(folder, container.base):
            key = f"{prefix}/{file.relative_to(folder)}".lstrip("/")
            try:
                with open(file, "rb") as body:
                    s3.put_object(Bucket=bucket, Key=key, Body=body, **extra)
            except ClientError as error:
                raise ProcessingFailed(
                    f"ClientError: Failed to upload to s3://{bucket}/{key}: {describe(error)}"
                ) from error


def _check_exits(containers: Sequence[Container], running: Sequence[ContainerProcess], image: str) -> None:
    """Raise for the first container that failed, with the module that its script lacked."""
    for container, process in zip(containers, running, strict=True):
        if process.exit_code:
            why = missing.hint(container.base, image) or "See job logs for more information"
            raise ProcessingFailed(f"AlgorithmError: {why}, exit code: {process.exit_code}")


def _outputs(request: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = (request.get("ProcessingOutputConfig") or {}).get("Outputs", ())
    return found
