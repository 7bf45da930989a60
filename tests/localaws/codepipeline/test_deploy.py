"""Deploy and Step Functions actions do what they say in the other services."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.codepipeline.workbench import action, approval, stage, zipped
from tests.localaws.inboxes import make_role
from tests.localaws.waiting import wait_until

TEMPLATE = json.dumps(
    {
        "Parameters": {"TopicName": {"Type": "String"}, "Where": {"Type": "String", "Default": "-"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "TopicName"}}}},
        "Outputs": {"TopicArn": {"Value": {"Ref": "Topic"}}, "Where": {"Value": {"Ref": "Where"}}},
    }
)


def deploy(mode: str, **configuration: str) -> dict[str, Any]:
    return action(
        f"Deploy{mode.replace('_', '')}",
        "Deploy",
        "CloudFormation",
        inputs=["SourceOutput"],
        configuration={"ActionMode": mode, **configuration},
    )


def with_template(bench: Any, topic: str) -> None:
    settings = json.dumps({"Parameters": {"TopicName": topic}})
    values = json.dumps({"City": "Turin"})
    bench.upload(body=zipped(template__json=TEMPLATE, settings__json=settings, values__json=values))


def test_a_stack_is_created_from_the_artifact_and_its_outputs_become_variables(bench: Any) -> None:
    topic, stack = bench.unique("topic"), bench.unique("stack")
    with_template(bench, topic)
    create = deploy(
        "CREATE_UPDATE",
        StackName=stack,
        TemplatePath="SourceOutput::template.json",
        TemplateConfiguration="SourceOutput::settings.json",
        ParameterOverrides=json.dumps({"Where": {"Fn::GetParam": ["SourceOutput", "values.json", "City"]}}),
    )
    create["namespace"] = "Stack"
    name = bench.create(
        stage("Deploy", create), stage("Gate", approval(configuration={"CustomData": "#{Stack.TopicArn}"}))
    )
    bench.token_of(name)
    run = bench.action_runs(name, create["name"])[0]
    assert run["output"]["outputVariables"]["Where"] == "Turin"
    resolved = bench.action_runs(name, "Approve")[0]["input"]["resolvedConfiguration"]["CustomData"]
    assert resolved.endswith(f":{topic}")
    outputs = bench.aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    assert {output["OutputKey"] for output in outputs} == {"TopicArn", "Where"}


def test_a_stack_that_failed_is_replaced_and_its_outputs_are_put_into_the_output_artifact(bench: Any) -> None:
    topic, stack = bench.unique("topic"), bench.unique("stack")
    cloudformation = bench.aws.client("cloudformation")
    broken = {"Resources": {"Profile": {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": ["absent"]}}}}
    capabilities = ["CAPABILITY_IAM"]
    cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps(broken), Capabilities=capabilities)
    failed = wait_until(lambda: _ended_stack(cloudformation, stack))
    assert failed["StackStatus"] == "ROLLBACK_COMPLETE"

    with_template(bench, topic)
    replace = deploy(
        "REPLACE_ON_FAILURE",
        StackName=stack,
        TemplatePath="SourceOutput::template.json",
        TemplateConfiguration="SourceOutput::settings.json",
        OutputFileName="outputs.json",
    )
    replace["outputArtifacts"] = [{"name": "StackOutput"}]
    name = bench.create(stage("Deploy", replace))
    assert bench.ended(name) == "Succeeded", bench.action_state(name, replace["name"])
    present = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    assert present["StackId"] != failed["StackId"]
    assert bench.artifact(name, replace["name"], "outputs.json") == {
        output["OutputKey"]: output["OutputValue"] for output in present["Outputs"]
    }

    again = bench.start(name)
    assert bench.ended(name, again) == "Succeeded"
    assert bench.action_state(name, replace["name"])["summary"] == f"Stack {stack} has no changes."
    assert cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackId"] == present["StackId"]


def test_without_a_file_name_there_is_no_output_artifact_and_the_stack_policy_is_set(bench: Any) -> None:
    stack = bench.unique("stack")
    allow = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
    settings = {"Parameters": {"TopicName": bench.unique("topic")}, "StackPolicy": {"Statement": [allow]}}
    bench.upload(body=zipped(template__json=TEMPLATE, settings__json=json.dumps(settings)))
    create = deploy(
        "CREATE_UPDATE",
        StackName=stack,
        TemplatePath="SourceOutput::template.json",
        TemplateConfiguration="SourceOutput::settings.json",
    )
    create["outputArtifacts"] = [{"name": "StackOutput"}]
    name = bench.create(stage("Deploy", create))
    assert bench.ended(name) == "Succeeded", bench.action_state(name, create["name"])
    with pytest.raises(ClientError, match="NoSuchKey"):
        bench.artifact(name, create["name"], "outputs.json")
    policy = bench.aws.client("cloudformation").get_stack_policy(StackName=stack)["StackPolicyBody"]
    assert json.loads(policy) == settings["StackPolicy"]


def _ended_stack(cloudformation: Any, name: str) -> dict[str, Any] | None:
    stack: dict[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack


def test_a_change_set_is_made_and_executed_and_the_stack_deleted(bench: Any) -> None:
    topic, stack = bench.unique("topic"), bench.unique("stack")
    with_template(bench, topic)
    named = {"StackName": stack, "ChangeSetName": "changes"}
    make = deploy(
        "CHANGE_SET_REPLACE",
        **named,
        TemplatePath="SourceOutput::template.json",
        TemplateConfiguration="SourceOutput::settings.json",
    )
    execute = deploy("CHANGE_SET_EXECUTE", **named)
    delete = deploy("DELETE_ONLY", StackName=stack)
    name = bench.create(
        stage("Make", make), stage("Ask", approval()), stage("Execute", execute), stage("Delete", delete)
    )
    bench.answer(name, "Ask")
    assert bench.ended(name) == "Succeeded", bench.codepipeline.get_pipeline_state(name=name)
    assert bench.action_state(name, execute["name"])["summary"] == f"Stack {stack} was changed."
    with pytest.raises(Exception, match="does not exist"):
        bench.aws.client("cloudformation").describe_stacks(StackName=stack)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ("{", "not JSON"),
        ('{"Where": {"Fn::GetParam": ["SourceOutput", "values.json", "Country"]}}', "no key Country"),
        ('{"Where": {"Fn::GetArtifactAtt": ["Other", "URL"]}}', "not an input artifact"),
        ('{"Where": {"Fn::Nothing": "x"}}', "Where"),
    ],
)
def test_a_parameter_override_that_cannot_be_resolved_fails_the_action(
    bench: Any, overrides: str, message: str
) -> None:
    with_template(bench, "any")
    broken = deploy(
        "CREATE_UPDATE",
        StackName=bench.unique("stack"),
        TemplatePath="SourceOutput::template.json",
        ParameterOverrides=overrides,
    )
    name = bench.create(stage("Deploy", broken))
    assert bench.ended(name) == "Failed"
    assert message in bench.action_state(name, broken["name"])["errorDetails"]["message"]


def test_a_missing_template_fails_the_action_by_name(bench: Any) -> None:
    with_template(bench, "any")
    broken = deploy("CREATE_UPDATE", StackName="any", TemplatePath="SourceOutput::absent.json")
    name = bench.create(stage("Deploy", broken))
    assert bench.ended(name) == "Failed"
    error = bench.action_state(name, broken["name"])["errorDetails"]
    assert error["message"] == "File [absent.json] does not exist in artifact [SourceOutput]"


def s3_deploy(**configuration: str) -> dict[str, Any]:
    return action("Copy", "Deploy", "S3", inputs=["SourceOutput"], configuration=configuration)


def test_an_artifact_is_unzipped_into_a_bucket(bench: Any) -> None:
    bench.upload(body=zipped(index__html="<p>hello</p>"))
    copy = s3_deploy(BucketName=bench.bucket, Extract="true", ObjectKey="site", CacheControl="max-age=60")
    name = bench.create(stage("Deploy", copy))
    assert bench.ended(name) == "Succeeded"
    found = bench.aws.client("s3").get_object(Bucket=bench.bucket, Key="site/index.html")
    assert (found["Body"].read(), found["ContentType"], found["CacheControl"]) == (
        b"<p>hello</p>",
        "text/html",
        "max-age=60",
    )


def test_a_deploy_action_to_a_bucket_has_no_targets(bench: Any) -> None:
    name = bench.create(stage("Deploy", s3_deploy(BucketName=bench.bucket, Extract="false", ObjectKey="copy")))
    assert bench.ended(name) == "Succeeded"
    deployed, fetched = (bench.action_runs(name, action)[0]["actionExecutionId"] for action in ("Copy", "Fetch"))
    targets = bench.codepipeline.list_deploy_action_execution_targets
    assert targets(pipelineName=name, actionExecutionId=deployed)["targets"] == []
    assert targets(actionExecutionId=deployed)["targets"] == []
    with pytest.raises(ClientError, match="deploys nothing"):
        targets(actionExecutionId=fetched)
    with pytest.raises(bench.codepipeline.exceptions.ActionExecutionNotFoundException):
        targets(actionExecutionId="00000000-0000-0000-0000-000000000000")
    with pytest.raises(bench.codepipeline.exceptions.PipelineNotFoundException):
        targets(pipelineName="absent", actionExecutionId=deployed)


def test_an_artifact_that_is_no_zip_is_put_as_it_is(bench: Any) -> None:
    name = bench.create(
        stage("Deploy", s3_deploy(BucketName=bench.bucket, Extract="false", ObjectKey="copy/{uuid}.bin"))
    )
    assert bench.ended(name) == "Succeeded"
    keys = [
        entry["Key"]
        for entry in bench.aws.client("s3").list_objects_v2(Bucket=bench.bucket, Prefix="copy/")["Contents"]
    ]
    assert len(keys) == 1
    assert "{" not in keys[0]


def test_what_is_no_zip_cannot_be_extracted(bench: Any) -> None:
    name = bench.create(stage("Deploy", s3_deploy(BucketName=bench.bucket, Extract="true")))
    assert bench.ended(name) == "Failed"
    assert "not a zip" in bench.action_state(name, "Copy")["errorDetails"]["message"]


def machine(bench: Any, definition: dict[str, Any]) -> str:
    role = make_role(bench.aws, bench.unique("machine"), ("states",), "logs:CreateLogGroup")
    arn: str = bench.aws.client("stepfunctions").create_state_machine(
        name=bench.unique("machine"), definition=json.dumps(definition), roleArn=role
    )["stateMachineArn"]
    return arn


def test_a_state_machine_runs_with_its_input_and_gives_its_output(bench: Any) -> None:
    arn = machine(bench, {"StartAt": "End", "States": {"End": {"Type": "Pass", "End": True}}})
    run = action(
        "Run",
        "Invoke",
        "StepFunctions",
        configuration={"StateMachineArn": arn, "Input": '{"rows": 3}', "ExecutionNamePrefix": "tests"},
        outputs=["Output"],
        namespace="Machine",
    )
    name = bench.create(stage("States", run))
    assert bench.ended(name) == "Succeeded", bench.action_state(name, "Run")
    execution = bench.action_runs(name, "Run")[0]["output"]["outputVariables"]["ExecutionArn"]
    found = bench.aws.client("stepfunctions").describe_execution(executionArn=execution)
    assert json.loads(found["output"]) == {"rows": 3}


def test_a_failed_state_machine_fails_the_action_with_its_cause(bench: Any) -> None:
    arn = machine(
        bench, {"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "TooFew", "Cause": "three rows"}}}
    )
    name = bench.create(
        stage("States", action("Run", "Invoke", "StepFunctions", configuration={"StateMachineArn": arn}))
    )
    assert bench.ended(name) == "Failed"
    assert "TooFew" in bench.action_state(name, "Run")["errorDetails"]["message"]
