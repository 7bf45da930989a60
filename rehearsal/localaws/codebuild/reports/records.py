"""A report as it is kept, and as the API tells it. Pure.

Reference: CodeBuild user guide, "Quotas" (how many test cases, how long a message, for how long a report is there).
"""

import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.codebuild.reports.results import Case, Coverage, Status

RETENTION_SECONDS = 30 * 86_400
MOST_CASES = 500
LONGEST_MESSAGE = 5_000


@dataclass
class Report:
    """One run of a report group; times are the embedded clock's.

    It is INCOMPLETE until all its files are read, so that one is never left under way. A case comes with the file it is
    from.
    """

    arn: str
    group: dict[str, Any]
    execution_arn: str
    created: float
    status: str = "INCOMPLETE"
    cases: tuple[tuple[str, Case], ...] = ()
    coverages: tuple[Coverage, ...] = ()
    is_truncated: bool = False

    @property
    def expires(self) -> float:
        return self.created + RETENTION_SECONDS

    @property
    def has_failures(self) -> bool:
        """Whether a test case did not pass."""
        return any(case.status in (Status.FAILED, Status.ERROR) for _, case in self.cases)


def as_report(report: Report) -> dict[str, Any]:
    """What BatchGetReports tells."""
    view = {
        "arn": report.arn,
        "type": report.group["type"],
        "name": report.group["name"],
        "reportGroupArn": report.group["arn"],
        "executionId": report.execution_arn,
        "status": report.status,
        "created": report.created,
        "expired": report.expires,
        "exportConfig": report.group["exportConfig"],
        "truncated": report.is_truncated,
    }
    if report.group["type"] == "TEST":
        return {**view, "testSummary": _test_summary(report)}
    total = Coverage(
        "",
        sum(coverage.lines_covered for coverage in report.coverages),
        sum(coverage.lines_missed for coverage in report.coverages),
        sum(coverage.branches_covered for coverage in report.coverages),
        sum(coverage.branches_missed for coverage in report.coverages),
    )
    return {**view, "codeCoverageSummary": _numbers(total)}


def _test_summary(report: Report) -> dict[str, Any]:
    counted = Counter(case.status for _, case in report.cases)
    return {
        "total": len(report.cases),
        "statusCounts": {status.value: counted[status] for status in Status},
        "durationInNanoSeconds": sum(case.nanoseconds for _, case in report.cases),
    }


def as_test_cases(report: Report) -> list[dict[str, Any]]:
    """What DescribeTestCases tells."""
    return [
        {
            "reportArn": report.arn,
            "testRawDataPath": path,
            "prefix": case.prefix,
            "name": case.name,
            "status": case.status.value,
            "durationInNanoSeconds": case.nanoseconds,
            "message": case.message[:LONGEST_MESSAGE],
            "expired": report.expires,
            "testSuiteName": case.suite,
        }
        for path, case in report.cases
    ]


def as_code_coverages(report: Report) -> list[dict[str, Any]]:
    """What DescribeCodeCoverages tells."""
    return [
        {
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{report.arn}/{coverage.path}")),
            "reportARN": report.arn,
            "filePath": coverage.path,
            **_numbers(coverage),
            "expired": report.expires,
        }
        for coverage in report.coverages
    ]


def _numbers(coverage: Coverage) -> dict[str, Any]:
    return {
        "lineCoveragePercentage": _percentage(coverage.lines_covered, coverage.lines_missed),
        "linesCovered": coverage.lines_covered,
        "linesMissed": coverage.lines_missed,
        "branchCoveragePercentage": _percentage(coverage.branches_covered, coverage.branches_missed),
        "branchesCovered": coverage.branches_covered,
        "branchesMissed": coverage.branches_missed,
    }


def _percentage(covered: int, missed: int) -> float:
    """Of nothing, nothing is covered."""
    return 100.0 * covered / (covered + missed) if covered + missed else 0.0
