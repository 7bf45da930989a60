"""Carries out a build: sources, variables, commands, artifacts, in this order, with the project's role."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from moto.codebuild.models import codebuild_backends

from rehearsal.localaws import isolation
from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.codebuild import buildspec, cache, models, runtimes, workspace
from rehearsal.localaws.codebuild.build_log import BuildLog
from rehearsal.localaws.codebuild.buildspec import Buildspec
from rehearsal.localaws.codebuild.models import Build
from rehearsal.localaws.codebuild.reports.collecting import Collector
from rehearsal.localaws.codebuild.sources import Sources
from rehearsal.localaws.codebuild.workspace import ShellResult, Workspace
from rehearsal.localaws.events import bus
from rehearsal.localaws.ground import arns, clock, host, persistence
from rehearsal.localaws.ground.errors import describe

log = logging.getLogger("rehearsal.localaws.codebuild")

_INTERRUPTED = "INTERNAL_SERVICE_ERROR: the embedded AWS was restarted while the build ran. Start it again."
PRINCIPAL = "codebuild.amazonaws.com"


class BuildFailed(Exception):
    """A phase around the commands failed; ``phase`` is CodeBuild's name of it."""

    def __init__(self, phase: str, message: str) -> None:
        super().__init__(message)
        self.phase = phase


def start(build: Build, region: str) -> None:
    """Run the build in the background."""
    models.stops[build.id] = threading.Event()
    host.in_background(_run, build, region, name=f"build {build.id}")


def resume() -> None:
    """Builds that ran when the last snapshot was taken are over."""
    for account in codebuild_backends.values():
        for region, backend in account.items():
            for build in [build for build in backend.builds.values() if not build.is_over]:
                _note(build, build.phase, "FAULT", clock.timestamp(), _INTERRUPTED)
                _note(build, "COMPLETED", None, clock.timestamp())
                build.ended_at, build.status = clock.timestamp(), "FAULT"
                _announce(build, region)


def _run(build: Build, region: str) -> None:
    _announce(build, region)
    space = Workspace()
    try:
        status = _Work(build, region, space).run()
    except BuildFailed as error:
        _note(build, error.phase, "FAILED", clock.timestamp(), str(error))
        status = "FAILED"
    except Exception as error:  # the outermost edge of a build: it is never left in progress
        log.exception("while running build %s", build.id)
        _note(build, build.phase, "FAILED", clock.timestamp(), describe(error))
        status = "FAULT"
    finally:
        space.remove()
        models.stops.pop(build.id, None)
    _note(build, "COMPLETED", None, clock.timestamp())
    build.ended_at, build.status = clock.timestamp(), status
    _announce(build, region)


def _note(build: Build, phase: str, status: str | None, started: float, message: str = "") -> None:
    """Add a phase to the build's record."""
    build.phase = phase
    now = clock.timestamp()
    contexts = [{"statusCode": message.partition(":")[0][:60], "message": message}] if message else []
    entry = {"phaseType": phase, "startTime": started, "endTime": now, "durationInSeconds": int(now - started)}
    build.phases.append(entry | ({"phaseStatus": status, "contexts": contexts} if status else {}))


def _announce(build: Build, region: str) -> None:
    detail = {
        "build-status": build.status,
        "project-name": build.project["name"],
        "build-id": build.arn,
        "current-phase": build.phase,
        "current-phase-context": "[]",
        "version": "1",
        "additional-information": {"build-number": float(build.number), "initiator": build.initiator},
    }
    owner = arns.account_of(build.arn)
    bus.publish("aws.codebuild", "CodeBuild Build State Change", detail, [build.arn], region=region, account_id=owner)


class _Work:
    """One build under way."""

    def __init__(self, build: Build, region: str, space: Workspace) -> None:
        self._build, self._region, self._space = build, region, space
        self._project = build.project
        self._backend = codebuild_backends[build.arn.split(":")[4]][region]
        self._book = BuildLog(build, region, space.folder / "build.log.gz")
        self._secrets: frozenset[str] = frozenset()
        self._credentials = self._step("PROVISIONING", self._assume)

    def _assume(self) -> host.Credentials:
        role = self._project["serviceRole"]
        return identity.assume_role(role, self._project["name"], service=PRINCIPAL, region=self._region)

    def run(self) -> str:
        """The build's final status."""
        try:
            return self._run()
        finally:
            self._book.close(lambda: self._client("s3"))

    def _run(self) -> str:
        directories = self._step("DOWNLOAD_SOURCE", self._sources)
        spec = self._step("DOWNLOAD_SOURCE", lambda: self._spec(directories))
        chosen = self._step("DOWNLOAD_SOURCE", lambda: runtimes.Machine().choose(spec.runtimes))
        self._log([*chosen.told])
        variables, self._secrets = self._step(
            "PRE_BUILD",
            lambda: workspace.variables_of(
                self._project["environment"].get("environmentVariables", []), spec, self._client
            ),
        )
        variables = {**variables, **self._own_variables(directories)}
        kept = cache.of_project(
            self._project,
            self._backend.cache_id(self._project["name"]),
            spec.cache_paths,
            self._space.folder,
            self._client("s3"),
            self._log,
        )
        if kept:
            kept.restore()
        result = self._space.run(
            spec,
            directory=directories["src"],
            variables=variables,
            credentials=self._credentials,
            region=self._region,
            log=self._log,
            until=self._build.started_at + self._project.get("timeoutInMinutes", 60) * 60.0,
            stopped=models.stops[self._build.id],
            python=chosen.python,
        )
        self._keep(result)
        has_built = any(phase.name in ("build", "post_build") for phase in result.phases)
        if result.ending in ("SUCCEEDED", "FAILED") and has_built:
            filled = spec.with_variables({**variables, **result.exported})
            self._step("UPLOAD_ARTIFACTS", lambda: self._finish(filled, directories["src"], result))
        if kept and result.ending == "SUCCEEDED":
            kept.save()
        return result.ending

    def _step(self, phase: str, work: Callable[[], Any]) -> Any:
        """Do one thing around the commands; whatever goes wrong fails the build in this phase."""
        started = clock.timestamp()
        try:
            done = work()
        except Exception as error:
            message = describe(error)
            self._log([f"[Container] Phase {phase} failed: {message}"])
            raise BuildFailed(phase, message) from error
        if phase in ("PROVISIONING", "UPLOAD_ARTIFACTS"):
            _note(self._build, phase, "SUCCEEDED", started)
        return done

    def _client(self, service: str) -> Any:
        return identity.client(service, self._credentials, self._region)

    def _log(self, lines: list[str]) -> None:
        for secret in self._secrets:
            lines = [line.replace(secret, "***") for line in lines]
        self._book.write(lines)

    def _sources(self) -> dict[str, Path]:
        sources = Sources(self._project, self._space, self._credentials, self._region)
        directories = sources.lay_out(self._build.source_version)
        self._build.resolved_version = sources.resolved
        return directories

    def _spec(self, directories: dict[str, Path]) -> Buildspec:
        given = self._project["source"].get("buildspec", "")
        if "\n" in given or given.lstrip().startswith("{"):
            return buildspec.parse(given)
        file = directories["src"] / (given or "buildspec.yml")
        if not file.is_file() or not isolation.is_of_child(file, self._space.folder):
            raise FileNotFoundError(f"YAML_FILE_ERROR: stat {given or file.name}: no such file or directory")
        return buildspec.parse(file.read_text())

    def _own_variables(self, directories: dict[str, Path]) -> dict[str, str]:
        variables = {
            "CI": "true",
            "CODEBUILD_BUILD_ID": self._build.id,
            "CODEBUILD_BUILD_ARN": self._build.arn,
            "CODEBUILD_BUILD_NUMBER": str(self._build.number),
            "CODEBUILD_INITIATOR": self._build.initiator,
            "CODEBUILD_SOURCE_VERSION": self._build.source_version or "",
            "CODEBUILD_RESOLVED_SOURCE_VERSION": self._build.resolved_version or "",
            "CODEBUILD_SOURCE_REPO_URL": self._project["source"].get("location", ""),
            "CODEBUILD_SRC_DIR": str(directories["src"]),
            "CODEBUILD_LOG_PATH": self._build.log_stream,
        }
        others = {f"CODEBUILD_SRC_DIR_{name}": str(path) for name, path in directories.items() if name != "src"}
        return variables | others

    def _keep(self, result: ShellResult) -> None:
        self._build.exported = dict(result.exported)
        shift = clock.timestamp() - (result.phases[-1].end if result.phases else clock.timestamp())
        for phase in result.phases:
            _note(self._build, phase.name.upper(), phase.status, phase.start + shift, phase.message)
        if result.ending in ("TIMED_OUT", "STOPPED"):
            _note(
                self._build,
                "BUILD",
                result.ending,
                self._build.started_at,
                f"BUILD_{result.ending}: the commands were ended",
            )

    def _finish(self, spec: Buildspec, folder: Any, result: ShellResult) -> None:
        """Keep what the commands left. Reports are made of failed commands too: a failed test often is why they
        failed."""
        self._upload(spec, folder, result)
        Collector(self._build, self._backend, self._credentials, self._log).collect(spec.reports, folder)

    def _upload(self, spec: Buildspec, folder: Any, result: ShellResult) -> None:
        if result.ending == "FAILED":
            return
        if spec.artifacts is not None and self._project["artifacts"]["type"] == "S3":
            self._put(self._project["artifacts"], workspace.gather(folder, spec.artifacts))
        for artifact in self._project.get("secondaryArtifacts", []):
            name = artifact["artifactIdentifier"]
            if name not in spec.secondary_artifacts:
                raise FileNotFoundError(f"CLIENT_ERROR: the buildspec has no secondary artifact {name}")
            self._put(artifact, workspace.gather(folder, spec.secondary_artifacts[name]))

    def _put(self, artifact: dict[str, Any], files: dict[str, bytes]) -> None:
        bucket = artifact["location"].removeprefix("arn:aws:s3:::")
        stem = "/".join(
            part
            for part in (artifact.get("path", "").strip("/"), self._namespace(artifact), artifact.get("name", ""))
            if part
        )
        key = self._project.get("encryptionKey")
        sealed = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}
        if artifact.get("packaging") == "ZIP":
            self._client("s3").put_object(Bucket=bucket, Key=stem, Body=workspace.zip_of(files), **sealed)
            return
        for name, body in files.items():
            self._client("s3").put_object(Bucket=bucket, Key=f"{stem}/{name}", Body=body, **sealed)

    def _namespace(self, artifact: dict[str, Any]) -> str:
        return self._build.id.rpartition(":")[2] if artifact.get("namespaceType") == "BUILD_ID" else ""


persistence.on_resume(resume)
