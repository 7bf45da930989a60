"""The sources of a build, laid out in its workspace with the project's role: objects in S3 and repositories of
CodeCommit.

Reference: CodeBuild API reference, "ProjectSource"; user guide, "Source version sample".
"""

import base64
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.codebuild.workspace import Workspace
from rehearsal.localaws.codecommit import repository
from rehearsal.localaws.ground import host
from rehearsal.localaws.ground.host import Credentials

_REPOSITORY = re.compile(r"https?://[^/]+(?:/git-codecommit/(?P<in_path>[^/]+))?/v1/repos/(?P<name>[^/]+?)(?:\.git)?/?")
_REGION_OF_HOST = re.compile(r"https?://git-codecommit\.([^.]+)\.amazonaws\.com/")


class Sources:
    """Lays out the sources of one build; ``resolved`` is the commit or object version of the primary one, where it has
    one."""

    def __init__(self, project: Mapping[str, Any], space: Workspace, credentials: Credentials, region: str) -> None:
        self._project, self._space, self._credentials, self._region = project, space, credentials, region
        self.resolved: str | None = None

    def lay_out(self, version: str | None) -> dict[str, Path]:
        """The folders of all sources: the primary one, in this version, as ``src``, each other by its identifier."""
        versions = {v["sourceIdentifier"]: v["sourceVersion"] for v in self._project.get("secondarySourceVersions", [])}
        directories = {"src": self._one("src", self._project["source"], version)}
        for source in self._project.get("secondarySources", []):
            name = source["sourceIdentifier"]
            directories[name] = self._one(name, source, versions.get(name))
        return directories

    def _one(self, name: str, source: Mapping[str, Any], version: str | None) -> Path:
        kind = source["type"]
        if kind == "NO_SOURCE":
            return self._space.source(name)
        if kind == "S3":
            return self._object(name, source.get("location", ""), version)
        if kind == "CODECOMMIT":
            return self._repository(name, source, version)
        raise ValueError(
            f"INVALID_INPUT: a source of type {kind} is not fetched by the embedded AWS: CODECOMMIT, S3, NO_SOURCE and "
            "CODEPIPELINE are"
        )

    def _object(self, name: str, location: str, version: str | None) -> Path:
        bucket, _, key = location.removeprefix("arn:aws:s3:::").partition("/")
        which = {"VersionId": version} if version else {}
        s3 = identity.client("s3", self._credentials, self._region)
        body = s3.get_object(Bucket=bucket, Key=key, **which)["Body"].read()
        self._resolve(name, version)
        return self._space.unpack(name, body, key.rpartition("/")[2])

    def _repository(self, name: str, source: Mapping[str, Any], version: str | None) -> Path:
        """A clone with the commit, branch or tag checked out; the role needs ``codecommit:GitPull``."""
        if source.get("gitSubmodulesConfig", {}).get("fetchSubmodules"):
            raise ValueError("INVALID_INPUT: submodules are not fetched by the embedded AWS")
        folder, depth = self._space.source(name), source.get("gitCloneDepth", 0)
        shallow = ["--depth", str(depth)] if depth and not version else []  # a version may lie deeper
        region, repository_name = region_and_name(source.get("location", ""), self._region)
        address = f"{host.current().endpoint_url}/git-codecommit/{region}/v1/repos/{repository_name}"
        self._git(folder, "clone", "--quiet", *shallow, address, ".")
        if version:
            self._git(folder, "checkout", "--quiet", version, "--")
        self._resolve(name, self._git(folder, "rev-parse", "HEAD"))
        return folder

    def _resolve(self, name: str, version: str | None) -> None:
        if name == "src":
            self.resolved = version

    def _git(self, folder: Path, *arguments: str) -> str:
        """Run git with the role's credentials in a header, which no process list and no file of the clone shows."""
        known = self._credentials
        user = f"{known.access_key_id}%{known.session_token}"
        basic = base64.b64encode(f"{user}:{known.secret_access_key}".encode()).decode()
        header = {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "http.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {basic}",
        }
        done = subprocess.run(
            [repository.program(), *arguments],
            cwd=folder,
            env=repository.environment(**header),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise repository.GitFailed(f"CLIENT_ERROR: git {arguments[0]}: {done.stderr.strip()}")
        return done.stdout.strip()


def region_and_name(location: str, default_region: str) -> tuple[str, str]:
    """The region and the name of the repository behind a clone URL, AWS's or this server's.

    Raises:
        ValueError: for a URL that is none of CodeCommit's.
    """
    found = _REPOSITORY.fullmatch(location)
    if found is None:
        raise ValueError(f"INVALID_INPUT: {location} is not the clone URL of a CodeCommit repository")
    of_host = _REGION_OF_HOST.match(location)
    return found["in_path"] or (of_host[1] if of_host else default_region), found["name"]
