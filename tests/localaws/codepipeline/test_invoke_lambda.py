"""Lambda actions: the job that a function gets, and what its answers do. The test answers in the function's place."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.codepipeline.conftest import TRUST
from tests.localaws.codepipeline.workbench import function, stage

pytestmark = pytest.mark.usefixtures("silent_function")


def test_a_success_result_ends_the_action_with_summary_and_variables(bench: Any) -> None:
    name = bench.create(stage("Invoke", function(namespace="Called", outputs=["Made"])))
    bench.codepipeline.put_job_success_result(
        jobId=bench.job_of(name),
        executionDetails={"summary": "all good", "externalExecutionId": "outside-1", "percentComplete": 100},
        outputVariables={"Answer": "42"},
    )
    assert bench.ended(name) == "Succeeded"
    run = bench.action_runs(name, "Call")[0]
    assert run["output"]["outputVariables"] == {"Answer": "42"}
    assert run["output"]["executionResult"] == {
        "externalExecutionId": "outside-1",
        "externalExecutionSummary": "all good",
    }
    assert bench.action_state(name, "Call")["percentComplete"] == 100


def test_a_failure_result_fails_the_execution_and_shows_its_reason_everywhere(bench: Any) -> None:
    name = bench.create(stage("Invoke", function()))
    details = {"type": "ConfigurationError", "message": "model-name is missing"}
    bench.codepipeline.put_job_failure_result(jobId=bench.job_of(name), failureDetails=details)
    assert bench.ended(name) == "Failed"
    shown = {"code": "ConfigurationError", "message": "model-name is missing"}
    assert bench.action_state(name, "Call")["errorDetails"] == shown
    assert bench.action_runs(name, "Call")[0]["output"]["executionResult"]["errorDetails"] == shown


def test_a_continuation_token_brings_a_new_job_with_the_token(bench: Any) -> None:
    name = bench.create(stage("Invoke", function()))
    first = bench.job_of(name)
    bench.codepipeline.put_job_success_result(jobId=first, continuationToken="remember me")
    second = bench.job_of(name, other_than=first)
    details = bench.codepipeline.get_job_details(jobId=second)["jobDetails"]["data"]
    assert details["continuationToken"] == "remember me"
    assert details["pipelineContext"]["pipelineName"] == name
    bench.codepipeline.put_job_success_result(jobId=second)
    assert bench.ended(name) == "Succeeded"


def test_a_job_takes_one_result_only(bench: Any) -> None:
    name = bench.create(stage("Invoke", function()))
    job = bench.job_of(name)
    bench.codepipeline.put_job_success_result(jobId=job)
    with pytest.raises(ClientError) as refused:
        bench.codepipeline.put_job_success_result(jobId=job)
    assert refused.value.response["Error"]["Code"] == "InvalidJobStateException"


def test_an_unknown_job_is_not_found(bench: Any) -> None:
    with pytest.raises(ClientError) as refused:
        bench.codepipeline.put_job_success_result(jobId="00000000-0000-0000-0000-000000000000")
    assert refused.value.response["Error"]["Code"] == "JobNotFoundException"


def test_output_variables_do_not_go_with_a_continuation_token(bench: Any) -> None:
    name = bench.create(stage("Invoke", function()))
    job = bench.job_of(name)
    with pytest.raises(ClientError, match="Output variables"):
        bench.codepipeline.put_job_success_result(jobId=job, continuationToken="t", outputVariables={"A": "1"})
    bench.codepipeline.put_job_success_result(jobId=job)


def test_a_continuation_token_has_at_most_2048_characters(bench: Any) -> None:
    with pytest.raises(ClientError) as refused:
        bench.codepipeline.put_job_success_result(
            jobId="00000000-0000-0000-0000-000000000000", continuationToken="t" * 2049
        )
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert "Member must have length less than or equal to 2048" in refused.value.response["Error"]["Message"]


def test_output_variables_have_at_most_122880_bytes_together(bench: Any) -> None:
    name = bench.create(stage("Invoke", function()))
    job = bench.job_of(name)
    with pytest.raises(ClientError) as refused:
        bench.codepipeline.put_job_success_result(jobId=job, outputVariables={"Large": "x" * 122_876})
    assert refused.value.response["Error"]["Code"] == "OutputVariablesSizeExceededException"
    bench.codepipeline.put_job_success_result(jobId=job, outputVariables={"Large": "x" * 122_875})


def test_variables_of_earlier_actions_are_resolved_in_the_configuration(bench: Any) -> None:
    parameters = {"UserParameters": "#{Source.ObjectKey} in #{codepipeline.PipelineExecutionId}"}
    name = bench.create(stage("Invoke", function(configuration=parameters)))
    bench.codepipeline.put_job_success_result(jobId=bench.job_of(name))
    bench.ended(name)
    run = bench.action_runs(name, "Call")[0]
    execution_id = bench.executions(name)[0]["pipelineExecutionId"]
    assert run["input"]["configuration"]["UserParameters"] == parameters["UserParameters"]
    assert run["input"]["resolvedConfiguration"]["UserParameters"] == f"source.zip in {execution_id}"


def test_a_variable_that_nobody_made_fails_the_action_by_name(bench: Any) -> None:
    name = bench.create(stage("Invoke", function(configuration={"UserParameters": "#{Source.Nothing}"})))
    assert bench.ended(name) == "Failed"
    assert "#{Source.Nothing}" in bench.action_state(name, "Call")["errorDetails"]["message"]


def test_a_missing_function_fails_the_action(bench: Any) -> None:
    name = bench.create(stage("Invoke", function(function_name="no-such-function")))
    assert bench.ended(name) == "Failed"
    error = bench.action_state(name, "Call")["errorDetails"]
    assert error["code"] == "ConfigurationError"
    assert "no-such-function" in error["message"]


def test_a_role_that_is_not_there_fails_the_action(bench: Any) -> None:
    name = bench.create(stage("Invoke", function(roleArn="arn:aws:iam::123456789012:role/absent")))
    assert bench.ended(name) == "Failed"
    error = bench.action_state(name, "Call")["errorDetails"]
    assert error["code"] == "PermissionError"
    assert "AssumeRole" in error["message"]


def test_the_job_names_the_places_of_its_artifacts_as_codepipeline_does(bench: Any) -> None:
    name = bench.create(stage("Invoke", function(inputs=["SourceOutput"], outputs=["MadeByTheFunction"])))
    job = bench.job_of(name)
    data = bench.codepipeline.get_job_details(jobId=job)["jobDetails"]["data"]
    place = data["outputArtifacts"][0]["location"]["s3Location"]
    assert place["bucketName"] == bench.bucket
    pipeline_part, artifact_part, random_part = place["objectKey"].split("/")
    assert (pipeline_part, artifact_part, len(random_part)) == (name[:20], "MadeByTheF", 7)
    taken = data["inputArtifacts"][0]["location"]["s3Location"]
    body = bench.aws.client("s3").get_object(Bucket=taken["bucketName"], Key=taken["objectKey"])["Body"].read()
    assert body == b"any bytes"
    bench.codepipeline.put_job_success_result(jobId=job)


def test_a_role_that_may_not_invoke_fails_the_action_with_permission_error(bench: Any) -> None:
    iam, name = bench.aws.client("iam"), bench.unique("only-s3")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*", "kms:*"], "Resource": "*"}]}
    iam.put_role_policy(RoleName=name, PolicyName="S3", PolicyDocument=json.dumps(allow))
    pipeline = bench.create(stage("Invoke", function()), roleArn=role)
    assert bench.ended(pipeline) == "Failed"
    assert bench.action_state(pipeline, "Fetch")["status"] == "Succeeded"
    error = bench.action_state(pipeline, "Call")["errorDetails"]
    assert error["code"] == "PermissionError"
    assert "lambda:InvokeFunction" in error["message"]
