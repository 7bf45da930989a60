"""The S3 source: versions, revisions, what is refused."""

from typing import Any

import pytest

from tests.localaws.codepipeline.workbench import approval, stage
from tests.localaws.waiting import wait_until


def test_the_source_revision_and_variables_are_shown(bench: Any) -> None:
    version = bench.upload(body=b"second")
    name = bench.create(stage("Gate", approval()))
    bench.token_of(name)
    run = bench.action_runs(name, "Fetch")[0]
    assert run["output"]["outputVariables"]["VersionId"] == version
    assert run["output"]["outputVariables"]["BucketName"] == bench.bucket
    assert run["output"]["executionResult"]["externalExecutionSummary"] == f"Amazon S3 version id: {version}"
    revision = bench.executions(name)[0]["sourceRevisions"][0]
    assert (revision["actionName"], revision["revisionId"]) == ("Fetch", version)


def test_an_artifact_need_not_be_a_zip_and_is_encrypted(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()))
    bench.token_of(name)
    place = bench.action_runs(name, "Fetch")[0]["output"]["outputArtifacts"][0]["s3location"]
    found = bench.aws.client("s3").get_object(Bucket=place["bucket"], Key=place["key"])
    assert found["Body"].read() == b"any bytes"
    assert found["ServerSideEncryption"] == "aws:kms"


def test_a_customers_key_encrypts_the_artifacts(bench: Any) -> None:
    key = bench.aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    store = {"type": "S3", "location": bench.bucket, "encryptionKey": {"id": key, "type": "KMS"}}
    name = bench.create(stage("Gate", approval()), artifactStore=store)
    bench.token_of(name)
    place = bench.action_runs(name, "Fetch")[0]["output"]["outputArtifacts"][0]["s3location"]
    found = bench.aws.client("s3").head_object(Bucket=place["bucket"], Key=place["key"])
    assert found["SSEKMSKeyId"] == key


def test_an_execution_can_be_started_with_an_older_version(bench: Any) -> None:
    old = bench.upload(body=b"old")
    bench.upload(body=b"new")
    name = bench.create(stage("Gate", approval()))
    bench.token_of(name)
    revision = {"actionName": "Fetch", "revisionType": "S3_OBJECT_VERSION_ID", "revisionValue": old}
    started = bench.start(name, sourceRevisions=[revision])

    def fetched() -> Any:
        return next(
            (
                r
                for r in bench.action_runs(name, "Fetch")
                if r["pipelineExecutionId"] == started and r["status"] == "Succeeded"
            ),
            None,
        )

    assert wait_until(fetched)["output"]["outputVariables"]["VersionId"] == old


def test_a_revision_for_an_unknown_source_is_refused(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()))
    revision = {"actionName": "Nothing", "revisionType": "S3_OBJECT_VERSION_ID", "revisionValue": "x"}
    with pytest.raises(bench.codepipeline.exceptions.ValidationException, match="Nothing"):
        bench.start(name, sourceRevisions=[revision])


def test_a_bucket_without_versions_fails_the_source(bench: Any) -> None:
    bucket = bench.unique("plain")
    bench.aws.client("s3").create_bucket(Bucket=bucket)
    bench.aws.client("s3").put_object(Bucket=bucket, Key="source.zip", Body=b"x")
    declaration = bench.declaration(stage("Gate", approval()))
    declaration["stages"][0]["actions"][0]["configuration"]["S3Bucket"] = bucket
    bench.codepipeline.create_pipeline(pipeline=declaration)
    assert bench.ended(declaration["name"]) == "Failed"
    error = bench.action_state(declaration["name"], "Fetch")["errorDetails"]
    assert "versioning" in error["message"]


def test_a_missing_object_fails_the_source_by_name(bench: Any) -> None:
    declaration = bench.declaration(stage("Gate", approval()))
    declaration["stages"][0] = stage("Source", bench.source(key="absent.zip"))
    bench.codepipeline.create_pipeline(pipeline=declaration)
    assert bench.ended(declaration["name"]) == "Failed"
    error = bench.action_state(declaration["name"], "Fetch")["errorDetails"]
    assert "absent.zip" in error["message"]


def test_a_role_without_rights_fails_the_source(bench: Any) -> None:
    import json

    from tests.localaws.codepipeline.conftest import TRUST

    role = bench.aws.client("iam").create_role(
        RoleName=bench.unique("weak"), AssumeRolePolicyDocument=json.dumps(TRUST)
    )["Role"]["Arn"]
    name = bench.create(stage("Gate", approval()), roleArn=role)
    assert bench.ended(name) == "Failed"
    assert bench.action_state(name, "Fetch")["errorDetails"]["code"] == "PermissionError"
