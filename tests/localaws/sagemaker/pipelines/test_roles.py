"""What the pipeline's role may not do fails the step with the service's reason; what the caller may not do is
refused."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.localaws.sagemaker.pipelines.conftest import ALLOWED, NUMBERS, make_role
from tests.localaws.sagemaker.pipelines.definitions import callback, function, json_get, training
from tests.localaws.sagemaker.pipelines.test_executions import message, queue

__all__ = ["queue"]


def denied(aws, unique, *actions: str) -> str:
    """A role that may do all that steps do, but for these actions."""
    deny = {"Effect": "Deny", "Action": list(actions), "Resource": "*"}
    return make_role(aws, f"{unique('narrow')}-{next(NUMBERS)}", [*ALLOWED, deny])


def reason(lab, role: str, *steps, **members) -> str:
    """Why the last step of a pipeline of this role failed."""
    arn = lab.run(lab.create(*steps, RoleArn=role, **members))["PipelineExecutionArn"]
    step = list(lab.steps(arn).values())[-1]
    assert step["StepStatus"] == "Failed", step
    return step["FailureReason"]


def test_a_job_needs_to_pass_its_role_and_to_be_tagged(lab, aws, unique) -> None:
    job = training("T", {"RoleArn": lab.role})
    passing = reason(lab, denied(aws, unique, "iam:PassRole"), job)
    assert passing.startswith("ClientError: Failed to invoke sagemaker:CreateTrainingJob. Error Details: User:")
    assert "not authorized to perform: iam:PassRole" in passing
    tagged = {"Tags": [{"Key": "a", "Value": "1"}]}
    assert "sagemaker:AddTags" in reason(lab, denied(aws, unique, "sagemaker:AddTags"), job, **tagged)


def test_a_function_and_a_file_need_permission_too(lab, aws, unique, double) -> None:
    role = denied(aws, unique, "lambda:InvokeFunction")
    assert "lambda:InvokeFunction" in reason(lab, role, function("A", {}, double))
    write = """
        import os
        os.makedirs("/opt/ml/processing/report", exist_ok=True)
        open("/opt/ml/processing/report/r.json", "w").write('{"a": 1}')
    """
    outputs = {"Outputs": [lab.output("report", f"s3://{lab.bucket}/{lab.names('report')}")]}
    file = {"PropertyFileName": "R", "OutputName": "report", "FilePath": "r.json"}
    script = lab.script("P", write, {"ProcessingOutputConfig": outputs}, PropertyFiles=[file])
    role = denied(aws, unique, "s3:GetObject")
    script["Arguments"]["RoleArn"] = lab.role
    assert "s3:GetObject" in reason(lab, role, script, function("A", {"x": json_get("P", "R", "a")}, double))


def test_a_role_that_sagemaker_may_not_assume_fails_the_step(lab, aws, unique, double) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = aws.client("iam").create_role(
        RoleName=unique("stranger"),
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )["Role"]["Arn"]
    assert f"Could not assume role {role}" in reason(lab, role, function("A", {}, double))


@pytest.fixture
def caller(aws, unique):
    """Makes the SageMaker client of a user with these statements."""

    def make(*statements):
        iam, name = aws.client("iam"), f"{unique('caller')}-{next(NUMBERS)}"
        iam.create_user(UserName=name)
        policy = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_user_policy(UserName=name, PolicyName="Allowed", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        credentials = {
            "AccessKeyId": key["AccessKeyId"],
            "SecretAccessKey": key["SecretAccessKey"],
            "SessionToken": None,
        }
        return aws.client("sagemaker", credentials=credentials)

    return make


def test_the_caller_is_asked_for_the_pipeline_the_execution_and_the_role(lab, aws, caller, queue) -> None:
    name = lab.create(callback("Ask", {}, queue))
    here = "arn:aws:sagemaker:us-east-1:123456789012:pipeline"
    answers = ["sagemaker:SendPipelineExecutionStepSuccess", "sagemaker:DescribePipelineExecution"]
    starter = caller(
        {"Effect": "Allow", "Action": "sagemaker:StartPipelineExecution", "Resource": f"{here}/{name}"},
        {"Effect": "Allow", "Action": answers, "Resource": f"{here}/{name}/execution/*"},
    )
    arn = starter.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
    with pytest.raises(ClientError, match="iam:PassRole"):
        starter.start_pipeline_execution(PipelineName=name, RoleArn=lab.role)
    stranger = caller({"Effect": "Allow", "Action": answers, "Resource": f"{here}/other/execution/*"})
    token = message(aws, queue)["token"]
    for refused in (
        lambda: stranger.describe_pipeline_execution(PipelineExecutionArn=arn),
        lambda: stranger.send_pipeline_execution_step_success(CallbackToken=token),
        lambda: starter.stop_pipeline_execution(PipelineExecutionArn=arn),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            refused()
    starter.send_pipeline_execution_step_success(CallbackToken=token)
    assert lab.ended(arn)["PipelineExecutionStatus"] == "Succeeded"
