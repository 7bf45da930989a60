"""Reports as they are kept: over a restart, for their time, up to their size."""

from pathlib import Path

from rehearsal.localaws.codebuild.models import CodeBuildBackend
from rehearsal.localaws.codebuild.reports import records
from rehearsal.localaws.codebuild.reports.results import Case, Coverage, Status
from rehearsal.localaws.ground import clock
from rehearsal.localaws.state import pickling

GROUP = {
    "arn": "arn:aws:codebuild:us-east-1:123456789012:report-group/g",
    "name": "g",
    "type": "TEST",
    "exportConfig": {"exportConfigType": "NO_EXPORT"},
}


def test_a_report_is_the_same_after_a_restart() -> None:
    report = CodeBuildBackend("us-east-1", "123456789012").add_report(GROUP, "arn:build", 1.0)
    report.cases, report.status = (("a.xml", Case("n", Status.ERROR, message="m")),), "FAILED"
    report.coverages = (Coverage("a.py", 1, 2),)
    kept = pickling.dumps(report, lambda _: pickling.Blob("", 0))
    assert pickling.loads(kept, lambda blob: Path(blob.sha256)) == report


def test_a_report_is_gone_after_thirty_days() -> None:
    backend = CodeBuildBackend("us-east-1", "123456789012")
    backend.add_report(GROUP, "arn:build", clock.timestamp() - records.RETENTION_SECONDS - 1)
    young = backend.add_report(GROUP, "arn:build", clock.timestamp() - records.RETENTION_SECONDS + 3600)
    assert backend.present_reports() == [young]


def test_a_long_message_is_cut_off() -> None:
    report = CodeBuildBackend("us-east-1", "123456789012").add_report(GROUP, "arn:build", 1.0)
    report.cases = (("a.xml", Case("n", Status.FAILED, message="x" * 6000)),)
    assert len(records.as_test_cases(report)[0]["message"]) == 5000
