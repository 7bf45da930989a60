"""Run a processing job: inputs to folders, the script, folders to outputs. One run has a thread of its own."""

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.localaws import isolation
from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.ground import clock, host
from rehearsal.localaws.ground.errors import AwsError, describe
from rehearsal.localaws.ground.host import Credentials
from rehearsal.localaws.sagemaker import encryption, image_pull
from rehearsal.localaws.sagemaker.processing import container_paths
from rehearsal.localaws.sagemaker.processing.job import ProcessingJob, Status
from rehearsal.localaws.sagemaker.processing.program import program
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
    credentials: Credentials

    def execute(self) -> None:
        """Take the job to its end. Whatever goes wrong on the way becomes its FailureReason."""
        folder = host.current().scratch("processing", self.job.region, self.job.name)
        try:
            self.job.started_at = clock.now()
            self._execute(folder / "processing")
        except (inputs.DownloadError, ProcessingFailed) as error:
            self.job.end(Status.FAILED, clock.now(), str(error)[:1024])
        except Exception:  # the outermost edge of the job: it must not stay InProgress for ever
            self.job.end(Status.FAILED, clock.now(), "InternalServerError: We encountered an internal error.")
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _execute(self, base: Path) -> None:
        image = self.job.request["AppSpecification"]["ImageUri"]
        if (reason := image_pull.cannot_pull(image, self.job.request["RoleArn"])) is not None:
            raise ProcessingFailed(reason)
        s3 = identity.client("s3", self.credentials, self.job.region)
        for channel, local_path in self.sources:
            inputs.download(channel, channel.objects, Path(container_paths.moved(local_path, str(base))), s3)
        for output in _outputs(self.job.request):
            Path(container_paths.moved(output["S3Output"]["LocalPath"], str(base))).mkdir(parents=True, exist_ok=True)
        process = self._start(base)
        stopped = self._wait(process)
        if not stopped and process.exit_code:
            raise ProcessingFailed(f"AlgorithmError: See job logs for more information, exit code: {process.exit_code}")
        for output in _outputs(self.job.request):
            self._upload(output["S3Output"], base, s3)
        self.job.end(Status.STOPPED if stopped else Status.COMPLETED, clock.now())

    def _start(self, base: Path) -> ContainerProcess:
        name = f"{self.job.name}/algo-1-{int(time.time())}"
        stream = LogStream(LOG_GROUP, name, self.job.region, self.job.request["RoleArn"])
        home = base.parent / "home"
        home.mkdir(parents=True, exist_ok=True)
        environment = isolation.child_environment(self.credentials, self.job.region, home)
        return ContainerProcess(
            program(self.job.request["AppSpecification"], base),
            environment={
                **environment,
                "PROCESSING_JOB_NAME": self.job.name,
                **self.job.request.get("Environment", {}),
            },
            cwd=home,
            own=base.parent,
            sink=stream.write,
            changed=self.job.changed,
            name=f"processing {self.job.name}",
        )

    def _wait(self, process: ContainerProcess) -> bool:
        """Until the script ends, or is ended; whether it was ended on request.

        Raises:
            ProcessingFailed: it ran for too long.
        """
        job = self.job
        limit = (job.request.get("StoppingCondition") or {}).get("MaxRuntimeInSeconds", _DEFAULT_MAX_RUNTIME_SECONDS)
        over_at = (job.started_at or job.created_at).timestamp() + float(limit)
        with job.changed:
            woken = clock.wait_until(job.changed, lambda: job.stop_requested or process.exit_code is not None, over_at)
        if process.exit_code is None:
            processes.end([process], job.changed, grace_seconds=processes.GRACE_SECONDS)
        if not woken:
            raise ProcessingFailed(f"ClientError: The job ran for longer than MaxRuntimeInSeconds, {limit} s.")
        return job.stop_requested

    def _upload(self, output: Mapping[str, Any], base: Path, s3: Any) -> None:
        folder = Path(container_paths.moved(output["LocalPath"], str(base)))
        bucket, prefix = inputs.split_uri(output["S3Uri"].rstrip("/"))
        key_id = self.job.request["ProcessingOutputConfig"].get("KmsKeyId")
        try:
            extra = encryption.by_key(key_id, self.job.region)
        except AwsError as error:
            raise ProcessingFailed(f"ClientError: Failed to upload to {output['S3Uri']}: {error}") from error
        for file in isolation.files_of_child(folder, base.parent):
            key = f"{prefix}/{file.relative_to(folder)}".lstrip("/")
            try:
                with open(file, "rb") as body:
                    s3.put_object(Bucket=bucket, Key=key, Body=body, **extra)
            except ClientError as error:
                raise ProcessingFailed(
                    f"ClientError: Failed to upload to s3://{bucket}/{key}: {describe(error)}"
                ) from error


def _outputs(request: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = (request.get("ProcessingOutputConfig") or {}).get("Outputs", ())
    return found
