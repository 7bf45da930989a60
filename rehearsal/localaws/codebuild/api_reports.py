"""Report groups and the reports that builds made in them."""

from typing import Any

from rehearsal.localaws.codebuild.api_base import CodeBuildPart
from rehearsal.localaws.codebuild.reports import records
from rehearsal.localaws.codebuild.reports.records import Report
from rehearsal.localaws.ground import clock
from rehearsal.localaws.ground.errors import AwsError

_SORTS = {"NAME": "name", "CREATED_TIME": "created", "LAST_MODIFIED_TIME": "lastModified"}
_COVERAGE_SORTS = {"FILE_PATH": "filePath", "LINE_COVERAGE_PERCENTAGE": "lineCoveragePercentage"}


class Reports(CodeBuildPart):
    """Operations on report groups and reports."""

    def create_report_group(self) -> dict[str, Any]:
        """Declare a group."""
        name, arn, now = self.params["name"], self.backend.arn(f"report-group/{self.params['name']}"), clock.timestamp()
        if arn in self.backend.report_groups:
            raise AwsError("ResourceAlreadyExistsException", f"Report group already exists: {arn}")
        _check_export(self.params["exportConfig"])
        group = {
            "arn": arn,
            "name": name,
            "type": self.params["type"],
            "exportConfig": self.params["exportConfig"],
            "created": now,
            "lastModified": now,
            "tags": self.params.get("tags", []),
            "status": "ACTIVE",
        }
        self.backend.report_groups[arn] = group
        return {"reportGroup": group}

    def update_report_group(self) -> dict[str, Any]:
        """Change where reports from now on are exported to, or the tags."""
        group = self.backend.report_group(self.params["arn"])
        changes: dict[str, Any] = {name: self.params[name] for name in ("exportConfig", "tags") if name in self.params}
        _check_export(changes.get("exportConfig", group["exportConfig"]))
        changed = {**group, **changes, "lastModified": clock.timestamp()}
        self.backend.report_groups[group["arn"]] = changed
        return {"reportGroup": changed}

    def delete_report_group(self) -> None:
        """Remove a group; one with reports only when they are to go too."""
        arn = self.params["arn"]
        reports = self._reports_of(arn)
        if reports and not self.params.get("deleteReports"):
            raise AwsError(
                "InvalidInputException", f"Report group {arn} has reports: delete them first, or set deleteReports"
            )
        for report in reports:
            self.backend.reports.pop(report.arn, None)
        self.backend.report_groups.pop(arn, None)

    def batch_get_report_groups(self) -> dict[str, Any]:
        """Groups, and the ARNs that are not there."""
        arns, known = self.params["reportGroupArns"], self.backend.report_groups
        return {
            "reportGroups": [known[arn] for arn in arns if arn in known],
            "reportGroupsNotFound": [arn for arn in arns if arn not in known],
        }

    def list_report_groups(self) -> dict[str, Any]:
        """The ARNs of groups, by name unless asked otherwise."""
        by = _SORTS[self.params.get("sortBy", "NAME")]
        groups = sorted(self.backend.report_groups.values(), key=lambda group: group[by])
        return self.page(self.in_order([group["arn"] for group in groups], "ASCENDING"), "reportGroups")

    def batch_get_reports(self) -> dict[str, Any]:
        """Reports, and the ARNs that are not there."""
        arns = self.params["reportArns"]
        known = {report.arn: report for report in self.backend.present_reports()}
        return {
            "reports": [records.as_report(known[arn]) for arn in arns if arn in known],
            "reportsNotFound": [arn for arn in arns if arn not in known],
        }

    def list_reports(self) -> dict[str, Any]:
        """The ARNs of all reports, the newest first unless asked otherwise."""
        return self._listed(self.backend.present_reports())

    def list_reports_for_report_group(self) -> dict[str, Any]:
        """The ARNs of a group's reports, the newest first unless asked otherwise."""
        group = self.backend.report_group(self.params["reportGroupArn"])
        return self._listed(self._reports_of(group["arn"]))

    def delete_report(self) -> None:
        """Remove a report; one that is not there is no error."""
        self.backend.reports.pop(self.params["arn"], None)

    def describe_test_cases(self) -> dict[str, Any]:
        """The test cases of a report, by status and by a word in the name or what it belongs to."""
        cases = records.as_test_cases(self._report_of_type("TEST"))
        wanted = self.params.get("filter", {})
        if status := wanted.get("status"):
            cases = [case for case in cases if case["status"] == status]
        if keyword := wanted.get("keyword", "").lower():
            cases = [case for case in cases if keyword in f"{case['prefix']} {case['name']}".lower()]
        return self.page(cases, "testCases")

    def describe_code_coverages(self) -> dict[str, Any]:
        """The coverage of each source file, by path unless asked otherwise."""
        least = self.params.get("minLineCoveragePercentage", 0.0)
        most = self.params.get("maxLineCoveragePercentage", 100.0)
        rows = records.as_code_coverages(self._report_of_type("CODE_COVERAGE"))
        by = _COVERAGE_SORTS[self.params.get("sortBy", "FILE_PATH")]
        rows = sorted((r for r in rows if least <= r["lineCoveragePercentage"] <= most), key=lambda row: row[by])
        return self.page(self.in_order(rows, "ASCENDING"), "codeCoverages")

    def _reports_of(self, group_arn: str) -> list[Report]:
        return [report for report in self.backend.present_reports() if report.group["arn"] == group_arn]

    def _listed(self, reports: list[Report]) -> dict[str, Any]:
        status = self.params.get("filter", {}).get("status")
        arns = [report.arn for report in reports if status in (None, report.status)]
        return self.page(self.in_order(arns), "reports")

    def _report_of_type(self, kind: str) -> Report:
        report = self.backend.report(self.params["reportArn"])
        if report.group["type"] != kind:
            raise AwsError("InvalidInputException", f"{report.arn} is a report of type {report.group['type']}")
        return report


def _check_export(config: dict[str, Any]) -> None:
    if config.get("exportConfigType") == "S3" and not config.get("s3Destination", {}).get("bucket"):
        raise AwsError("InvalidInputException", "exportConfig of type S3 needs an s3Destination with a bucket")
