"""What CodeCommit keeps of a repository beside git's own files, and what others are told when a reference changes."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from moto.core.base_backend import BaseBackend

from rehearsal.localaws.codecommit.repository import Repository
from rehearsal.localaws.events import bus
from rehearsal.localaws.ground import accounts, arns, clock, host, persistence
from rehearsal.localaws.ground.errors import AwsError


@dataclass
class RepositoryRecord:
    """The metadata of a repository."""

    id: str
    name: str
    arn: str
    region: str
    description: str | None
    created_at: float
    changed_at: float
    default_branch: str | None = None
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def git(self) -> Repository:
        owner = arns.account_of(self.arn)
        place = self.region if owner == accounts.first() else f"{self.region}-{owner}"
        return Repository(host.current().scratch("codecommit", place) / f"{self.name}.git")

    @property
    def clone_url(self) -> str:
        return f"{host.current().endpoint_url}/git-codecommit/{self.region}/v1/repos/{self.name}"

    @property
    def clone_url_ssh(self) -> str:
        """Where SSH would be on this machine; nobody serves git there."""
        return f"ssh://127.0.0.1/git-codecommit/{self.region}/v1/repos/{self.name}"


Watcher = Callable[[], None]
_watchers: list[Watcher] = []


def on_change(watcher: Watcher) -> None:
    """Call ``watcher`` after a reference of any repository has changed."""
    _watchers.append(watcher)


class CodeCommitBackend(BaseBackend):
    """The repositories of one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.repositories: dict[str, RepositoryRecord] = {}

    def repository(self, name: str) -> RepositoryRecord:
        """The repository of that name.

        Raises:
            AwsError: RepositoryDoesNotExistException.
        """
        if name not in self.repositories:
            raise AwsError("RepositoryDoesNotExistException", f"{name} does not exist")
        return self.repositories[name]

    def rename(self, old: str, new: str) -> None:
        """Another name for a repository, its ARN and its URLs.

        Raises:
            AwsError: RepositoryDoesNotExistException, RepositoryNameExistsException.
        """
        record = self.repository(old)
        if new in self.repositories:
            raise AwsError("RepositoryNameExistsException", f"Repository named {new} already exists")
        before = record.git
        record.name, record.arn = new, record.arn.removesuffix(old) + new
        before.move_to(record.git)
        self.repositories[new] = self.repositories.pop(old)

    def create(self, name: str, description: str | None, tags: dict[str, str]) -> RepositoryRecord:
        """Make an empty repository.

        Raises:
            AwsError: RepositoryNameExistsException.
        """
        if name in self.repositories:
            raise AwsError("RepositoryNameExistsException", f"Repository named {name} already exists")
        now = clock.timestamp()
        arn = f"arn:{self.partition}:codecommit:{self.region_name}:{self.account_id}:{name}"
        record = RepositoryRecord(str(uuid.uuid4()), name, arn, self.region_name, description, now, now, tags=tags)
        record.git.create()
        self.repositories[name] = record
        return record


_PLACE = re.compile(r"[\w-]+/[\w.-]+\.git")
"""Region (with the account, if it is not the first) and name: nothing that leads elsewhere."""


def export() -> dict[str, bytes]:
    """The files of every repository, by their place under the scratch folder."""
    folder = host.current().settings.scratch / "codecommit"
    found = sorted(folder.glob("*/*.git"))
    return {str(path.relative_to(folder)): Repository(path).packed() for path in found}


def restore(kept: dict[str, bytes]) -> None:
    """Put the repositories where they were."""
    for place, packed in kept.items():
        if not _PLACE.fullmatch(place):
            raise ValueError(f"{place!r} is no place of a repository")
        Repository(host.current().scratch("codecommit") / place).unpack(packed)


persistence.keep("codecommit.repositories", export, restore)


def announce(record: RepositoryRecord, before: dict[str, str], caller_arn: str) -> None:
    """Tell the event bus and the watchers of every reference that changed since ``before``."""
    after = record.git.references()
    for name in sorted(set(before) | set(after)):
        if before.get(name) != after.get(name):
            _announce_one(record, name, before.get(name), after.get(name), caller_arn)
    branches = record.git.branches()
    if record.default_branch not in branches:
        record.default_branch = next(iter(branches), None)
    record.changed_at = clock.timestamp()
    for watcher in _watchers:
        watcher()


def _announce_one(record: RepositoryRecord, name: str, old: str | None, new: str | None, caller_arn: str) -> None:
    _, kind, short = name.split("/", 2)
    what = "referenceCreated" if old is None else "referenceUpdated" if new is not None else "referenceDeleted"
    detail = {
        "event": what,
        "repositoryName": record.name,
        "repositoryId": record.id,
        "referenceType": {"heads": "branch", "tags": "tag"}.get(kind, kind),
        "referenceName": short,
        "referenceFullName": name,
        "callerUserArn": caller_arn,
        **({"commitId": new} if new else {}),
        **({"oldCommitId": old} if old else {}),
    }
    kind, place = (
        "CodeCommit Repository State Change",
        {"region": record.region, "account_id": arns.account_of(record.arn)},
    )
    bus.publish("aws.codecommit", kind, detail, [record.arn], **place)
