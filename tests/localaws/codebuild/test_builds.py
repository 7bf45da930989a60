"""Builds as the API has them: overrides, versions of sources, logs, started again and removed."""

import gzip
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.codebuild.builds import built, ended, log_of
from tests.localaws.codepipeline.workbench import zipped

HELLO = "version: 0.2\nphases: {build: {commands: ['echo hello $NAME']}}\n"


def test_a_log_goes_to_a_bucket_instead_of_a_stream(bench: Any, project: Any) -> None:
    to_bucket = {"status": "ENABLED", "location": f"{bench.bucket}/logs"}
    name = project(HELLO, logsConfig={"s3Logs": to_bucket, "cloudWatchLogs": {"status": "DISABLED"}})
    build = built(bench, name)
    assert build["buildStatus"] == "SUCCEEDED"
    assert "groupName" not in build["logs"]
    assert build["logs"]["cloudWatchLogsArn"].endswith(":log-group:null:log-stream:null")
    bucket, _, key = build["logs"]["s3LogsArn"].removeprefix("arn:aws:s3:::").partition("/")
    assert key == f"logs/{build['id'].rpartition(':')[2]}.gz"
    text = gzip.decompress(bench.aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()).decode()
    assert "\nhello\n" in text
    groups = bench.aws.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/codebuild/{name}")["logGroups"]
    assert groups == []


def test_a_log_that_cannot_be_put_fails_no_build(bench: Any, project: Any) -> None:
    build = built(
        bench, project(HELLO, logsConfig={"s3Logs": {"status": "ENABLED", "location": "no-such-bucket-here"}})
    )
    assert build["buildStatus"] == "SUCCEEDED"
    assert "Unable to upload the log to s3://no-such-bucket-here/" in log_of(bench, build)


def test_a_log_to_a_bucket_needs_the_bucket(project: Any) -> None:
    with pytest.raises(ClientError, match="Logs to S3 need a location"):
        project(HELLO, logsConfig={"s3Logs": {"status": "ENABLED"}})


def test_a_build_is_started_again_as_it_was_and_removed(bench: Any, project: Any) -> None:
    codebuild = bench.aws.client("codebuild")
    variables = [{"name": "NAME", "value": "wine"}]
    first = built(bench, project(HELLO), environmentVariablesOverride=variables, imageOverride="other:1")
    assert first["environment"]["image"] == "other:1"
    again = ended(bench, codebuild.retry_build(id=first["id"])["build"]["id"])
    assert (again["buildNumber"], again["environment"]) == (2, first["environment"])
    assert "hello wine" in log_of(bench, again)
    answer = codebuild.batch_delete_builds(ids=[first["id"], "none:at-all"])
    assert answer["buildsDeleted"] == [first["arn"]]
    assert answer["buildsNotDeleted"] == [{"id": "none:at-all", "statusCode": "BUILD_NOT_FOUND"}]
    assert codebuild.list_builds_for_project(projectName=first["projectName"])["ids"] == [again["id"]]


def test_a_build_under_way_is_neither_started_again_nor_removed(bench: Any, project: Any) -> None:
    codebuild = bench.aws.client("codebuild")
    name = project("version: 0.2\nphases: {build: {commands: [sleep 600]}}\n")
    build_id = codebuild.start_build(projectName=name)["build"]["id"]
    with pytest.raises(ClientError, match="is in progress"):
        codebuild.retry_build(id=build_id)
    answer = codebuild.batch_delete_builds(ids=[build_id])
    assert answer["buildsNotDeleted"] == [{"id": build_id, "statusCode": "BUILD_IN_PROGRESS"}]
    assert codebuild.stop_build(id=build_id)["build"]["buildStatus"] == "STOPPED"
    assert ended(bench, build_id)["buildStatus"] == "STOPPED"


def test_the_version_of_a_source_in_a_bucket_is_the_one_asked_for(bench: Any, project: Any) -> None:
    old = bench.upload("source.zip", zipped(buildspec__yml=HELLO.replace("hello", "the old")))
    bench.upload("source.zip", zipped(buildspec__yml=HELLO.replace("hello", "the new")))
    name = project("", source={"type": "S3", "location": f"{bench.bucket}/source.zip"})
    assert "the new" in log_of(bench, built(bench, name))
    build = built(bench, name, sourceVersion=old)
    assert build["resolvedSourceVersion"] == old
    assert "the old" in log_of(bench, build)
