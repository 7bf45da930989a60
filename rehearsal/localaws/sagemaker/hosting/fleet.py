"""The processes of one deployment of an endpoint: started together, drained and stopped together."""

import itertools
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from rehearsal.localaws.ground import clock, host
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import image_pull
from rehearsal.localaws.sagemaker.hosting import images, model_data
from rehearsal.localaws.sagemaker.hosting.endpoint_config import EndpointConfig, Variant
from rehearsal.localaws.sagemaker.hosting.model import Model
from rehearsal.localaws.sagemaker.hosting.servers.instances import Instance, InstanceError
from rehearsal.localaws.services.logs import LogStream

PING_SECONDS = 30
SERVERLESS_IDLE_SECONDS = 300
"""AWS does not say how long it keeps an idle serverless endpoint warm; some minutes are what is seen."""
_CORES = os.cpu_count() or 1
_numbers = itertools.count(1)


class StartError(Exception):
    """A variant cannot serve; the text is the endpoint's FailureReason."""


@dataclass
class RunningVariant:
    """A variant with its processes. Weight and count change while it runs (UpdateEndpointWeightsAndCapacities)."""

    variant: Variant
    model: Model
    region: str
    folder: Path
    stream: LogStream
    weight: float
    instance_count: int
    instances: list[Instance] = field(default_factory=list)
    started_at: datetime = field(default_factory=clock.now)
    last_used: float = 0.0
    _cooling: bool = False
    _stopped: bool = False
    _surplus: list[Instance] = field(default_factory=list)
    _turn: Iterator[int] = field(default_factory=itertools.count)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @property
    def name(self) -> str:
        return self.variant.name

    @property
    def _startup_seconds(self) -> float:
        return float(self.variant.request.get("ContainerStartupHealthCheckTimeoutInSeconds") or PING_SECONDS)

    @property
    def may_wait(self) -> bool:
        """Whether :meth:`instance` may have to wait for a process that is being started, or has to start one."""
        return (
            self._guard.locked() or self.lacks_servers or (self.variant.serverless is not None and not self.instances)
        )

    @contextmanager
    def instance(self) -> Iterator[Instance]:
        """The instance whose turn it is; it is not stopped while the block runs.

        Raises:
            AwsError: ThrottlingException, when a serverless variant is at its MaxConcurrency.
        """
        with self._guard:
            self._check_concurrency()
            self._fill()
            instance = self.instances[next(self._turn) % len(self.instances)]
            instance.requests += 1
        try:
            yield instance
        finally:
            self._release(instance)

    @property
    def lacks_servers(self) -> bool:
        """Whether a process has ended, or was never started; a serverless variant may have none."""
        alive = sum(not instance.ended.is_set() for instance in self.instances)
        return self.variant.serverless is None and alive < processes_for(self.instance_count)

    def _check_concurrency(self) -> None:
        serverless = self.variant.serverless
        if serverless is None:
            return
        if sum(instance.requests for instance in self.instances) >= serverless.max_concurrency:
            raise AwsError(
                "ThrottlingException",
                f"Rate exceeded: variant {self.name} serves at most {serverless.max_concurrency} request(s) at a time.",
            )

    def __getstate__(self) -> dict[str, Any]:
        """What a snapshot keeps: processes and their folder are made again when the variant is needed."""
        return {**self.__dict__, "instances": [], "_surplus": [], "_cooling": False}

    def _fetch_again(self) -> None:
        self.folder = _new_folder()
        try:
            self.fetch()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def fetch(self) -> None:
        """Have the model's files in the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        container = self.model.container
        if container.data_url:
            model_data.fetch(
                container.data_url, self.model.role_arn, self.folder, hostname=container.hostname, region=self.region
            )
        else:
            (self.folder / "model").mkdir(exist_ok=True)

    def _fill(self) -> None:
        """Start what is missing: replace crashed processes, and have a serverless variant's first request start its
        only one."""
        if self._stopped:
            raise InstanceError(f"the model servers of variant {self.name} have been stopped")
        wanted = 1 if self.variant.serverless else processes_for(self.instance_count)
        self.instances = [instance for instance in self.instances if not instance.ended.is_set()]
        if len(self.instances) < wanted and not self.folder.is_dir():  # the server was restarted
            self._fetch_again()
        while len(self.instances) < wanted:
            self.instances.append(images.start(self.model, self.folder, self.stream.line))

    def _release(self, instance: Instance) -> None:
        with self._guard:
            instance.requests -= 1
            self.last_used = clock.timestamp()
            if self.variant.serverless and not self._cooling:
                self._cooling = True
                host.in_background(self._cool_down, name=f"serverless variant {self.name}")
            surplus = instance in self._surplus and not instance.requests
            if surplus:
                self._surplus.remove(instance)
        if surplus:
            instance.stop()

    def start(self) -> None:
        """Have all processes running and answering pings; StartError otherwise."""
        with self._guard:
            self._fill()
        for instance in self.instances:
            if not instance.ping(timeout_seconds=self._startup_seconds):
                raise StartError(
                    f"The {self.model.container.hostname} container for production variant {self.name} did not pass "
                    f"the ping health check. Please check CloudWatch logs for this endpoint."
                )

    def scale(self, instance_count: int) -> None:
        """Have another number of instances; a surplus process ends with its last request."""
        with self._guard:
            self.instance_count = instance_count
            wanted = processes_for(instance_count)
            surplus, self.instances = self.instances[wanted:], self.instances[:wanted]
            busy = [instance for instance in surplus if instance.requests]
            self._surplus += busy
            self._fill()
        for instance in surplus:
            if instance not in busy:
                instance.stop()

    def _cool_down(self) -> None:
        """End the process of a serverless variant that nobody has asked for a while; the next request starts cold."""
        while (idle_at := self.last_used + SERVERLESS_IDLE_SECONDS) > clock.timestamp():
            clock.sleep_until(idle_at)
        with self._guard:
            self._cooling = False
            idle = [instance for instance in self.instances if not instance.requests]
            self.instances = [instance for instance in self.instances if instance.requests]
        for instance in idle:
            instance.stop()

    def stop(self) -> None:
        """End all processes for good."""
        with self._guard:
            self._stopped = True
        for instance in self.instances:
            instance.stop()


def processes_for(instance_count: int) -> int:
    """Processes that stand for so many instances: one each, as far as this machine has cores to run them on."""
    return min(instance_count, _CORES)


class Fleet:
    """Everything that serves one configuration of one endpoint."""

    def __init__(
        self, config: EndpointConfig, variants: Sequence[RunningVariant], shadows: Sequence[RunningVariant]
    ) -> None:
        self.config = config
        self.capture = config.capture
        """The data capture in force; an update that retains it brings it along from the fleet before."""
        self.variants = {running.name: running for running in variants}
        self.shadows = tuple(shadows)
        self._in_flight = 0
        self._retiring = False
        self._guard = threading.Lock()
        self._idle = threading.Condition(self._guard)

    def begin(self) -> None:
        """A request is under way: until its :meth:`end` the fleet is not stopped."""
        with self._guard:
            self._in_flight += 1

    def end(self) -> None:
        """A request has been answered."""
        with self._guard:
            self._in_flight -= 1
            if self._retiring and not self._in_flight:
                self._idle.notify_all()

    @property
    def instance_count(self) -> int:
        """The smallest number of instances of a variant, which is what a canary is measured against."""
        return min(running.instance_count for running in self.variants.values())

    @property
    def has_ended_servers(self) -> bool:
        """Whether a server that should be there is not, because it ended or could not be started."""
        return any(running.lacks_servers for running in (*self.variants.values(), *self.shadows))

    def __getstate__(self) -> dict[str, Any]:
        """No request is under way after a restart."""
        return {**self.__dict__, "_in_flight": 0}

    def start(self) -> None:
        """Start what is not running, as after a restart.

        Raises:
            StartError: with the reason.
        """
        try:
            for running in (*self.variants.values(), *self.shadows):
                if not running.variant.serverless:
                    running.start()
        except (InstanceError, model_data.ModelDataError, images.UnknownImage) as error:
            raise StartError(str(error)) from error

    def retire(self) -> None:
        """Stop once the last request has been answered. Takes as long as that: run it in the background."""
        with self._idle:
            self._retiring = True
            self._idle.wait_for(lambda: not self._in_flight, timeout=65)
        for running in (*self.variants.values(), *self.shadows):
            running.stop()
            shutil.rmtree(running.folder, ignore_errors=True)


@dataclass(frozen=True)
class Placement:
    """Where a fleet is started."""

    endpoint_name: str
    region: str
    account_id: str

    def stream(self, variant_name: str, role_arn: str | None) -> LogStream:
        group, name = f"/aws/sagemaker/Endpoints/{self.endpoint_name}", f"{variant_name}/i-{next(_numbers):017x}"
        return LogStream(group, name, self.region, role_arn, self.account_id)


def start(config: EndpointConfig, models: dict[str, Model], placement: Placement) -> Fleet:
    """Fetch each variant's model, start its processes, wait until they answer.

    Raises:
        StartError: with the reason, nothing left running.
    """
    started: list[RunningVariant] = []
    try:
        for variant in config.variants + config.shadows:
            running = _prepared(variant, models[variant.model_name], placement)
            started.append(running)
            if not variant.serverless:
                running.start()
    except (StartError, InstanceError, model_data.ModelDataError, images.UnknownImage, OSError) as error:
        for running in started:
            running.stop()
            shutil.rmtree(running.folder, ignore_errors=True)
        raise StartError(str(error)) from error
    count = len(config.variants)
    return Fleet(config, started[:count], started[count:])


def _prepared(variant: Variant, model: Model, placement: Placement) -> RunningVariant:
    if (reason := image_pull.no_permission(model.container.image, model.role_arn)) is not None:
        raise StartError(reason)
    stream = placement.stream(variant.name, model.role_arn)
    folder = _new_folder()
    running = RunningVariant(variant, model, placement.region, folder, stream, variant.weight, variant.instance_count)
    running.fetch()
    return running


def _new_folder() -> Path:
    return host.current().scratch("hosting", f"variant-{next(_numbers)}")
