"""Reports that builds make, and the API that tells them."""

import io
import json
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.codebuild.builds import built, log_of
from tests.localaws.inboxes import make_role

CASES = (
    '<testsuite name="s"><testcase classname="c" name="adds" time="0.5"/>'
    '<testcase classname="c" name="halves"><failure message="expected 2"/></testcase></testsuite>'
)
COVERED = (
    '<coverage><packages><package><classes><class filename="a.py"><lines><line number="1" hits="1"/>'
    '<line number="2" hits="0"/></lines></class><class filename="b.py"><lines><line number="1" hits="1"/></lines>'
    "</class></classes></package></packages></coverage>"
)


def spec_of(reports: dict[str, Any], *commands: str) -> str:
    """A buildspec as JSON, which is YAML too."""
    written = [f"mkdir -p out && echo '{CASES}' > out/tests.xml && echo '{COVERED}' > out/coverage.xml", *commands]
    return json.dumps({"version": 0.2, "phases": {"build": {"commands": written}}, "reports": reports}, indent=1)


TESTS = {"tests": {"files": ["tests.xml"], "base-directory": "out"}}
COVERAGE = {"coverage": {"files": ["out/*verage.xml"], "file-format": "COBERTURAXML"}}


@pytest.fixture
def codebuild(aws: Any) -> Any:
    return aws.client("codebuild")


def test_a_build_makes_reports_of_tests_and_coverage(bench: Any, project: Any, codebuild: Any) -> None:
    name = project(spec_of(TESTS | COVERAGE))
    build = built(bench, name)
    assert build["buildStatus"] == "SUCCEEDED", "a failed test fails its report alone"
    tests, coverage = codebuild.batch_get_reports(reportArns=build["reportArns"])["reports"]
    assert tests["reportGroupArn"].endswith(f":report-group/{name}-tests")
    assert tests["arn"].startswith(tests["reportGroupArn"].replace(":report-group/", ":report/"))
    assert (tests["status"], tests["executionId"], tests["truncated"]) == ("FAILED", build["arn"], False)
    counts = tests["testSummary"]["statusCounts"]
    assert (tests["testSummary"]["total"], counts["SUCCEEDED"], counts["FAILED"]) == (2, 1, 1)
    assert tests["testSummary"]["durationInNanoSeconds"] == 500_000_000
    assert coverage["status"] == "SUCCEEDED"
    assert coverage["codeCoverageSummary"]["lineCoveragePercentage"] == pytest.approx(200 / 3)
    assert (tests["expired"] - tests["created"]).days == 30

    failed = codebuild.describe_test_cases(reportArn=tests["arn"], filter={"status": "FAILED"})["testCases"]
    assert [(case["name"], case["message"], case["testRawDataPath"]) for case in failed] == [
        ("halves", "expected 2", "tests.xml")
    ]
    named = codebuild.describe_test_cases(reportArn=tests["arn"], filter={"keyword": "ADD"})["testCases"]
    assert [case["name"] for case in named] == ["adds"]
    pages = codebuild.get_paginator("describe_test_cases").paginate(
        reportArn=tests["arn"], PaginationConfig={"PageSize": 1}
    )
    assert [[case["name"] for case in page["testCases"]] for page in pages] == [["adds"], ["halves"]]

    rows = codebuild.describe_code_coverages(reportArn=coverage["arn"], sortBy="LINE_COVERAGE_PERCENTAGE")
    assert [row["filePath"] for row in rows["codeCoverages"]] == ["a.py", "b.py"]
    least = codebuild.describe_code_coverages(reportArn=coverage["arn"], minLineCoveragePercentage=80)
    assert [row["filePath"] for row in least["codeCoverages"]] == ["b.py"]


def test_reports_are_listed_by_group_and_status_and_removed(bench: Any, project: Any, codebuild: Any) -> None:
    name = project(spec_of(TESTS))
    (first,), (second,) = built(bench, name)["reportArns"], built(bench, name)["reportArns"]
    group = codebuild.batch_get_reports(reportArns=[first])["reports"][0]["reportGroupArn"]
    listed = codebuild.list_reports_for_report_group(reportGroupArn=group)["reports"]
    assert listed == [second, first]
    assert group in [
        arn for page in codebuild.get_paginator("list_report_groups").paginate() for arn in page["reportGroups"]
    ]
    assert second in codebuild.list_reports(filter={"status": "FAILED"})["reports"]
    assert second not in codebuild.list_reports(filter={"status": "SUCCEEDED"})["reports"]
    with pytest.raises(ClientError, match="has reports"):
        codebuild.delete_report_group(arn=group)
    codebuild.delete_report(arn=first)
    assert codebuild.batch_get_reports(reportArns=[first])["reportsNotFound"] == [first]
    codebuild.delete_report_group(arn=group, deleteReports=True)
    assert codebuild.batch_get_report_groups(reportGroupArns=[group])["reportGroupsNotFound"] == [group]
    assert codebuild.batch_get_reports(reportArns=[second])["reportsNotFound"] == [second]


def test_a_group_by_its_arn_exports_the_files(bench: Any, project: Any, codebuild: Any) -> None:
    name = bench.unique("group")
    group = codebuild.create_report_group(name=name, type="TEST", exportConfig={"exportConfigType": "NO_EXPORT"})
    arn = group["reportGroup"]["arn"]
    with pytest.raises(ClientError, match="ResourceAlreadyExistsException"):
        codebuild.create_report_group(name=name, type="TEST", exportConfig={"exportConfigType": "NO_EXPORT"})
    to_bucket = {"bucket": bench.bucket, "path": "kept", "packaging": "ZIP"}
    codebuild.update_report_group(arn=arn, exportConfig={"exportConfigType": "S3", "s3Destination": to_bucket})
    build = built(bench, project(spec_of({arn: TESTS["tests"]}, "false")))
    assert build["buildStatus"] == "FAILED"
    (report,) = build["reportArns"]
    key = f"kept/{report.rpartition(':')[2]}.zip"
    body = bench.aws.client("s3").get_object(Bucket=bench.bucket, Key=key)["Body"].read()
    assert zipfile.ZipFile(io.BytesIO(body)).namelist() == ["tests.xml"]
    assert codebuild.list_reports_for_report_group(reportGroupArn=arn)["reports"] == [report]


def test_files_that_are_missing_fail_the_build_and_unreadable_ones_only_the_report(
    bench: Any, project: Any, codebuild: Any
) -> None:
    odd = {"odd": {"files": ["out/*.xml"]}}
    missing = {"missing": {"files": ["nothing.xml"]}}
    build = built(bench, project(spec_of(odd | missing)))
    assert build["buildStatus"] == "FAILED"
    phase = next(phase for phase in build["phases"] if phase["phaseType"] == "UPLOAD_ARTIFACTS")
    assert phase["contexts"] == [
        {
            "statusCode": "CLIENT_ERROR",
            "message": "CLIENT_ERROR: Error in UPLOAD_ARTIFACTS phase: [missing: [report files not found in build]]",
        }
    ]
    (report,) = codebuild.batch_get_reports(reportArns=build["reportArns"])["reports"]
    assert (report["status"], report["testSummary"]["total"]) == ("INCOMPLETE", 2)
    assert "out/coverage.xml is not read as JUNITXML: the document is <coverage>" in log_of(bench, build)


NEEDED = (
    "codebuild:CreateReportGroup",
    "codebuild:CreateReport",
    "codebuild:BatchPutTestCases",
    "codebuild:UpdateReport",
)


@pytest.mark.parametrize("lacking", [*NEEDED, None])
def test_the_role_needs_each_permission(bench: Any, project: Any, lacking: str | None) -> None:
    allowed = [action for action in NEEDED if action != lacking]
    role = make_role(bench.aws, bench.unique("builder"), ("codebuild",), "logs:*", *allowed)
    build = built(bench, project(spec_of(TESTS), serviceRole=role))
    messages = [context["message"] for phase in build["phases"] for context in phase.get("contexts", [])]
    if lacking is None:
        assert build["buildStatus"] == "SUCCEEDED", messages
    else:
        assert build["buildStatus"] == "FAILED"
        assert f"is not authorized to perform: {lacking} on resource: arn:aws:codebuild:" in messages[-1]


def test_reading_a_report_is_a_permission_on_its_group(bench: Any, project: Any, aws: Any) -> None:
    name = project(spec_of(TESTS))
    (report,) = built(bench, name)["reportArns"]
    group = f"arn:aws:codebuild:us-east-1:{aws.announced.account_id}:report-group/{name}-tests"
    for resource, is_allowed in ((group, True), (f"{group}-other", False)):
        reader = aws.client("iam").create_user(UserName=bench.unique(f"reader-{is_allowed}"))["User"]["UserName"]
        statement = {"Effect": "Allow", "Action": "codebuild:*", "Resource": resource}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        aws.client("iam").put_user_policy(UserName=reader, PolicyName="Read", PolicyDocument=document)
        key = aws.client("iam").create_access_key(UserName=reader)["AccessKey"]
        client = aws.client("codebuild", credentials={**key, "SessionToken": None})
        if is_allowed:
            assert client.describe_test_cases(reportArn=report)["testCases"]
        else:
            with pytest.raises(ClientError, match="AccessDenied"):
                client.describe_test_cases(reportArn=report)


def test_a_group_of_the_other_type_is_refused(bench: Any, project: Any, codebuild: Any) -> None:
    created = codebuild.create_report_group(
        name=bench.unique("group"), type="CODE_COVERAGE", exportConfig={"exportConfigType": "NO_EXPORT"}
    )["reportGroup"]
    build = built(bench, project(spec_of({created["arn"]: TESTS["tests"]})))
    messages = [context["message"] for phase in build["phases"] for context in phase.get("contexts", [])]
    assert "JUNITXML makes reports of type TEST" in messages[-1]
    with pytest.raises(ClientError, match="The next token was specified in an invalid format"):
        codebuild.list_report_groups(nextToken="x")
