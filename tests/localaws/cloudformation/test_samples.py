"""Templates as public samples write them, with old and odd but legal input, deploy unmodified."""

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.localaws.cloudformation.stacks import as_parameters

FOLDER = Path(__file__).parent / "templates"


def sample(name):
    return (FOLDER / name).read_text()


def deployed(stacks, name, file, **parameters):
    stack = stacks.create(name, sample(file), Parameters=as_parameters(**parameters))
    assert stack["StackStatus"] == "CREATE_COMPLETE", stacks.reasons(name, "CREATE_FAILED")
    return stacks.outputs(name)


def removed(stacks, name):
    stack = stacks.delete(name)
    assert stack["StackStatus"] == "DELETE_COMPLETE", stacks.reasons(stack["StackId"], "DELETE_FAILED")


def test_legacy_functions(stacks, aws, unique):
    name = unique("legacy")
    outputs = deployed(stacks, name, "legacy-functions.yaml")
    function = aws.client("lambda").get_function_configuration(FunctionName=outputs["Function"])
    assert (function["Timeout"], function["MemorySize"]) == (900, 128)
    variables = {"DEBUG": "true", "RETRIES": "3", "FIRST": "111111111111", "SECOND": "222222222222"}
    assert function["Environment"]["Variables"] == variables
    assert set(outputs) == {"Function", "Topic"}
    removed(stacks, name)


def test_static_site(stacks, aws, unique):
    name = unique("site")
    bucket = deployed(stacks, name, "static-site.json")["Bucket"]
    s3 = aws.client("s3")
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "cost", "Value": "42"}]
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert rule["Expiration"] == {"Days": 30}
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    assert policy["Statement"]["Resource"] == f"arn:aws:s3:::{bucket}/*"
    removed(stacks, name)


def test_build_pipeline(stacks, aws, unique):
    name = unique("build")
    outputs = deployed(stacks, name, "build-pipeline.yaml")
    source = aws.client("codepipeline").get_pipeline(name=outputs["Pipeline"])["pipeline"]["stages"][0]["actions"][0]
    assert source["actionTypeId"]["version"] == "1"
    assert source["configuration"]["PollForSourceChanges"] == "false"
    removed(stacks, name)


def test_build_pipeline_holds_parameters_to_its_rules(stacks, unique):
    with pytest.raises(ClientError, match="A release is built with a pinned image"):
        deployed(stacks, unique("build"), "build-pipeline.yaml", Branch="release", Image="latest")


def test_model_hosting(stacks, aws, unique):
    name, latest = unique("hosting"), unique("latest")
    aws.client("ssm").put_parameter(Name=latest, Type="String", Value="1.7-1")
    outputs = deployed(stacks, name, "model-hosting.yaml", Latest=latest)
    model = aws.client("sagemaker").describe_model(ModelName=outputs["ModelName"])
    image = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
    assert model["PrimaryContainer"]["Image"] == image
    assert model["PrimaryContainer"]["Environment"] == {"WORKERS": "2", "VERBOSE": "false"}
    described = aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["Parameters"]
    assert {"ParameterKey": "Latest", "ParameterValue": latest, "ResolvedValue": "1.7-1"} in described
    removed(stacks, name)


def test_a_missing_ssm_parameter_is_told(stacks, unique):
    with pytest.raises(ClientError, match=r"Unable to fetch parameters \[/none\] from parameter store"):
        deployed(stacks, unique("hosting"), "model-hosting.yaml", Latest="/none")


def test_serverless(stacks, aws, unique):
    name = unique("serverless")
    outputs = deployed(stacks, name, "serverless.yaml")
    (mapping,) = aws.client("lambda").list_event_source_mappings(FunctionName=outputs["Worker"])["EventSourceMappings"]
    assert mapping["BatchSize"] == 5
    processed = aws.client("cloudformation").get_template(StackName=name, TemplateStage="Processed")["TemplateBody"]
    types = {resource["Type"] for resource in processed["Resources"].values()}
    assert "AWS::Lambda::EventSourceMapping" in types
    original = aws.client("cloudformation").get_template(StackName=name)["TemplateBody"]
    assert "AWS::Serverless::Function" in original
    removed(stacks, name)


def updated(stacks, name, file, **parameters):
    stack = stacks.update(name, sample(file), Parameters=as_parameters(**parameters))
    assert stack["StackStatus"] == "UPDATE_COMPLETE", stacks.reasons(name, "UPDATE_FAILED")
    return stacks.outputs(name)


def test_retraining(stacks, aws, unique):
    """YAML's own scalars: yes and no, numbers with a point, account ids that begin with a zero."""
    name, client = unique("retraining"), aws.client("lambda")
    outputs = deployed(stacks, name, "retraining.yaml")
    function = client.get_function_configuration(FunctionName=outputs["Function"])
    assert (function["Timeout"], function["MemorySize"]) == (60, 256)
    variables = {"ROUNDS": "100", "ETA": "0.3", "VERBOSE": "true", "OWNER": "012345678901"}
    assert function["Environment"]["Variables"] == variables
    tags = aws.client("s3").get_bucket_tagging(Bucket=outputs["Bucket"])["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"year": "2026", "shared": "true"}
    outputs = updated(stacks, name, "retraining.yaml", Keep="true", Recipient="team@example.com")
    function = client.get_function_configuration(FunctionName=outputs["Function"])
    assert function["Environment"]["Variables"] == {**variables, "MODE": "keep"}
    assert client.get_event_source_mapping(UUID=outputs["Mapping"])["ScalingConfig"] == {"MaximumConcurrency": 2}
    versioning = aws.client("s3").get_bucket_versioning(Bucket=outputs["Bucket"])
    assert versioning["Status"] == "Enabled"
    removed(stacks, name)


def test_release_pipeline(stacks, aws, unique):
    name = unique("release")
    outputs = deployed(stacks, name, "release-pipeline.json")
    pipeline = aws.client("codepipeline").get_pipeline(name=outputs["Pipeline"])["pipeline"]
    assert [stage["name"] for stage in pipeline["stages"]] == ["Source", "Build", "Release"]
    deploy = pipeline["stages"][2]["actions"][1]
    assert (deploy["runOrder"], deploy["actionTypeId"]["version"]) == (2, "1")
    assert deploy["configuration"]["ParameterOverrides"] == '{"Stage": "5"}'
    state = aws.client("codepipeline").get_pipeline_state(name=outputs["Pipeline"])["stageStates"][2]
    assert state["inboundTransitionState"]["disabledReason"] == "by hand"
    (project,) = aws.client("codebuild").batch_get_projects(names=[outputs["Project"]])["projects"]
    values = {each["name"]: each["value"] for each in project["environment"]["environmentVariables"]}
    assert values == {"TAG": "1.5", "ACCOUNT": aws.announced.account_id}
    removed(stacks, name)


def test_feature_workflow(stacks, aws, unique):
    name = unique("features")
    outputs = deployed(stacks, name, "feature-workflow.yaml")
    states, dynamodb = aws.client("stepfunctions"), aws.client("dynamodb")
    definition = json.loads(states.describe_state_machine(stateMachineArn=outputs["Flow"])["definition"])
    assert definition["States"]["Count"]["Result"] == {"workers": 2, "table": outputs["Table"]}
    throughput = dynamodb.describe_table(TableName=outputs["Table"])["Table"]["ProvisionedThroughput"]
    assert (throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"]) == (1, 1)
    assert outputs["User"].startswith("{{resolve:secretsmanager:"), "outputs show the reference"
    outputs = updated(stacks, name, "feature-workflow.yaml", Debug="true", Workers="3")
    definition = json.loads(states.describe_state_machine(stateMachineArn=outputs["Flow"])["definition"])
    assert definition["States"]["Count"]["Result"]["workers"] == 3
    table = dynamodb.describe_table(TableName=outputs["Table"])["Table"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    removed(stacks, name)


def test_a_transform_needs_an_acknowledgement(stacks, unique):
    with pytest.raises(ClientError, match=r"Requires capabilities : \[CAPABILITY_AUTO_EXPAND\]"):
        stacks.create(unique("stack"), sample("serverless.yaml"), Capabilities=["CAPABILITY_IAM"])
