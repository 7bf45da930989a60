"""What CodeBuild keeps: projects and report groups as they were declared, builds and reports."""

import threading
import uuid
from dataclasses import dataclass, field
from typing import Any

from moto.core.base_backend import BaseBackend

from rehearsal.localaws.codebuild.reports.records import Report
from rehearsal.localaws.ground import clock
from rehearsal.localaws.ground.errors import AwsError


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
    resolved_version: str | None = None
    ended_at: float | None = None
    status: str = "IN_PROGRESS"
    phase: str = "SUBMITTED"
    phases: list[dict[str, Any]] = field(default_factory=list)
    exported: dict[str, str] = field(default_factory=dict)
    log_group: str = ""
    log_stream: str = ""
    report_arns: list[str] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return self.status != "IN_PROGRESS"


class CodeBuildBackend(BaseBackend):
    """Projects, builds and reports of one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.projects: dict[str, dict[str, Any]] = {}
        self.builds: dict[str, Build] = {}
        self.counters: dict[str, int] = {}
        self.report_groups: dict[str, dict[str, Any]] = {}
        self.reports: dict[str, Report] = {}
        self.cache_ids: dict[str, str] = {}

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

    def cache_id(self, project: str) -> str:
        """The name of a project's cache in its store, the same until the cache is invalidated."""
        return self.cache_ids.setdefault(project, str(uuid.uuid4()))

    def build(self, build_id: str) -> Build:
        """The build of that id or ARN.

        Raises:
            AwsError: ResourceNotFoundException.
        """
        found = self.builds.get(build_id.rpartition("/")[2])
        if found is None:
            raise AwsError("ResourceNotFoundException", f"Build {build_id} does not exist")
        return found

    def report_group(self, arn: str) -> dict[str, Any]:
        """The declaration of a report group.

        Raises:
            AwsError: ResourceNotFoundException.
        """
        if arn not in self.report_groups:
            raise AwsError("ResourceNotFoundException", f"Report group does not exist: {arn}")
        return self.report_groups[arn]

    def add_report(self, group: dict[str, Any], execution_arn: str, now: float) -> Report:
        """A new report of the group, empty so far."""
        arn = f"{group['arn'].replace(':report-group/', ':report/', 1)}:{uuid.uuid4()}"
        self.reports[arn] = Report(arn, group, execution_arn, now)
        return self.reports[arn]

    def present_reports(self) -> list[Report]:
        """Reports that are not older than AWS keeps them, the oldest first."""
        now = clock.timestamp()
        for arn in [arn for arn, report in self.reports.items() if report.expires <= now]:
            self.reports.pop(arn, None)
        return list(self.reports.values())

    def report(self, arn: str) -> Report:
        """The report of that ARN.

        Raises:
            AwsError: ResourceNotFoundException.
        """
        found = next((report for report in self.present_reports() if report.arn == arn), None)
        if found is None:
            raise AwsError("ResourceNotFoundException", f"Report does not exist: {arn}")
        return found


stops: dict[str, threading.Event] = {}
"""What StopBuild sets, by build id: not part of the records, which are plain data."""
