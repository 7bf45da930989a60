"""Pipelines and their versions through boto3: what is kept, what is refused, in which words."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.localaws.sagemaker.pipelines.definitions import fail, function, parameter, text


def refused(call, /, **members) -> dict[str, str]:
    with pytest.raises(ClientError) as error:
        call(**members)
    return error.value.response["Error"]


def test_a_bad_definition_is_refused_by_the_api(lab) -> None:
    given = {"PipelineName": lab.names("bad"), "RoleArn": lab.role}
    found = refused(lab.sagemaker.create_pipeline, PipelineDefinition="not json", **given)
    assert found["Code"] == "ValidationException"
    assert found["Message"].startswith("Unable to parse pipeline definition.")
    assert "provided" in refused(lab.sagemaker.create_pipeline, **given)["Message"]
    name = lab.create(function("A"))
    broken = text(function("A", DependsOn=["B"]))
    update = refused(lab.sagemaker.update_pipeline, PipelineName=name, PipelineDefinition=broken)
    assert "does not exist" in update["Message"]
    assert [each["PipelineVersionId"] for each in versions(lab, name)] == [1]


def versions(lab, name: str) -> list[dict]:
    return lab.sagemaker.list_pipeline_versions(PipelineName=name)["PipelineVersionSummaries"]


def test_a_second_pipeline_of_the_name_is_refused_as_the_sdk_expects(lab) -> None:
    name = lab.create(function("A"))
    found = refused(
        lab.sagemaker.create_pipeline, PipelineName=name, RoleArn=lab.role, PipelineDefinition=text(function("A"))
    )
    assert found["Code"] == "ValidationException"
    assert found["Message"] == (
        f"Pipeline names must be unique within an AWS account and region. Pipeline with name ({name}) already exists."
    )


def test_versions_count_up_and_can_be_described_and_started(lab) -> None:
    name = lab.create(function("A"))
    update = {"PipelineName": name, "PipelineDefinition": text(fail("F"))}
    answer = lab.sagemaker.update_pipeline(**update, PipelineVersionAliases=["failing"])
    assert answer["PipelineVersionId"] == 2
    assert [each["PipelineVersionId"] for each in versions(lab, name)] == [2, 1]
    one = lab.sagemaker.describe_pipeline(PipelineName=answer["PipelineArn"], PipelineVersionId=1)
    two = lab.sagemaker.describe_pipeline(PipelineName=name, PipelineVersionAlias="failing")
    assert [json.loads(each["PipelineDefinition"])["Steps"][0]["Name"] for each in (one, two)] == ["A", "F"]
    assert one["PipelineStatus"] == "Active"
    assert one["CreatedBy"]["IamIdentity"]["Arn"].endswith("user/admin")
    ended = lab.run(name)
    assert (ended["PipelineVersionId"], ended["PipelineVersionAliases"]) == (2, ["failing"])
    described = lab.sagemaker.describe_pipeline_definition_for_execution(
        PipelineExecutionArn=ended["PipelineExecutionArn"]
    )
    assert json.loads(described["PipelineDefinition"]) == json.loads(update["PipelineDefinition"])
    assert versions(lab, name)[0]["LastExecutionPipelineExecutionArn"] == ended["PipelineExecutionArn"]


def test_an_alias_stands_for_one_version(lab) -> None:
    name = lab.create(function("A"), PipelineVersionAliases=["live"])
    arn = lab.sagemaker.update_pipeline(PipelineName=name, PipelineDefinition=text(function("B")))["PipelineArn"]
    change = {"PipelineArn": arn, "PipelineVersionId": 2}
    add = {"PipelineVersionAliasOperations": {"Add": ["live"]}}
    assert refused(lab.sagemaker.update_pipeline_version, **change, **add)["Code"] == "ConflictException"
    lab.sagemaker.update_pipeline_version(
        PipelineArn=arn, PipelineVersionId=1, PipelineVersionAliasOperations={"Remove": ["live"]}
    )
    lab.sagemaker.update_pipeline_version(**change, **add, PipelineVersionDisplayName="second")
    found = lab.sagemaker.describe_pipeline(PipelineName=name, PipelineVersionAlias="live")
    assert found["PipelineVersionDisplayName"] == "second"
    unknown = refused(lab.sagemaker.describe_pipeline, PipelineName=name, PipelineVersionId=7)
    assert unknown["Code"] == "ResourceNotFound"


def test_a_definition_is_read_from_s3_as_the_pipelines_role(lab, aws) -> None:
    whole = text(function("A"))
    aws.client("s3").put_object(Bucket=lab.bucket, Key="definitions/a.json", Body=whole.encode())
    place = {"Bucket": lab.bucket, "ObjectKey": "definitions/a.json"}
    name = lab.create(PipelineDefinitionS3Location=place)
    assert lab.sagemaker.describe_pipeline(PipelineName=name)["PipelineDefinition"] == whole
    missing = refused(
        lab.sagemaker.update_pipeline,
        PipelineName=name,
        PipelineDefinitionS3Location={"Bucket": lab.bucket, "ObjectKey": "definitions/none.json"},
    )
    assert "definitions/none.json" in missing["Message"]
    both = refused(
        lab.sagemaker.update_pipeline, PipelineName=name, PipelineDefinitionS3Location=place, PipelineDefinition=whole
    )
    assert both["Message"].startswith("Both Pipeline Definition and")


def test_the_same_token_gets_the_same_answer(lab, double) -> None:
    token = "t" * 40
    name = lab.create(function("A", {}, double), ClientRequestToken=lab.names("token") + "x" * 32)
    first, second = (lab.start(name, ClientRequestToken=token + name[-6:]) for _ in range(2))
    assert first == second
    other = refused(
        lab.sagemaker.start_pipeline_execution,
        PipelineName=name,
        ClientRequestToken=token + name[-6:],
        PipelineExecutionDisplayName="other",
    )
    assert other["Code"] == "ConflictException"
    assert len(lab.sagemaker.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"]) == 1


def test_parameters_are_checked_at_the_start_and_told_as_texts(lab, double) -> None:
    declared = [
        parameter("Needed", "Integer"),
        parameter("Rate", "Float", 0.5),
        parameter("Deep", "Boolean", True),
        parameter("Kind", "String", "a", EnumValues=["a", "b"]),
    ]
    name = lab.create(function("A", {}, double), parameters=declared)

    def problem(**values: str) -> str:
        given = [{"Name": key, "Value": value} for key, value in values.items()]
        found = refused(lab.sagemaker.start_pipeline_execution, PipelineName=name, PipelineParameters=given)
        assert found["Code"] == "ValidationException"
        return found["Message"]

    assert "Needed" in problem()
    assert "Unknown pipeline parameter: 'Other'" in problem(Needed="1", Other="1")
    assert "not of its type Integer" in problem(Needed="one")
    assert "not one of [a, b]" in problem(Needed="1", Kind="c")
    assert problem(Needed="") == '[string "" is too short (length: 0, required minimum: 1)]'
    arn = lab.start(name, {"Needed": "7", "Deep": "false"})
    listed = lab.sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn, MaxResults=3)
    rest = lab.sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn, NextToken=listed["NextToken"])
    told = {each["Name"]: each["Value"] for each in listed["PipelineParameters"] + rest["PipelineParameters"]}
    assert told == {"Needed": "7", "Rate": "0.5", "Deep": "false", "Kind": "a"}


def test_pipelines_are_listed_and_deleted(lab) -> None:
    names = [lab.create(function("A")) for _ in range(3)]
    prefix = names[0].rpartition("-")[0]
    listed = lab.sagemaker.list_pipelines(PipelineNamePrefix=prefix, SortBy="Name", SortOrder="Ascending", MaxResults=2)
    rest = lab.sagemaker.list_pipelines(
        PipelineNamePrefix=prefix, SortBy="Name", SortOrder="Ascending", NextToken=listed["NextToken"]
    )
    found = [each["PipelineName"] for each in listed["PipelineSummaries"] + rest["PipelineSummaries"]]
    assert found == sorted(names)
    lab.sagemaker.delete_pipeline(PipelineName=names[0])
    gone = refused(lab.sagemaker.describe_pipeline, PipelineName=names[0])
    assert gone["Code"] == "ResourceNotFound"
    assert refused(lab.sagemaker.delete_pipeline, PipelineName=names[0])["Code"] == "ResourceNotFound"


def test_tags_of_a_pipeline(lab) -> None:
    name = lab.create(function("A"), Tags=[{"Key": "a", "Value": "1"}])
    arn = lab.sagemaker.describe_pipeline(PipelineName=name)["PipelineArn"]
    lab.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}])
    assert {tag["Key"]: tag["Value"] for tag in lab.sagemaker.list_tags(ResourceArn=arn)["Tags"]} == {
        "a": "1",
        "b": "2",
    }
