"""Loops are written out before a stack is made, and names may come from functions; no server is needed for that."""

import json

import pytest
import yaml

from rehearsal.localaws.cloudformation import prepare, transforms
from rehearsal.localaws.cloudformation.parameters import ParameterValue
from rehearsal.localaws.cloudformation.scope import Surroundings
from rehearsal.localaws.ground.errors import AwsError

TRANSFORM = "Transform: AWS::LanguageExtensions\n"
TOPICS = """
Parameters:
  Names: {Type: CommaDelimitedList}
Mappings:
  Zones: {dev: {Letters: [a, b]}, prod: {Letters: [c]}}
"""
SURROUNDINGS = Surroundings("123456789012", "eu-west-1", "arn:aws:cloudformation:eu-west-1:1:stack/s/1", "s")
NAMES = {"Names": ParameterValue("Names", "One,Two", ("One", "Two"))}


def expanded(body):
    return transforms.apply(transforms.declared(TRANSFORM + TOPICS + body), NAMES, SURROUNDINGS).raw


def test_a_loop_over_a_parameter_makes_a_resource_of_each_item():
    raw = expanded("""
Conditions:
  Fn::ForEach::Checks:
    - Name
    - !Ref Names
    - Is${Name}: !Equals [!Ref "AWS::Region", !Sub "${Name}"]
Resources:
  Fn::ForEach::Topics:
    - Name
    - !Ref Names
    - Topic${Name}:
        Type: AWS::SNS::Topic
        Condition: Is${Name}
        Properties: {TopicName: !Ref Name, DisplayName: !Sub "${Name} of ${AWS::StackName}"}
Outputs:
  Fn::ForEach::Told:
    - Name
    - [One, Two]
    - Arn${Name}: {Value: !GetAtt [!Sub "Topic${Name}", TopicArn]}
""")
    assert raw["Conditions"]["IsTwo"] == {"Fn::Equals": [{"Ref": "AWS::Region"}, {"Fn::Sub": "Two"}]}
    assert raw["Resources"] == {
        f"Topic{name}": {
            "Type": "AWS::SNS::Topic",
            "Condition": f"Is{name}",
            "Properties": {"TopicName": name, "DisplayName": {"Fn::Sub": f"{name} of ${{AWS::StackName}}"}},
        }
        for name in ("One", "Two")
    }
    assert raw["Outputs"]["ArnOne"] == {"Value": {"Fn::GetAtt": ["TopicOne", "TopicArn"]}}
    assert "Transform" not in raw


def test_loops_nest_and_an_inner_collection_may_depend_on_the_outer_item():
    raw = expanded("""
Resources:
  Fn::ForEach::Stages:
    - Stage
    - [dev, prod]
    - Fn::ForEach::Zones:
        - Letter
        - !FindInMap [Zones, !Ref Stage, Letters]
        - Queue${Stage}${Letter}: {Type: "AWS::SQS::Queue"}
""")
    assert list(raw["Resources"]) == ["Queuedeva", "Queuedevb", "Queueprodc"]


def test_a_loop_may_write_properties_and_ampersands_leave_letters_and_digits():
    raw = expanded("""
Resources:
  Fn::ForEach::Buckets:
    - Name
    - [my-data, my-models]
    - Bucket&{Name}:
        Type: AWS::S3::Bucket
        Properties:
          BucketName: !Ref Name
          Fn::ForEach::Settings:
            - Kind
            - [Accelerate, Versioning]
            - ${Kind}Configuration: {Status: Enabled}
""")
    assert list(raw["Resources"]) == ["Bucketmydata", "Bucketmymodels"]
    assert raw["Resources"]["Bucketmydata"]["Properties"] == {
        "BucketName": "my-data",
        "AccelerateConfiguration": {"Status": "Enabled"},
        "VersioningConfiguration": {"Status": "Enabled"},
    }


def test_ref_and_getatt_may_name_what_a_function_gives():
    raw = expanded("""
Resources:
  TopicOne: {Type: "AWS::SNS::Topic"}
Outputs:
  Named: {Value: !Ref {Fn::Join: ["", [Topic, !Select [0, !Ref Names]]]}}
""")
    assert raw["Outputs"]["Named"]["Value"] == {"Ref": "TopicOne"}


@pytest.mark.parametrize(
    ("resources", "reason"),
    [
        ({"Fn::ForEach::L": ["Name", ["a", "b"], {"Same": {"Type": "AWS::SNS::Topic"}}]}, "Duplicate key Same"),
        ({"Fn::ForEach::L": ["Name", ["a"]]}, "Fn::ForEach layout is incorrect: Fn::ForEach::L"),
        ({"Fn::ForEach::L": ["Name", "a", {}]}, "the collection of Fn::ForEach::L is not a list"),
        ({"Fn::ForEach::L": ["Name", {"Ref": "T"}, {}], "T": {"Type": "AWS::SNS::Topic"}}, "T is not known before"),
    ],
)
def test_a_loop_that_is_none_is_told_in_the_transforms_name(resources, reason):
    with pytest.raises(AwsError, match="Transform AWS::LanguageExtensions failed with: .*" + reason):
        expanded(yaml.safe_dump({"Resources": resources}))


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ({"Fn::Length": ["a"]}, "Fn::Length in Outputs"),
        ({"Fn::ToJsonString": {}}, "Fn::ToJsonString in Outputs"),
        ({"Fn::FindInMap": ["M", "a", "b", {"DefaultValue": 1}]}, "a DefaultValue of Fn::FindInMap"),
        ({"Fn::ForEach::L": ["Name", ["a"], {"${Name}": 1}]}, "Fn::ForEach::L in Outputs"),
    ],
)
def test_without_the_transform_its_functions_are_refused(value, what):
    body = {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}, "Outputs": {"O": {"Value": value}}}
    with pytest.raises(AwsError, match=f"{what} needs Transform: AWS::LanguageExtensions"):
        prepare.read(json.dumps(body))


def test_a_stack_of_loops(stacks, aws, unique):
    name = unique("loops")
    topics = {"Topic${Name}": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Name"}}}}
    template = {
        "Transform": "AWS::LanguageExtensions",
        "Parameters": {"Names": {"Type": "CommaDelimitedList", "Default": "One"}},
        "Mappings": {"M": {"a": {"b": "c"}}},
        "Resources": {"Fn::ForEach::Topics": ["Name", {"Ref": "Names"}, topics]},
        "Outputs": {
            "Count": {"Value": {"Fn::Length": {"Ref": "Names"}}},
            "Default": {"Value": {"Fn::FindInMap": ["M", "x", "y", {"DefaultValue": "z"}]}},
            "Json": {"Value": {"Fn::ToJsonString": {"Topic": {"Ref": "TopicOne"}}}},
        },
    }
    assert aws.client("cloudformation").validate_template(TemplateBody=json.dumps(template))["Capabilities"] == [
        "CAPABILITY_AUTO_EXPAND"
    ]
    assert stacks.create(name, template)["StackStatus"] == "CREATE_COMPLETE"
    assert stacks.outputs(name)["Default"] == "z"
    assert json.loads(stacks.outputs(name)["Json"]) == {"Topic": stacks.physical_id(name, "TopicOne")}
    stacks.update(name, template, Parameters=[{"ParameterKey": "Names", "ParameterValue": "One,Two"}])
    assert stacks.outputs(name)["Count"] == "2"
    assert stacks.physical_id(name, "TopicTwo")
    assert stacks.delete(name)["StackStatus"] == "DELETE_COMPLETE"
