"""What every test may use: an embedded AWS of its own process, one for each pytest worker, spoken to through boto3."""

import json
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import boto3
import hypothesis
import pytest

from rehearsal.localaws.ground import announcement

ROOT = Path(__file__).parents[1]

# A busy machine is slow at making examples, and at running them: neither says anything about the code.
hypothesis.settings.register_profile(
    "steady", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--part", help="of the tests marked full, run those of this part alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave only the tests of the part asked for."""
    wanted = config.getoption("--part")
    if wanted is None:
        return
    parts = {item: _part_of(item) for item in items}
    if wanted not in parts.values():
        known = ", ".join(sorted({part for part in parts.values() if part})) or "none in the files given"
        raise pytest.UsageError(f"no test is marked full({wanted!r}); the parts are: {known}")
    config.hook.pytest_deselected(items=[item for item in items if parts[item] != wanted])
    items[:] = [item for item in items if parts[item] == wanted]


def _part_of(item: pytest.Item) -> str | None:
    """The part of the tests at full size that it belongs to; None for a test of the ordinary suite."""
    mark = item.get_closest_marker("full")
    if mark is None:
        return None
    return str(mark.args[0]) if mark.args else item.path.stem.removeprefix("test_")


@dataclass
class EmbeddedAws:
    """A running embedded AWS, and boto3 clients of it."""

    announced: announcement.Announcement
    process: subprocess.Popen[str]
    clients: dict[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.announced.url

    @property
    def environment(self) -> dict[str, str]:
        """The variables for a child process that uses this embedded AWS."""
        return self.announced.variables

    def client(self, service: str, region: str | None = None, credentials: dict[str, str] | None = None) -> Any:
        """A boto3 client; the administrator's unless ``credentials`` (an STS answer's ``Credentials``) are given."""
        region = region or self.announced.region
        if credentials is not None:
            return self._make(service, region, **_client_keys(credentials))
        if (service, region) not in self.clients:
            self.clients[service, region] = self._make(
                service,
                region,
                aws_access_key_id=self.announced.access_key_id,
                aws_secret_access_key=self.announced.secret_access_key,
            )
        return self.clients[service, region]

    def _make(self, service: str, region: str, **keys: str) -> Any:
        return boto3.session.Session().client(service, region_name=region, endpoint_url=self.url, **keys)

    def rehearsal(self, method: str, name: str, /, **members: Any) -> Any:
        """Call a capability under /_rehearsal/."""
        request = urllib.request.Request(
            f"{self.url}/_rehearsal/{name}",
            method=method,
            data=json.dumps(members).encode() if members else None,
            headers={"Authorization": f"Bearer {self.announced.secret_access_key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as response:
            return json.load(response)


def _client_keys(credentials: dict[str, str]) -> dict[str, str]:
    return {
        "aws_access_key_id": credentials["AccessKeyId"],
        "aws_secret_access_key": credentials["SecretAccessKey"],
        **({"aws_session_token": credentials["SessionToken"]} if "SessionToken" in credentials else {}),
    }


_USUAL = ("--confirm-subscriptions",)
"""Most tests that look into the mailbox are not about how a subscription begins."""


def start_embedded_aws(*options: str, log: IO[str] | int | None = None, under: tuple[str, ...] = ()) -> EmbeddedAws:
    """Start one on a free port, with its log on the test's standard error or in ``log``; ``under`` is a command that
    runs it."""
    process = subprocess.Popen(
        [*under, sys.executable, "-m", "rehearsal.localaws.server", "--port", "0", "--with-parent", *_USUAL, *options],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("ready "), f"the embedded AWS did not start: {line!r}, exit code {process.wait(10)}"
    found = announcement.read(int(line.rsplit(":", 1)[1]))
    assert found is not None
    return EmbeddedAws(found, process)


def stop_embedded_aws(embedded: EmbeddedAws) -> None:
    """Stop it as ``rehearse run`` does: close its standard input."""
    embedded.process.communicate(timeout=180)


@pytest.fixture(scope="session")
def aws() -> Iterator[EmbeddedAws]:
    """The worker's embedded AWS. Tests share it: use names of your own (the ``unique`` fixture)."""
    embedded = start_embedded_aws("--continuation-delay", "0.05")
    yield embedded
    stop_embedded_aws(embedded)


@pytest.fixture(scope="session")
def git_program() -> None:
    """What serves and runs git is tested with git itself."""
    if shutil.which("git") is None:
        pytest.fail("this test runs the git program, which is not installed: apt-get install git", pytrace=False)


@pytest.fixture
def unique(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Names that no other test uses: ``unique("bucket")``."""
    import uuid

    tail = uuid.uuid4().hex[:8]
    return lambda stem: f"{stem}-{tail}"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No AWS settings of the developer leak into a test."""
    import os

    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
