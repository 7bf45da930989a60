"""Makes the reports of a build from the files that its commands left, with the project's role.

A test that failed fails its report, not the build; a report without files, or without the permission to make it, fails
the build in its phase UPLOAD_ARTIFACTS. Reference: CodeBuild user guide, "Test report permissions".
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from rehearsal.localaws.authorizer import identity, on_behalf
from rehearsal.localaws.authorizer.requests import Need
from rehearsal.localaws.codebuild import workspace
from rehearsal.localaws.codebuild.buildspec import ReportFiles
from rehearsal.localaws.codebuild.models import Build, CodeBuildBackend
from rehearsal.localaws.codebuild.reports import export, formats
from rehearsal.localaws.codebuild.reports.records import MOST_CASES, Report
from rehearsal.localaws.codebuild.reports.results import Coverage, UnreadableReport
from rehearsal.localaws.ground import clock, host
from rehearsal.localaws.ground.errors import AwsError, describe


class ReportsFailed(Exception):
    """Reports that could not be made; the text names each with the reason."""


class Collector:
    """Makes the reports of one build."""

    def __init__(
        self,
        build: Build,
        backend: CodeBuildBackend,
        credentials: host.Credentials,
        log: Callable[[list[str]], None],
    ) -> None:
        self._build, self._backend, self._credentials, self._log = build, backend, credentials, log

    def collect(self, reports: tuple[ReportFiles, ...], folder: Path) -> None:
        """Make every report that can be made.

        Raises:
            ReportsFailed: when one could not be.
        """
        problems = []
        for wanted in reports:
            try:
                self._make(wanted, folder)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one report, the others are made; it is told
                problems.append(f"{wanted.group}: [{describe(error)}]")
        if problems:
            raise ReportsFailed(f"CLIENT_ERROR: Error in UPLOAD_ARTIFACTS phase: [{', '.join(problems)}]")

    def _make(self, wanted: ReportFiles, folder: Path) -> None:
        files = self._files(wanted, folder)
        group = self._group(wanted)
        self._ask("CreateReport", group)
        report = self._backend.add_report(group, self._build.arn, clock.timestamp())
        self._build.report_arns.append(report.arn)
        is_whole = self._read(report, wanted.file_format, files)
        self._ask("UpdateReport", group)
        export.write(report, files, identity.client("s3", self._credentials, self._backend.region_name))
        if is_whole:
            report.status = "FAILED" if report.has_failures else "SUCCEEDED"
        self._log([f"[Container] Report {report.arn}: {report.status}"])

    def _files(self, wanted: ReportFiles, folder: Path) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for pattern in wanted.files.files:
            try:
                found |= workspace.gather(folder, replace(wanted.files, files=(pattern,)))
            except FileNotFoundError as error:
                self._log([f"[Container] {wanted.group}: {error}"])
        if not found:
            raise FileNotFoundError("report files not found in build")
        return found

    def _group(self, wanted: ReportFiles) -> dict[str, Any]:
        """The group that is named; one named without an ARN belongs to the project, and is made when it is not
        there."""
        kind = formats.type_of(wanted.file_format)
        is_arn = wanted.group.startswith("arn:")
        name = f"{self._build.project['name']}-{wanted.group}"
        arn = wanted.group if is_arn else self._backend.arn(f"report-group/{name}")
        if arn not in self._backend.report_groups and not is_arn:
            client = identity.client("codebuild", self._credentials, self._backend.region_name)
            client.create_report_group(name=name, type=kind, exportConfig={"exportConfigType": "NO_EXPORT"})
        group = self._backend.report_group(arn)
        if group["type"] != kind:
            raise AwsError(
                "InvalidInputException",
                f"{wanted.file_format} makes reports of type {kind}, and {arn} is a group of type {group['type']}",
            )
        return group

    def _ask(self, action: str, group: dict[str, Any]) -> None:
        """Refuse what the role may not do, in AWS's words: these actions are no operations of the public API."""
        need = Need(f"codebuild:{action}", group["arn"], {})
        role = self._build.project["serviceRole"]
        if on_behalf.first_refused(role, [need], self._backend.region_name) is not None:
            user = identity.arn_of(self._credentials.access_key_id)
            message = f"User: {user} is not authorized to perform: {need.action} on resource: {need.resource}"
            raise AwsError("AccessDeniedException", message)

    def _read(self, report: Report, file_format: str, files: dict[str, bytes]) -> bool:
        """Take in what the files tell; whether all of them could be read."""
        is_test = file_format in formats.TESTS
        self._ask("BatchPutTestCases" if is_test else "BatchPutCodeCoverages", report.group)
        read = self._read_cases if is_test else self._read_coverages
        unread = 0
        for path, content in files.items():
            try:
                read(report, file_format, path, content)
            except UnreadableReport as error:
                unread += 1
                self._log([f"[Container] {path} is not read as {file_format}: {error}"])
        return not unread

    def _read_cases(self, report: Report, file_format: str, path: str, content: bytes) -> None:
        cases = (*report.cases, *((path, case) for case in formats.TESTS[file_format](content)))
        report.cases, report.is_truncated = cases[:MOST_CASES], len(cases) > MOST_CASES

    def _read_coverages(self, report: Report, file_format: str, _path: str, content: bytes) -> None:
        known: dict[str, Coverage] = {coverage.path: coverage for coverage in report.coverages}
        known |= {coverage.path: coverage for coverage in formats.COVERAGES[file_format](content)}
        report.coverages = tuple(known.values())
