"""Run a training job: download, train, upload, each a phase of the job's record. One run has a thread of its own."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from pathlib import Path
from typing import Any

from rehearsal.localaws import isolation
from rehearsal.localaws.algorithms.xgboost import gpus
from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.door import faults
from rehearsal.localaws.ground import arns, clock, host
from rehearsal.localaws.ground.host import Credentials
from rehearsal.localaws.sagemaker import image_pull
from rehearsal.localaws.sagemaker.containers import missing, surroundings
from rehearsal.localaws.sagemaker.training import events, inputs, metrics, outputs, processes, source_code
from rehearsal.localaws.sagemaker.training.checkpoints import SECONDS_BETWEEN_UPLOADS, CheckpointMirror
from rehearsal.localaws.sagemaker.training.container import Container, two_free_ports
from rehearsal.localaws.sagemaker.training.host_metrics import HostMetrics
from rehearsal.localaws.sagemaker.training.images import TrainingProgram
from rehearsal.localaws.sagemaker.training.inputs import ChannelInput
from rehearsal.localaws.sagemaker.training.job import Phase, Status, TrainingJob, message_of
from rehearsal.localaws.sagemaker.training.output_lines import Sink
from rehearsal.localaws.sagemaker.training.processes import ContainerProcess
from rehearsal.localaws.services.logs import LogStream

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
_DEFAULT_MAX_RUNTIME_SECONDS = 86400
_REASON_CHARACTERS = 980  # of 1024, with room for the exit code
_KILLED = 137


class Ending(Enum):
    """Why the containers stopped."""

    EXITED = auto()
    STOP_REQUESTED = auto()
    INTERRUPTED = auto()
    MAX_RUNTIME = auto()
    MAX_WAIT = auto()


class AlgorithmFailed(Exception):
    """A container ended with an error; the text is the job's FailureReason."""


class ImageNotPulled(Exception):
    """The role may not have the image; the text is the job's FailureReason."""


@dataclass(frozen=True)
class TrainingRun:
    """Everything that running one job takes."""

    job: TrainingJob
    channels: Sequence[ChannelInput]
    program: TrainingProgram
    credentials: Credentials

    def execute(self) -> None:
        """Take the job to its end. Whatever goes wrong on the way becomes its FailureReason."""
        folder = host.current().scratch("training", arns.account_of(self.job.arn), self.job.region, self.job.name)
        self._plan_stop()
        try:
            self._execute(self._containers(folder))
        except (inputs.DownloadError, outputs.UploadError, ImageNotPulled, AlgorithmFailed) as error:
            self._fail(str(error))
        except Exception:  # the outermost edge of the job: it must not stay InProgress for ever
            self._fail("InternalServerError: We encountered an internal error. Please try again.")
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _plan_stop(self) -> None:
        """A planned fault stops the job after its seconds, as a user would who calls StopTrainingJob."""
        seconds = faults.stops_training_after(self.job.name)
        if seconds is None:
            return
        moment = self.job.created_at.timestamp() + seconds

        def stop() -> None:
            clock.sleep_until(moment)
            self.job.request_stop(clock.now())

        host.in_background(stop, name=f"stopping {self.job.name}")

    def _execute(self, containers: Sequence[Container]) -> None:
        self.job.started_at = clock.now()
        while (ending := self._attempt(containers)) is Ending.INTERRUPTED:
            interrupted_at = self._enter(Phase.INTERRUPTED)
            for container in containers:
                shutil.rmtree(container.base)
            given_up = self._wait_for_instances(interrupted_at)
            if given_up is not None:
                self._finish(given_up)
                return
            self._enter(Phase.STARTING)
        if ending is Ending.MAX_RUNTIME:
            self._enter(Phase.STOPPING, Status.STOPPING)
        self._enter(Phase.UPLOADING)
        self.job.artifacts = outputs.upload(self.job.request, containers[0].base, self._s3)
        self._finish(ending)

    def _wait_for_instances(self, interrupted_at: datetime) -> Ending | None:
        """Let the time without spot instances pass; gives why the job ends meanwhile, if it does.

        The time counts from the moment that the record shows: whoever saw the interruption may move the clock at once.
        """
        back_at = interrupted_at + timedelta(seconds=self.job.seconds_without_instances)
        given_up_at = self.job.created_at + timedelta(
            seconds=self.job.request["StoppingCondition"]["MaxWaitTimeInSeconds"]
        )
        with self.job.changed:
            stopped = clock.wait_until(
                self.job.changed, lambda: self.job.stop_requested, min(back_at, given_up_at).timestamp()
            )
        if stopped:
            return Ending.STOP_REQUESTED
        return Ending.MAX_WAIT if given_up_at <= back_at else None

    def _attempt(self, containers: Sequence[Container]) -> Ending:
        """Download and train, once for each time that spot instances are given."""
        self._enter(Phase.DOWNLOADING)
        mirrors = self._download(containers)
        if self.job.stop_requested:
            return Ending.STOP_REQUESTED
        self._enter(Phase.TRAINING, message=self._training_message())
        self._check_pull()
        try:
            return self._train(containers, mirrors)
        finally:
            for mirror in mirrors:
                mirror.upload_changes()

    def _check_pull(self) -> None:
        request = self.job.request
        reason = image_pull.cannot_pull(request["AlgorithmSpecification"]["TrainingImage"], request["RoleArn"])
        if reason is not None:
            raise ImageNotPulled(reason)

    def _containers(self, folder: Path) -> list[Container]:
        hosts = tuple(f"algo-{number}" for number in range(1, self.job.instance_count + 1))
        port = two_free_ports() if len(hosts) > 1 else None
        return [Container(folder / name, name, hosts, port) for name in hosts]

    def _download(self, containers: Sequence[Container]) -> list[CheckpointMirror]:
        """Fill the containers; gives the mirrors of their checkpoint folders, none when the job keeps no
        checkpoints."""
        request, mirrors = self.job.request, []
        for number, container in enumerate(containers):
            container.prepare(request)
            for channel in self.channels:
                share = channel.share_of(number, len(containers))
                inputs.download(channel, share, container.channel(channel.name), self._s3)
            self._lay_out_user_code(container)
            if request.get("CheckpointConfig"):
                folder = container.local_checkpoints(request)
                mirrors.append(CheckpointMirror(folder, request["CheckpointConfig"]["S3Uri"], self._s3))
                mirrors[-1].fetch()
        return mirrors

    def _lay_out_user_code(self, container: Container) -> None:
        if self.program.built_in:
            return
        surroundings.prepare(container.base, self.program.python)
        if self.program.script is not None:
            source_code.fetch(self.program.script, container.base, self._s3)
        surroundings.move_shell_scripts(container.base)

    def _train(self, containers: Sequence[Container], mirrors: Sequence[CheckpointMirror]) -> Ending:
        started = int(time.time())
        running = [self._start(container, started) for container in containers]
        host_metrics = HostMetrics(self.job, containers)
        ending = self._wait(running, mirrors, host_metrics)
        if not processes.all_ended(running):
            processes.end(running, self.job.changed, grace_seconds=processes.GRACE_SECONDS)
        host_metrics.publish_end(running)
        if ending is Ending.EXITED:
            _check_exits(containers, running, self.job.request["AlgorithmSpecification"]["TrainingImage"])
        self.job.interruption_requested = False
        return ending

    def _start(self, container: Container, started: int) -> ContainerProcess:
        name = f"{self.job.name}/{container.host}-{started}"
        stream = LogStream(LOG_GROUP, name, self.job.region, self.job.request["RoleArn"])
        instance_type = self.job.request["ResourceConfig"]["InstanceType"]
        if gpus.has_gpus(instance_type):
            stream.write([f"WARNING: {gpus.warning(instance_type)}"])
        return ContainerProcess(
            self._arguments(container),
            environment=container.environment(
                self.job.request, self.job.arn, self.program, self.credentials, self.job.region
            ),
            cwd=container.base,
            own=container.base,
            readable=self.program.readable,
            sink=self._sink(stream),
            changed=self.job.changed,
            name=f"training {self.job.name} {container.host}",
        )

    def _arguments(self, container: Container) -> tuple[str, ...]:
        if not self.program.command:
            return self.program.arguments
        return (*self.program.arguments, *surroundings.command(self.program.command, container.base))

    def _sink(self, stream: LogStream) -> Sink:
        finder = (
            metrics.EvaluationLineFinder()
            if self.program.built_in
            else metrics.MetricFinder.of(self.job.metric_definitions)
        )

        def receive(lines: Sequence[str]) -> None:
            stream.write(lines)
            now = clock.now()
            found = [(name, value, now) for line in lines for name, value in finder.find(line)]
            if found:
                self._record(found)

        return receive

    def _record(self, found: list[tuple[str, float, datetime]]) -> None:
        self.job.measure(found)
        events.publish_metrics(self.job, found)

    def _wait(
        self, running: Sequence[ContainerProcess], mirrors: Sequence[CheckpointMirror], host_metrics: HostMetrics
    ) -> Ending:
        """Wait for what ends the containers, copying new checkpoints and measuring the hosts meanwhile."""
        over_at = self._over_at()
        while (now := clock.timestamp()) < over_at:
            until = min(over_at, host_metrics.due_at(), *([now + SECONDS_BETWEEN_UPLOADS] if mirrors else []))
            with self.job.changed:
                clock.wait_until(self.job.changed, lambda: self._is_over(running), until)
            if self.job.stop_requested:
                return Ending.STOP_REQUESTED
            if self.job.interruption_requested:
                return Ending.INTERRUPTED
            if processes.all_ended(running) or processes.some_failed(running):
                return Ending.EXITED
            host_metrics.publish_when_due()
            for mirror in mirrors:
                mirror.upload_changes()
        return Ending.MAX_RUNTIME

    def _is_over(self, running: Sequence[ContainerProcess]) -> bool:
        asked = self.job.stop_requested or self.job.interruption_requested
        return asked or processes.all_ended(running) or processes.some_failed(running)

    def _over_at(self) -> float:
        """When the job has run for MaxRuntimeInSeconds, interruptions included."""
        limit = self.job.request["StoppingCondition"].get("MaxRuntimeInSeconds", _DEFAULT_MAX_RUNTIME_SECONDS)
        return (self.job.started_at or self.job.created_at).timestamp() + float(limit)

    def _seconds_so_far(self) -> float:
        return (clock.now() - self.job.started_at).total_seconds() if self.job.started_at else 0.0

    def _training_message(self) -> str:
        instance_type = self.job.request["ResourceConfig"]["InstanceType"]
        warning = f" {gpus.warning(instance_type)}" if gpus.has_gpus(instance_type) else ""
        return message_of(Phase.TRAINING) + warning

    def _enter(self, phase: Phase, status: Status | None = None, message: str | None = None) -> datetime:
        """Move the job on; gives the moment that its record shows."""
        at = clock.now()
        self.job.enter(phase, at, status=status, message=message)
        events.publish_state(self.job)
        return at

    def _finish(self, ending: Ending) -> None:
        last, status = {
            Ending.EXITED: (Phase.COMPLETED, Status.COMPLETED),
            Ending.STOP_REQUESTED: (Phase.STOPPED, Status.STOPPED),
            Ending.MAX_RUNTIME: (Phase.MAX_RUNTIME_EXCEEDED, Status.STOPPED),
            Ending.MAX_WAIT: (Phase.MAX_WAIT_TIME_EXCEEDED, Status.STOPPED),
        }[ending]
        self._bill()
        self._enter(last, status)

    def _fail(self, reason: str) -> None:
        self._bill()
        self.job.fail(reason, clock.now())
        events.publish_state(self.job)

    def _bill(self) -> None:
        self.job.billable_seconds = max(1, round(self._seconds_so_far()))

    @property
    def _s3(self) -> Any:
        return identity.client("s3", self.credentials, self.job.region)


def _check_exits(containers: Sequence[Container], running: Sequence[ContainerProcess], image: str) -> None:
    """Raise for the first container that says why it failed, else for the first that failed."""
    failed = [(container, process) for container, process in zip(containers, running, strict=True) if process.exit_code]
    if not failed:
        return
    told = [(_failure(container, image), process.exit_code) for container, process in failed]
    reason, code = next((each for each in told if each[0]), told[0])
    if not reason and code == _KILLED:
        reason = "The program was killed (SIGKILL), as a machine that has no memory left does with the largest program"
    raise AlgorithmFailed(f"AlgorithmError: {reason[:_REASON_CHARACTERS]}, exit code: {code}")


def _failure(container: Container, image: str) -> str:
    """What the container says of its failure, after the module that its script lacked."""
    file = container.base / "output" / "failure"
    is_readable = file.is_file() and isolation.is_of_child(file, container.base)
    said = file.read_text(errors="replace").rstrip() if is_readable else ""
    return "\n".join(filter(None, [missing.hint(container.base, image, said), said]))
