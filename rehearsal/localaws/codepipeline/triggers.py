"""Triggers with Git filters: which pushes to a connected repository start a pipeline. Pure; ``pushes`` sees the pushes.

Reference: user guide, "Automate starting pipelines using triggers and filtering", and ``GitConfiguration`` of the API.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.codepipeline import globs

PROVIDER = "CodeStarSourceConnection"
BRANCHES, TAGS = "refs/heads/", "refs/tags/"


@dataclass(frozen=True)
class Criteria:
    """Patterns of names: one of ``includes`` must match where there are any, none of ``excludes`` may."""

    includes: tuple[str, ...]
    excludes: tuple[str, ...]

    def admits(self, name: str) -> bool:
        """Whether a name passes; what is excluded is so even where it is included too."""
        if any(globs.matches(pattern, name) for pattern in self.excludes):
            return False
        return not self.includes or any(globs.matches(pattern, name) for pattern in self.includes)


@dataclass(frozen=True)
class PushFilter:
    """What one entry of ``push`` asks for; all that it names must hold."""

    tags: Criteria | None
    branches: Criteria | None
    file_paths: Criteria | None

    def criteria(self) -> Iterator[Criteria]:
        """Those that are given."""
        yield from (criteria for criteria in (self.tags, self.branches, self.file_paths) if criteria is not None)

    def admits(self, push: "Push") -> bool:
        """Whether the push passes. With file paths, one of the files that it changes must."""
        wanted = self.tags if push.is_tag else self.branches
        if wanted is None or not wanted.admits(push.name):
            return False
        return self.file_paths is None or any(self.file_paths.admits(path) for path in push.changed_files())


@dataclass(frozen=True)
class Trigger:
    """What starts the pipeline in place of a source action's own change detection."""

    action: str
    push: tuple[PushFilter, ...]
    has_pull_requests: bool

    def starts_by(self, push: "Push", default_branch: str) -> bool:
        """Whether a push starts the pipeline: one filter is enough; without filters, a push to the action's own branch
        does."""
        if not self.push and not self.has_pull_requests:
            return push.reference == BRANCHES + default_branch
        return any(one.admits(push) for one in self.push)


@dataclass(frozen=True)
class Push:
    """A branch or tag that is new or has moved; the files are asked for only where a filter wants them."""

    reference: str
    commit: str
    changed_files: Callable[[], Collection[str]]

    @property
    def is_tag(self) -> bool:
        return self.reference.startswith(TAGS)

    @property
    def name(self) -> str:
        return self.reference.removeprefix(TAGS if self.is_tag else BRANCHES)


def parse(declared: Mapping[str, Any]) -> Trigger:
    """The typed form of one entry of ``triggers``."""
    git = declared["gitConfiguration"]
    return Trigger(
        git["sourceActionName"], tuple(_push_filter(one) for one in git.get("push", [])), bool(git.get("pullRequest"))
    )


def _push_filter(declared: Mapping[str, Any]) -> PushFilter:
    return PushFilter(*(_criteria(declared.get(kind)) for kind in ("tags", "branches", "filePaths")))


def _criteria(declared: Mapping[str, Any] | None) -> Criteria | None:
    if declared is None:
        return None
    return Criteria(tuple(declared.get("includes", ())), tuple(declared.get("excludes", ())))


def check(trigger: Trigger) -> None:
    """Be sure that the filters can be used together: tags, branches, or branches and file paths.

    Raises:
        ValueError: with what is wrong.
    """
    if trigger.has_pull_requests and not trigger.push:
        raise ValueError(
            "It has pullRequest filters alone, and no pull request is ever made in a repository on this machine: the "
            "embedded AWS would never start the pipeline. Add a push filter, or leave the trigger out"
        )
    for one in trigger.push:
        if (one.tags is None) == (one.branches is None) or (one.tags and one.file_paths):
            raise ValueError("A push filter has either tags, or branches, or branches and filePaths")
        for criteria in one.criteria():
            if not criteria.includes and not criteria.excludes:
                raise ValueError("A push filter's tags, branches and filePaths have includes, or excludes, or both")
            for pattern in (*criteria.includes, *criteria.excludes):
                globs.check(pattern)
