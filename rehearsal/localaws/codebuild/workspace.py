"""The folder in which a build runs: sources are laid out in it, commands run in it, artifacts are gathered from it."""

import fnmatch
import io
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from rehearsal import at_start
from rehearsal.localaws import archives
from rehearsal.localaws.archives import Limits
from rehearsal.localaws.codebuild import git_settings, programs, python_environment, shell_session
from rehearsal.localaws.codebuild.buildspec import ArtifactFiles, Buildspec
from rehearsal.localaws.codebuild.network import Network
from rehearsal.localaws.ground import clock, host
from rehearsal.localaws.ground.host import Credentials
from rehearsal.localaws.isolation import launch, view

_SESSION = str(Path(shell_session.__file__))
_SOURCES = Limits(7_000_000_000)
"""CodePipeline's largest source artifact, which is packed.
https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html"""


@dataclass(frozen=True)
class PhaseResult:
    """How one phase went; times are the machine's."""

    name: str
    status: str
    start: float
    end: float
    message: str


@dataclass(frozen=True)
class ShellResult:
    """How all commands went: ``ending`` is SUCCEEDED, FAILED, TIMED_OUT or STOPPED."""

    ending: str
    phases: tuple[PhaseResult, ...] = ()
    exported: Mapping[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """Why it failed; empty when it did not."""
        return next((phase.message for phase in self.phases if phase.message), "")


class Workspace:
    """A scratch folder; ``remove`` it when the build is over."""

    def __init__(self) -> None:
        self.folder = host.current().scratch("codebuild", uuid.uuid4().hex)

    def source(self, name: str) -> Path:
        """The folder of a source, by its identifier; the primary one's is ``src``."""
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def unpack(self, name: str, content: bytes, file_name: str) -> Path:
        """Lay out a source: a zip's files, or the one file that it is.

        Raises:
            NotUnpacked: the zip is damaged or too large, or holds links or names that lead out.
        """
        folder = self.source(name)
        if zipfile.is_zipfile(io.BytesIO(content)):
            archives.unzip(content, folder, _SOURCES)
        else:
            (folder / file_name).write_bytes(content)
        return folder

    def run(
        self,
        spec: Buildspec,
        *,
        directory: Path,
        variables: Mapping[str, str],
        credentials: Credentials,
        region: str,
        log: Callable[[list[str]], None],
        until: float,
        stopped: threading.Event | None = None,
        python: str | None = None,
    ) -> ShellResult:
        """Run the buildspec's commands; each line that they print goes to ``log``. ``until`` is a moment of the clock,
        ``python`` an interpreter in place of the server's."""
        result = self.source("session") / "result.json"
        network = Network(host.current().settings.build_network)
        missing = programs.Missing()
        made = python_environment.make(self.source("python"), python)
        environment = launch.child_environment(credentials, region, self.source("home"))
        environment["PATH"] = python_environment.search_path(made.programs, environment.get("PATH", ""))
        taken = programs.behind_shims(environment["PATH"])
        for program in taken:
            (made.programs / program.file.name).symlink_to(program.file)
        git_settings.write(self.source("home"), region, signs_in=spec.git_signs_in)
        readable = [made.installation, *(program.installation for program in taken)]

        def hear(lines: list[str]) -> None:
            network.hear(lines)
            missing.hear(lines)
            log(lines)

        with self._plan(spec, directory, variables) as plan:
            known = at_start.redirected(network.variables(environment))
            process = self._start(plan, result, directory, known, readable)
        ending = _watch(process, hear, until, stopped or threading.Event())
        if ending is not None or not result.exists():
            return ShellResult(ending or "FAILED")
        told = json.loads(result.read_text())
        phases = tuple(PhaseResult(**phase) for phase in told["phases"])
        has_failed = any(phase.status == "FAILED" for phase in phases)
        if has_failed and network.missed:
            log([network.sentence])
        log(missing.sentences)
        return ShellResult("FAILED" if has_failed else "SUCCEEDED", phases, told["exported"])

    def _start(
        self,
        plan: IO[bytes],
        result: Path,
        directory: Path,
        environment: Mapping[str, str],
        readable: Sequence[Path],
    ) -> subprocess.Popen[bytes]:
        """The plan, which holds secrets, is in no folder; what this server writes is in none that the commands may
        write."""
        return launch.spawn(
            [_SESSION, str(plan.fileno()), str(result)],
            environment=environment,
            cwd=directory,
            own=[path for path in self.folder.iterdir() if path.is_dir()],
            readable=[python_environment.image(), *readable],
            stdout=subprocess.PIPE,
            pass_fds=[plan.fileno()],
            off_network=not host.current().settings.build_network,
        )

    def _plan(self, spec: Buildspec, directory: Path, variables: Mapping[str, str]) -> IO[bytes]:
        phases = [
            {"name": p.name, "commands": p.commands, "finally": p.finally_, "onFailure": p.on_failure}
            for p in spec.phases
        ]
        plan = {
            "shell": spec.shell,
            "directory": str(directory),
            "state": str(self.source("session") / "state"),
            "variables": dict(variables),
            "phases": phases,
            "exported": spec.exported,
        }
        file = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115 - the caller closes it
        file.write(json.dumps(plan).encode())
        file.seek(0)
        return file

    def remove(self) -> None:
        """Remove all of it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _watch(
    process: subprocess.Popen[bytes], log: Callable[[list[str]], None], until: float, stopped: threading.Event
) -> str | None:
    """Wait for the process; how it was ended from outside, None when it ended by itself."""
    changed = threading.Condition()
    over = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            log([line.decode(errors="replace").rstrip("\n")])
        process.wait()
        over.set()
        with changed:
            changed.notify_all()

    reader = host.in_background(read, name="build output")
    watcher = host.in_background(_wake_when, stopped, over, changed, name="build stop")
    with changed:
        clock.wait_until(changed, lambda: over.is_set() or stopped.is_set(), until)
    if over.is_set():
        reader.join()
        return None
    with suppress(ProcessLookupError):  # it has just ended by itself
        os.killpg(process.pid, signal.SIGKILL)
    reader.join()
    ending = "STOPPED" if stopped.is_set() else "TIMED_OUT"
    watcher.join(0)
    return ending


def _wake_when(stopped: threading.Event, over: threading.Event, changed: threading.Condition) -> None:
    while not stopped.wait(0.2):
        if over.is_set():
            return
    with changed:
        changed.notify_all()


def gather(folder: Path, wanted: ArtifactFiles) -> dict[str, bytes]:
    """The files of an artifact with their names in it. ``folder`` is a source's; links that lead out of the workspace
    match nothing.

    Raises:
        FileNotFoundError: when a pattern or the base directory matches nothing.
    """
    base = folder / wanted.base_directory
    if not base.is_dir():
        raise FileNotFoundError(f"no matching base directory path found for {wanted.base_directory}")
    found: dict[str, bytes] = {}
    for pattern in wanted.files:
        matching = [
            path for path in _matching(base, pattern, folder.parent) if not _is_excluded(base, path, wanted.excludes)
        ]
        if not matching:
            raise FileNotFoundError(f"no matching artifact paths found for {pattern}")
        for path in matching:
            name = path.name if wanted.discards_paths else path.relative_to(base).as_posix()
            found[name] = path.read_bytes()
    return found


def _matching(base: Path, pattern: str, own: Path) -> Iterator[Path]:
    """Files for ``**/*`` and other globs; a folder's name alone means nothing, as in CodeBuild."""
    relative = os.path.relpath(pattern, base) if pattern.startswith("/") else pattern
    yield from (path for path in sorted(base.glob(relative)) if path.is_file() and view.is_of_child(path, own))


def _is_excluded(base: Path, path: Path, excludes: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatch(path.relative_to(base).as_posix(), pattern) for pattern in excludes)


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """A zip of the files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def variables_of(
    listed: list[dict[str, Any]], spec: Buildspec, client: Callable[[str], Any]
) -> tuple[dict[str, str], frozenset[str]]:
    """The variables of a build and the values to hide in its log: the buildspec's, then the project's or caller's over
    them."""
    stored = {name: ("PARAMETER_STORE", place) for name, place in spec.parameter_store.items()}
    stored |= {name: ("SECRETS_MANAGER", place) for name, place in spec.secrets.items()}
    plain = dict(spec.variables)
    for variable in listed:
        kind = variable.get("type", "PLAINTEXT")
        if kind == "PLAINTEXT":
            plain[variable["name"]] = variable["value"]
            stored.pop(variable["name"], None)
        else:
            stored[variable["name"]] = (kind, variable["value"])
    looked_up = {name: _looked_up(client, kind, place) for name, (kind, place) in stored.items()}
    return plain | looked_up, frozenset(value for value in looked_up.values() if value)


def _looked_up(client: Callable[[str], Any], kind: str, place: str) -> str:
    if kind == "PARAMETER_STORE":
        value: str = client("ssm").get_parameter(Name=place, WithDecryption=True)["Parameter"]["Value"]
        return value
    secret_id, _, rest = place.partition(":")
    if place.startswith("arn:"):
        parts = place.split(":")
        secret_id, rest = ":".join(parts[:7]), ":".join(parts[7:])
    secret: str = client("secretsmanager").get_secret_value(SecretId=secret_id)["SecretString"]
    key = rest.partition(":")[0]
    return str(json.loads(secret)[key]) if key else secret
