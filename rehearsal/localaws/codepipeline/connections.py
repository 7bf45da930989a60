"""Repositories behind CodeConnections: where on this machine each ``owner/name`` is, as the user has told.

The capability ``POST /_rehearsal/repositories`` keeps it; ``GET`` lists it. Told again after a push, it is looked at at
once.
"""

import ipaddress
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rehearsal.localaws.codecommit import repository
from rehearsal.localaws.door import capabilities
from rehearsal.localaws.ground import persistence

_locations: dict[str, str] = {}
_watchers: list[Callable[[], None]] = []
persistence.keep_dict("codepipeline.connections", _locations)


class NotReachable(Exception):
    """A repository that nobody has told the place of, or that git cannot read there."""


def _attach(members: dict[str, Any]) -> capabilities.Answer:
    name, location = members.get("fullRepositoryId"), members.get("location")
    if not isinstance(name, str) or not isinstance(location, str) or not name or not location:
        raise ValueError("fullRepositoryId (owner/name) and location (a folder or a git URL on loopback) are needed")
    if not _is_local(location):
        raise ValueError(f"{location} is neither a folder of this machine nor a URL on loopback")
    _locations[name] = location
    for watcher in _watchers:
        watcher()
    return dict(_locations)


def _is_local(location: str) -> bool:
    parts = urlsplit(location)
    if parts.scheme in ("http", "https"):
        host = parts.hostname or ""
        try:
            return host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False
    return Path(location.removeprefix("file://")).is_dir()


def on_attached(watcher: Callable[[], None]) -> None:
    """Call ``watcher`` after somebody has told where a repository is."""
    _watchers.append(watcher)


def attached() -> frozenset[str]:
    """The names whose place is known."""
    return frozenset(_locations)


def tip(full_repository_id: str, branch: str) -> str:
    """The newest commit of a branch.

    Raises:
        NotReachable: with what to do about it.
    """
    found = references(full_repository_id)
    if f"refs/heads/{branch}" not in found:
        raise NotReachable(f"git found no branch {branch}: the repository {full_repository_id} has no such branch")
    return found[f"refs/heads/{branch}"]


def references(full_repository_id: str) -> dict[str, str]:
    """The full names of all branches and tags, with their commits; of an annotated tag, the commit that it stands for.

    Raises:
        NotReachable: with what to do about it.
    """
    place = _location(full_repository_id)
    lines = _git("ls-remote", "--heads", "--tags", place, what=f"repository {place}").splitlines()
    pairs = [line.split("\t", 1) for line in lines]
    return {name.removesuffix("^{}"): commit for commit, name in pairs}  # the commit comes after the tag itself


def fetch(full_repository_id: str, reference: str, into: Path) -> repository.Repository:
    """A bare copy of one branch or tag, by its full name, or of many (``refs/heads/*``), in the folder ``into``."""
    copy = repository.Repository(into)
    copy.create()
    place = _location(full_repository_id)
    _git(f"--git-dir={into}", "fetch", "--quiet", "--no-tags", place, f"+{reference}:{reference}", what=reference)
    return copy


def _location(full_repository_id: str) -> str:
    if full_repository_id not in _locations:
        raise NotReachable(
            f"The embedded AWS does not reach the provider of {full_repository_id}. Tell it where the repository is on "
            "this machine: "
            f'POST /_rehearsal/repositories with {{"fullRepositoryId": "{full_repository_id}", "location": '
            '"<folder>"}.'
        )
    return _locations[full_repository_id]


def _git(*arguments: str, what: str) -> str:
    done = subprocess.run(
        [repository.program(), "-c", "safe.directory=*", *arguments],
        env=repository.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotReachable(f"git found no {what}: {done.stderr.strip() or 'the repository has no such branch'}")
    return done.stdout


capabilities.offer("POST", "repositories", _attach)
capabilities.offer("GET", "repositories", lambda _members: dict(_locations))
