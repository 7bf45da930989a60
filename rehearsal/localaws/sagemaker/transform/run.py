"""Run a transform job: processes of its own, the objects of its input one after the other, each written when it is
whole."""

import gzip
import itertools
import os
import shutil
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.events import bus
from rehearsal.localaws.ground import arns, clock, host
from rehearsal.localaws.ground.errors import AwsError, describe
from rehearsal.localaws.sagemaker import encryption, image_pull
from rehearsal.localaws.sagemaker.hosting import images, model_data
from rehearsal.localaws.sagemaker.hosting.servers.instances import Instance, InstanceError, LogSink
from rehearsal.localaws.sagemaker.training import inputs
from rehearsal.localaws.sagemaker.transform import records
from rehearsal.localaws.sagemaker.transform.data_processing import FilterError
from rehearsal.localaws.sagemaker.transform.job import Status, TransformJob
from rehearsal.localaws.sagemaker.transform.records import Strategy
from rehearsal.localaws.services.logs import LogStream

_numbers = itertools.count(1)


class TransformFailed(Exception):
    """The job cannot go on; the text is its FailureReason."""


class Stopped(Exception):
    """StopTransformJob was called."""


def run(job: TransformJob) -> None:
    """Carry out the job; it ends Completed, Stopped or Failed."""
    job.started_at = clock.now()
    announce(job)
    try:
        with _servers(job) as servers:
            _transform_all(job, servers)
    except Stopped:
        end(job, Status.STOPPED)
    except (TransformFailed, model_data.ModelDataError, images.UnknownImage, InstanceError, AwsError) as error:
        end(job, Status.FAILED, str(error))
    except ClientError as error:
        end(job, Status.FAILED, f"ClientError: {describe(error)}")
    except Exception:  # the outermost edge of the job: it must not stay InProgress for ever
        end(job, Status.FAILED, "InternalServerError: We encountered an internal error. Please try again.")
        raise
    else:
        end(job, Status.COMPLETED)


def end(job: TransformJob, status: Status, reason: str | None = None) -> None:
    """The last word on the job."""
    job.end(status, clock.now(), reason and reason[:1024])
    announce(job)


def announce(job: TransformJob) -> None:
    """Publish the state."""
    members = ("TransformJobName", "TransformJobArn", "TransformJobStatus", "FailureReason", "ModelName")
    detail = {name: value for name, value in job.description().items() if name in members}
    kind, owner = "SageMaker Transform Job State Change", arns.account_of(job.arn)
    bus.publish("aws.sagemaker", kind, detail, [job.arn], region=job.region, account_id=owner)


@contextmanager
def _servers(job: TransformJob) -> Iterator[list[Instance]]:
    """The job's model servers: one for each core that its concurrency can use."""
    folder = host.current().scratch("hosting", f"transform-{next(_numbers)}")
    container = job.model.container
    model = replace(job.model, container=replace(container, environment=_environment(job)))
    servers: list[Instance] = []
    if (reason := image_pull.no_permission(container.image, model.role_arn)) is not None:
        raise TransformFailed(reason)
    try:
        if container.data_url:
            model_data.fetch(container.data_url, model.role_arn, folder, hostname=container.hostname, region=job.region)
        else:
            (folder / "model").mkdir(exist_ok=True)
        for number in range(min(os.cpu_count() or 1, _concurrency(job))):
            servers.append(images.start(model, folder, _log(job, f"server-{number}")))
        if not all(server.ping(timeout_seconds=30) for server in servers):
            raise TransformFailed(
                "AlgorithmError: the model server did not pass the ping health check. See job logs for more information"
            )
        yield servers
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _environment(job: TransformJob) -> dict[str, str]:
    """What the container is told of the job:
    https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html"""
    strategy = "SINGLE_RECORD" if job.plan.strategy is Strategy.SINGLE else "MULTI_RECORD"
    told = {
        "SAGEMAKER_BATCH": "true",
        "SAGEMAKER_BATCH_STRATEGY": strategy,
        "SAGEMAKER_MAX_PAYLOAD_IN_MB": str(job.plan.payload_bytes >> 20),
        "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": str(_concurrency(job)),
    }
    return {**job.model.container.environment, **told, **(job.request.get("Environment") or {})}


def _concurrency(job: TransformJob) -> int:
    """MaxConcurrentTransforms, or what the container proposes: one for each core."""
    instances = job.request["TransformResources"]["InstanceCount"]
    return (job.plan.concurrency or os.cpu_count() or 1) * int(instances)


def _log(job: TransformJob, stream: str) -> LogSink:
    written = LogStream("/aws/sagemaker/TransformJobs", f"{job.name}/{stream}", job.region, job.model.role_arn)
    return lambda line: written.write([line])


def _transform_all(job: TransformJob, servers: Sequence[Instance]) -> None:
    credentials = identity.assume_role(
        job.model.role_arn or "", "SageMaker", service=model_data.SERVICE, region=job.region
    )
    s3 = identity.client("s3", credentials, job.region)
    source = job.request["TransformInput"]["DataSource"]["S3DataSource"]
    channel = {"ChannelName": "input", "DataSource": {"S3DataSource": source}}
    found = inputs.resolve(channel, s3, role_arn=job.model.role_arn or "", region=job.region)
    with ThreadPoolExecutor(_concurrency(job), thread_name_prefix=f"transform {job.name}") as callers:
        for entry in found.objects:
            content = s3.get_object(Bucket=entry.bucket, Key=entry.key)["Body"].read()
            conversion = _Conversion(job, servers, f"s3://{entry.bucket}/{entry.key}")
            _write(job, s3, entry.path, conversion.convert(content, callers))


def _write(job: TransformJob, s3: Any, relative_path: str, output: bytes) -> None:
    wanted = job.request["TransformOutput"]
    bucket, prefix = inputs.split_uri(wanted["S3OutputPath"].rstrip("/") + "/")
    extra = encryption.by_key(wanted.get("KmsKeyId"), job.region, arns.account_of(job.arn))
    s3.put_object(Bucket=bucket, Key=f"{prefix}{relative_path}.out", Body=output, **extra)


@dataclass(frozen=True)
class _Conversion:
    """One object on its way through the model."""

    job: TransformJob
    servers: Sequence[Instance]
    uri: str

    def convert(self, content: bytes, callers: ThreadPoolExecutor) -> bytes:
        """The object's ``.out``."""
        plan = self.job.plan
        try:
            if self.job.request["TransformInput"].get("CompressionType") == "Gzip":
                content = gzip.decompress(content)
            payloads = records.payloads(content, plan.split, plan.strategy, plan.payload_bytes)
            answers = list(callers.map(self._answer, itertools.count(), payloads))
        except (records.TooLarge, FilterError, ValueError, gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise self._failed("ClientError", str(error)) from error
        return records.assemble(answers, with_lines=self.job.request["TransformOutput"].get("AssembleWith") == "Line")

    def _answer(self, number: int, payload: bytes) -> bytes:
        processing = self.job.plan.processing
        if processing is None:
            return self._ask(number, payload)
        lines = payload.decode().splitlines()
        asked = "".join(processing.filter_input(line) + "\n" for line in lines)
        answers = self._ask(number, asked.encode()).decode().splitlines()
        if len(answers) != len(lines):
            raise FilterError(
                f"the model answered {len(lines)} records with {len(answers)} lines, which cannot be joined"
            )
        return "".join(processing.output(*pair) + "\n" for pair in zip(lines, answers, strict=True)).encode()

    def _ask(self, number: int, payload: bytes) -> bytes:
        """The container's answer; a failure of the server is tried again as often as the job says."""
        plan, problem = self.job.plan, ""
        headers = {"Content-Type": plan.content_type, "Accept": plan.accept}
        given = {name: value for name, value in headers.items() if value}
        for attempt in range(plan.retries + 1):
            if self.job.stopping.is_set():
                raise Stopped
            server = self.servers[(number + attempt) % len(self.servers)]
            try:
                exchange = server.invoke(given, payload, timeout_seconds=plan.timeout_seconds)
            except InstanceError as error:
                problem = str(error)
                continue
            if exchange.is_success:
                return exchange.body
            problem = f"{exchange.status} {exchange.body.decode(errors='replace')}"
            if exchange.status < 500:
                raise self._failed("ClientError", problem)
        raise self._failed("AlgorithmError", problem)

    def _failed(self, kind: str, problem: str) -> TransformFailed:
        """The reason as the service words it; what it leaves to the log follows it here, and is in the log too."""
        _log(self.job, "data-log")(f"{self.uri}: {problem}")
        return TransformFailed(f"{kind}: See job logs for more information. {self.uri}: {problem}")
