"""Functions are resolved as AWS documents them; no server is needed for that."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehearsal.localaws.cloudformation import intrinsics, prepare
from rehearsal.localaws.cloudformation.parameters import ParameterValue
from rehearsal.localaws.cloudformation.scope import StackScope, Surroundings
from rehearsal.localaws.cloudformation.template import parse
from rehearsal.localaws.ground.errors import AwsError

TEMPLATE = """
Parameters:
  Env: {Type: String}
  Items: {Type: CommaDelimitedList}
Mappings:
  Sizes: {dev: {Memory: 128, Zones: [a, b]}}
  "123456789012": {name: {value: numeric}}
Conditions:
  IsDev: !Equals [!Ref Env, dev]
  IsProd: !Not [!Condition IsDev]
  Either: !Or [!Condition IsDev, !Condition IsProd]
  Numbers: !Equals ["1", 1]
  Booleans: !Equals [true, "true"]
Resources:
  Bucket: {Type: "AWS::S3::Bucket"}
"""
SURROUNDINGS = Surroundings("123456789012", "eu-west-1", "arn:aws:cloudformation:eu-west-1:1:stack/s/1", "s")


def scope():
    values = {"Env": ParameterValue("Env", "dev", "dev"), "Items": ParameterValue("Items", "x,y", ("x", "y"))}
    return StackScope(
        parse(TEMPLATE),
        values,
        SURROUNDINGS,
        lambda name: f"id-of-{name}",
        lambda logical_id, name: f"{logical_id}/{name}",
    )


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ({"Ref": "Env"}, "dev"),
        ({"Ref": "Items"}, ["x", "y"]),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Ref": "Bucket"}, "id-of-Bucket"),
        ({"Fn::GetAtt": "Bucket.Arn"}, "Bucket/Arn"),
        ({"Fn::GetAtt": ["Bucket", "Outputs.Name"]}, "Bucket/Outputs.Name"),
        (
            {"Fn::Sub": "${Env}-${AWS::AccountId}-${Bucket.Arn}-${!literal}-$x"},
            "dev-123456789012-Bucket/Arn-${literal}-$x",
        ),
        ({"Fn::Sub": ["${a}${Env}", {"a": {"Ref": "Env"}, "Env": 1}]}, "dev1"),
        ({"Fn::Join": ["-", ["a", {"Ref": "AWS::NoValue"}, 1, True]]}, "a-1-true"),
        ({"Fn::Join": [",", {"Ref": "Items"}]}, "x,y"),
        ({"Fn::Select": ["1", {"Ref": "Items"}]}, "y"),
        ({"Fn::Split": ["/", "a/b"]}, ["a", "b"]),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Env"}, "Memory"]}, 128),
        ({"Fn::FindInMap": ["Sizes", "dev", "Zones"]}, ["a", "b"]),
        ({"Fn::FindInMap": [{"Ref": "AWS::AccountId"}, "name", "value"]}, "numeric"),
        ({"Fn::FindInMap": ["Sizes", "none", "Memory", {"DefaultValue": 1}]}, 1),
        ({"Fn::If": ["IsDev", "yes", {"Fn::FindInMap": ["No", "such", "map"]}]}, "yes"),
        ({"a": {"Fn::If": ["IsProd", "yes", {"Ref": "AWS::NoValue"}]}, "b": 1}, {"b": 1}),
        ([1, {"Fn::If": ["IsProd", 2, {"Ref": "AWS::NoValue"}]}], [1]),
        ({"Fn::Base64": {"Fn::Sub": "${Env}"}}, base64.b64encode(b"dev").decode()),
        ({"Fn::GetAZs": ""}, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
        ({"Fn::Cidr": ["10.0.0.0/16", 2, 8]}, ["10.0.0.0/24", "10.0.1.0/24"]),
        ({"Fn::Length": {"Ref": "Items"}}, 2),
        ({"Fn::ToJsonString": {"a": {"Ref": "Env"}}}, '{"a":"dev"}'),
        (
            {"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
            {"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        ),
    ],
)  # fmt: skip
def test_functions(node, value):
    assert intrinsics.resolve(node, scope()) == value


@pytest.mark.parametrize(
    ("name", "holds"), [("IsDev", True), ("IsProd", False), ("Either", True), ("Numbers", True), ("Booleans", True)]
)
def test_conditions(name, holds):
    assert scope().condition(name) is holds


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ({"Fn::FindInMap": ["Sizes", "none", "Memory"]}, "Unable to get mapping for Sizes::none::Memory"),
        ({"Fn::Select": [2, ["a"]]}, "Fn::Select cannot select nonexistent value at index 2"),
        ({"Fn::Join": [1, ["a"]]}, "every Fn::Join object requires two parameters"),
        ({"Fn::If": ["None", 1, 2]}, "unresolved condition dependency None"),
        ({"Fn::Unheard": 1}, "Fn::Unheard is not a function"),
        ({"Ref": ["a"]}, "All Ref objects must have a single String value"),
    ],
)
def test_wrong_use_is_told(node, message):
    with pytest.raises(AwsError, match=message):
        intrinsics.resolve(node, scope())


def test_a_circle_of_conditions_is_told():
    template = parse("{Conditions: {A: !Condition B, B: !Condition A}, Resources: {R: {Type: 'AWS::S3::Bucket'}}}")
    with pytest.raises(AwsError, match="circular condition dependency"):
        StackScope(template, {}, SURROUNDINGS).condition("A")


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("!Ref A", {"Ref": "A"}),
        ("!GetAtt A.B.C", {"Fn::GetAtt": ["A", "B.C"]}),
        ("!Sub '${A}'", {"Fn::Sub": "${A}"}),
        ("!If [C, !Ref A, 1]", {"Fn::If": ["C", {"Ref": "A"}, 1]}),
        ("!Condition C", {"Condition": "C"}),
        ("{Version: 2012-10-17}", {"Version": "2012-10-17"}),
    ],
)
def test_short_forms_of_yaml(short, long):
    resources = f"Resources:\n  R:\n    Type: AWS::S3::Bucket\n    Properties: {{P: {short}}}\n"
    assert parse(resources).resources["R"].properties == {"P": long}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("Resources:\n  A: [", "Template format error: YAML not well-formed. (line "),
        ('{"Resources": {,}}', "Template format error: JSON not well-formed. (line 1, column 16)"),
        ("just text", "Template format error: unsupported structure."),
        ("{Resources: {A-B: {Type: T}}}", "Template format error: Resource name A-B is non alphanumeric."),
        ("{Resources: {A: {Typ: T}}}", "[/Resources/A] Every Resources object must contain a Type member."),
        ("{Resources: {A: {Type: T, Propertys: {}}}}", "Invalid template resource property 'Propertys'"),
    ],
)
def test_a_malformed_template_is_told_with_its_place(body, message):
    with pytest.raises(AwsError) as caught:
        parse(body)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("{Resources: {A: {Type: 'AWS::SNS::Topic'}}, Outputs: }", "/Outputs"),
        ("{Resources: {A: {Type: 'AWS::SNS::Topic', Properties: }}}", "/Resources/A/Properties"),
        ("{Resources: {A: {Type: 'AWS::SNS::Topic', DependsOn: [null]}}}", "/Resources/A/DependsOn/0"),
        ("{Resources: {A: {Type: 'AWS::SNS::Topic', Properties: {Tags: [{Key: }]}}}}", "/Resources/A/Type/Tags/0/Key"),
    ],
)
def test_what_has_no_value_is_told_with_its_place(body, place):
    with pytest.raises(AwsError) as caught:
        prepare.read(body)
    assert caught.value.message == f"[{place}] 'null' values are not allowed in templates"


def test_properties_may_be_no_value():
    body = "{Resources: {A: {Type: 'AWS::SNS::Topic', Properties: !Ref 'AWS::NoValue'}}}"
    assert prepare.read(body).resources["A"].properties == {}


def test_an_output_is_no_list():
    body = "{Resources: {A: {Type: 'AWS::SNS::Topic'}}, Outputs: {O: {Value: [a]}}}"
    with pytest.raises(AwsError, match="must evaluate to a String and not a List"):
        prepare.read(body)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet="abcXYZ", min_size=1), inner),
)


@settings(deadline=None, max_examples=50)
@given(PLAIN)
def test_data_without_functions_is_left_as_it_is(node):
    assert intrinsics.resolve(node, scope()) == node


@settings(deadline=None, max_examples=50)
@given(PLAIN)
def test_any_property_survives_json(node):
    body = json.dumps({"Resources": {"A": {"Type": "AWS::S3::Bucket", "Properties": {"P": node}}}})
    assert parse(body).resources["A"].properties["P"] == node


@settings(deadline=None, max_examples=50)
@given(st.text())
def test_any_text_is_a_template_or_a_validation_error(body):
    try:
        parse(body)
    except AwsError as error:
        assert error.code == "ValidationError"


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(alphabet="ab${}!", max_size=8)))
def test_sub_without_variables_keeps_its_text(parts):
    text = "-".join(parts).replace("${", "$ {")
    assert intrinsics.resolve({"Fn::Sub": text}, scope()) == text
