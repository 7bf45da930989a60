"""What every bucket, function and pipeline of the stacks has."""

import json
from typing import Any

import pytest

from rehearsal.toolkit.stacks.rendering import decided as as_launched
from tests.templates.combinations import SOURCES, SWITCHES, chosen
from tests.templates.conftest import FOLDER, TEMPLATES, load

Template = dict[str, Any]


def properties(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    return {name: made["Properties"] for name, made in template["Resources"].items() if made["Type"] == kind}


def test_buckets_are_versioned_encrypted_and_private(template: Template) -> None:
    for bucket in properties(template, "AWS::S3::Bucket").values():
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}


def test_buckets_say_what_becomes_of_them(template: Template) -> None:
    for made in template["Resources"].values():
        if made["Type"] == "AWS::S3::Bucket":
            assert {"DeletionPolicy", "UpdateReplacePolicy"} <= set(made)


def test_every_parameter_has_a_description(template: Template) -> None:
    assert [
        name for name, parameter in template.get("Parameters", {}).items() if not parameter.get("Description")
    ] == []


def test_every_parameter_has_its_place_in_the_form(template: Template) -> None:
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    placed = [name for group in groups for name in group["Parameters"]]
    assert sorted(placed) == sorted(template.get("Parameters", {}))


def test_no_template_uses_yaml_aliases_which_cloudformation_refuses() -> None:
    for file in TEMPLATES:
        assert " &" not in file.read_text().replace(" && ", "")


def test_everything_that_can_have_tags_is_tagged(template: Template) -> None:
    from rehearsal.localaws.cloudformation import schemas

    bare = [
        name
        for name, made in template["Resources"].items()
        if not made["Type"].startswith(("Custom::", "AWS::CloudFormation::"))
        and schemas.of_type(made["Type"]).tag_property is not None
        and "Tags" not in made["Properties"]
    ]
    assert bare == []


def test_every_log_group_has_a_retention(template: Template) -> None:
    assert all("RetentionInDays" in group for group in properties(template, "AWS::Logs::LogGroup").values())


def test_what_a_function_or_a_rule_gives_up_is_kept() -> None:
    template = load(FOLDER / "builtin-algo-pipeline.yaml")
    for function in properties(template, "AWS::Lambda::Function").values():
        assert function["DeadLetterConfig"] == {"TargetArn": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}}
    for rule in properties(template, "AWS::Events::Rule").values():
        for target in rule["Targets"]:
            assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}}


@pytest.fixture(scope="module")
def pipelines() -> list[dict[str, Any]]:
    """The pipeline from each source, with everything switched on."""
    template = load(FOLDER / "builtin-algo-pipeline.yaml")
    launched = [as_launched(template, chosen(source, *SWITCHES)) for source in SOURCES]
    return [next(iter(properties(each, "AWS::CodePipeline::Pipeline").values())) for each in launched]


def test_no_source_is_polled(pipelines: list[dict[str, Any]]) -> None:
    sources = [action["Configuration"] for pipeline in pipelines for action in pipeline["Stages"][0]["Actions"]]
    assert [each.get("PollForSourceChanges", "ConnectionArn" in each) for each in sources] == ["false"] * 4 + [True] * 2


def test_composed_user_parameters_are_json_within_codepipelines_limit(pipelines: list[dict[str, Any]]) -> None:
    """The longest values that the template's own parameters allow are put in."""
    longest = {
        "SuffixID": "s" * 14,
        "Tail": "s" * 14 + "-" + "b" * 14,
        "ModelBucket": "m" * 63,
        "ModelName": "n" * 20,
        "AccountId": "1" * 12,
        "Repository": "sagemaker-xgboost",
        "Version": "3.2-0",
        "TrainingInstanceType": "ml.p4de.24xlarge",
        "EndpointInstanceType": "ml.p4de.24xlarge",
        "AWS::Region": "ap-northeast-1",
        "AWS::URLSuffix": "amazonaws.com.cn",
    }
    composed = [
        action["Configuration"]["UserParameters"]["Fn::Sub"]
        for stage in pipelines[0]["Stages"]
        for action in stage["Actions"]
        if "UserParameters" in action["Configuration"]
    ]
    assert len(composed) == 7
    for text in composed:
        filled = text if isinstance(text, str) else text[0]
        for name, value in longest.items():
            filled = filled.replace("${" + name + "}", value)
        assert json.loads(filled)
        assert len(filled) <= 1000
