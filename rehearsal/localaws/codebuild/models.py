"""What CodeBuild keeps: projects as they were declared, and builds."""

import threading
from dataclasses import dataclass, field
from typing import Any

from moto.core.base_backend import BaseBackend

from rehearsal.localaws.errors import AwsError


@dataclass
class Build:
    """One build; ``project`` is the declaration with the overrides of StartBuild."""

    id: str
    arn: str
    number: int
    project: dict[str, Any]
    initiator: str
    source_version: str | None
    started_at: float
    ended_at: float | None = None
    status: str = "IN_PROGRESS"
    phase: str = "SUBMITTED"
    phases: list[dict[str, Any]] = field(default_factory=list)
    exported: dict[str, str] = field(default_factory=dict)
    log_group: str = ""
    log_stream: str = ""

    @property
    def is_over(self) -> bool:
        return self.status != "IN_PROGRESS"


class CodeBuildBackend(BaseBackend):
    """Projects and builds of one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.projects: dict[str, dict[str, Any]] = {}
        self.builds: dict[str, Build] = {}
        self.counters: dict[str, int] = {}

    def arn(self, resource: str) -> str:
        """The ARN of a project or build."""
        return f"arn:{self.partition}:codebuild:{self.region_name}:{self.account_id}:{resource}"

    def project(self, name: str) -> dict[str, Any]:
        """The declaration of a project.

        Raises:
            AwsError: ResourceNotFoundException.
        """
        name = name.rpartition("/")[2] if name.startswith("arn:") else name
        if name not in self.projects:
            raise AwsError("ResourceNotFoundException", f"Project cannot be found: {self.arn(f'project/{name}')}")
        return self.projects[name]

    def build(self, build_id: str) -> Build:
        """The build of that id or ARN.

        Raises:
            AwsError: ResourceNotFoundException.
        """
        found = self.builds.get(build_id.rpartition("/")[2])
        if found is None:
            raise AwsError("ResourceNotFoundException", f"Build {build_id} does not exist")
        return found


stops: dict[str, threading.Event] = {}
"""What StopBuild sets, by build id: not part of the records, which are plain data."""
