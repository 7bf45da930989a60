"""An embedded AWS for tests: a process of its own, started once and made new between tests."""

import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3

from rehearsal.localaws.ground import announcement, user_settings
from rehearsal.localaws.ground.announcement import Announcement
from rehearsal.toolkit.aws import account
from rehearsal.toolkit.aws.account import Access, Aws
from rehearsal.toolkit.embedded import beyond_aws
from rehearsal.toolkit.executions import executions, steering, watching
from rehearsal.toolkit.executions.events import silence
from rehearsal.toolkit.executions.executions import Execution
from rehearsal.toolkit.stacks import deploying, stacks

_START_SECONDS = 120
_END_SECONDS = 30


class NoAnswer(RuntimeError):
    """The embedded AWS did not start, or ended."""


class _Session(boto3.session.Session):
    """A session whose clients and resources go to the embedded AWS, whatever the environment says."""

    endpoint_url: str

    def client(self, *args: Any, **named: Any) -> Any:
        return super().client(*args, **{"endpoint_url": self.endpoint_url, **named})

    def resource(self, *args: Any, **named: Any) -> Any:
        return super().resource(*args, **{"endpoint_url": self.endpoint_url, **named})


@dataclass(frozen=True)
class DeployedStack:
    """A stack after it was deployed: its outputs and the physical ids of its resources, by their names in the
    template."""

    name: str
    outputs: Mapping[str, str]
    resources: Mapping[str, str]


@dataclass(frozen=True)
class Clock:
    """The embedded AWS's clock."""

    aws: Aws

    def now(self) -> datetime:
        """What it shows, UTC."""
        return beyond_aws.clock(self.aws)

    def advance(self, by: timedelta | str) -> datetime:
        """Move it forward, by a timedelta or ``"20m"``, ``"7d"``: what was due in between happens."""
        return beyond_aws.advance_clock(self.aws, by if isinstance(by, timedelta) else beyond_aws.duration(by))


@dataclass(frozen=True)
class Faults:
    """What can go wrong on AWS, made to happen: the kinds and members of ``rehearse fault add``."""

    aws: Aws

    def add(self, kind: str, **members: Any) -> dict[str, Any]:
        """Plan one: ``add("throttle", service="sagemaker", operation="CreateTrainingJob", count=2)``."""
        return beyond_aws.add_fault(self.aws, {"kind": kind, **members})

    def planned(self) -> list[dict[str, Any]]:
        """Those that still strike."""
        return beyond_aws.faults(self.aws)

    def clear(self) -> None:
        """Forget all."""
        beyond_aws.clear_faults(self.aws, None)


class EmbeddedAws:
    """A running embedded AWS. URL and keys stay the same when it is reset."""

    def __init__(self, announced: Announcement, process: subprocess.Popen[bytes]) -> None:
        self._announced = announced
        self._process = process
        self._before_the_source: dict[str, frozenset[str]] = {}
        """By pipeline: the executions that there were when its source was uploaded, and so none of that source."""

    @property
    def url(self) -> str:
        return self._announced.url

    @property
    def account_id(self) -> str:
        return self._announced.account_id

    @property
    def region(self) -> str:
        return self._announced.region

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which any AWS SDK, in this process or a child, reaches it as the administrator."""
        return {**self._announced.variables, "AWS_EC2_METADATA_DISABLED": "true"}

    @cached_property
    def session(self) -> boto3.session.Session:
        """A boto3 session of the administrator, whose clients go here whatever the environment says."""
        made = _Session(
            aws_access_key_id=self._announced.access_key_id,
            aws_secret_access_key=self._announced.secret_access_key,
            region_name=self.region,
        )
        made.endpoint_url = self.url
        return made

    def client(self, service: str, **named: Any) -> Any:
        """A boto3 client of the administrator."""
        return self.session.client(service, **named)

    @cached_property
    def aws(self) -> Aws:
        """The account as the toolkit's functions take it."""
        access = Access(None, self.region, self.url, self._announced.access_key_id, self._announced.secret_access_key)
        return account.reach(access)

    @property
    def clock(self) -> Clock:
        return Clock(self.aws)

    @property
    def faults(self) -> Faults:
        return Faults(self.aws)

    def deploy(
        self, template: str | Path, *, stack: str | None = None, source: str | Path | None = None, **parameters: str
    ) -> DeployedStack:
        """Deploy a template with its local code, as ``rehearse deploy`` does; ``parameters`` are the template's.

        ``source`` is a folder to zip to where the stack's pipeline reads its source.

        Raises:
            StackFailed: it could not be made; says which resource was first, and why.
            BadInput: the template, a file that it names or a parameter cannot be used.
        """
        path = Path(template)
        wanted = deploying.Wanted(path, stack or deploying.stack_name(path), parameters)
        with tempfile.TemporaryDirectory() as scratch:
            prepared = deploying.prepare(self.aws, wanted, Path(scratch), silence)
            done = deploying.carry_out(self.aws, prepared, silence)
        if source is not None:
            self._upload(deploying.source_of(self.aws, done.name), Path(source))
        made = stacks.resources_of(self.aws, done.name)
        ids = {each["LogicalResourceId"]: each.get("PhysicalResourceId", "") for each in made}
        return DeployedStack(done.name, done.outputs, ids)

    def _upload(self, source: deploying.SourceObject, folder: Path) -> None:
        runs = executions.history(self.aws, source.pipeline)
        self._before_the_source[source.pipeline] = frozenset(each.execution_id for each in runs)
        deploying.upload_source(self.aws, source, folder)

    def run_pipeline(self, name: str, variables: Mapping[str, str] | None = None) -> Execution:
        """Release change, and wait for the end; gives the execution, Succeeded or not."""
        return watching.watch(self.aws, name, steering.start(self.aws, name, variables), silence)

    def wait_for_pipeline(self, name: str) -> Execution:
        """Wait for the newest execution, which something else starts or has started, to end.

        After ``deploy(source=...)`` that is one of this source: the execution with which a pipeline begins may have
        failed for lack of it.
        """
        found = watching.adopt(self.aws, name, besides=self._before_the_source.pop(name, frozenset()))
        return watching.watch(self.aws, name, found, silence)

    def reset(self) -> None:
        """Make it new: nothing is left of what was deployed, running, planned or logged, and the clock is right again.

        Raises:
            NoAnswer: it has ended.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(b"new\n")
            self._process.stdin.flush()
        except OSError as error:
            raise NoAnswer("the embedded AWS has ended") from error
        _await_ready(self._process)
        self._before_the_source.clear()
        for kept in ("aws", "session"):
            self.__dict__.pop(kept, None)  # their connections go nowhere now

    @contextmanager
    def in_environment(self) -> Iterator[None]:
        """Have every SDK of this process, and of its children, go here while the block runs."""
        before = dict(os.environ)
        for name in user_settings.names(os.environ):
            del os.environ[name]
        os.environ.update(self.environment)
        boto3.DEFAULT_SESSION = None  # which may have read other settings
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
            boto3.DEFAULT_SESSION = None

    def stop(self) -> None:
        """End it, with all that it started."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def start(*, region: str = "us-east-1", continuation_delay: float = 0.05, options: tuple[str, ...] = ()) -> EmbeddedAws:
    """Start one on a free port; ``options`` are further ones of ``python -m rehearsal.localaws.renewable``.

    Raises:
        NoAnswer: it did not start; what it wrote to standard error says why.
    """
    command = [sys.executable, "-m", "rehearsal.localaws.renewable", "--port", "0", "--region", region]
    process = subprocess.Popen(
        [*command, "--continuation-delay", str(continuation_delay), *options],
        env=user_settings.without(os.environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    url = _await_ready(process)
    found = announcement.read(int(url.rsplit(":", 1)[1]))
    if found is None:
        raise NoAnswer(f"the embedded AWS on {url} is not announced")
    return EmbeddedAws(found, process)


def _await_ready(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], _START_SECONDS)
    line = process.stdout.readline().decode() if readable else ""
    if not line.startswith("ready "):
        raise NoAnswer("the embedded AWS did not get ready: its lines on standard error say why")
    return line.split()[1]


@contextmanager
def embedded_aws(*, region: str = "us-east-1", continuation_delay: float = 0.05) -> Iterator[EmbeddedAws]:
    """An embedded AWS while the block runs; every SDK of this process goes to it.

    ``continuation_delay``: seconds before CodePipeline calls a function again that asked for it (AWS: about 30).
    """
    started = start(region=region, continuation_delay=continuation_delay)
    try:
        with started.in_environment():
            yield started
    finally:
        started.stop()
