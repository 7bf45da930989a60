"""Properties are held to the public schemas, and scalars become what the schema wants."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehearsal.localaws.cloudformation import schemas

VERSIONING = "VersioningConfiguration"


def conformed(resource_type, **properties):
    return schemas.conform(schemas.of_type(resource_type), properties)


@pytest.mark.parametrize(
    ("resource_type", "given_", "wanted"),
    [
        ("AWS::Lambda::Function", {"Timeout": "900"}, {"Timeout": 900}),
        ("AWS::KMS::Key", {"EnableKeyRotation": "true"}, {"EnableKeyRotation": True}),
        ("AWS::SSM::Parameter", {"Value": 1, "Type": "String"}, {"Value": "1", "Type": "String"}),
        ("AWS::SSM::Parameter", {"Value": True, "Type": "String"}, {"Value": "true", "Type": "String"}),
        (
            "AWS::Lambda::Function",
            {"Environment": {"Variables": {"N": 3}}},
            {"Environment": {"Variables": {"N": "3"}}},
        ),
        ("AWS::CloudWatch::Alarm", {"Threshold": "0.5"}, {"Threshold": 0.5}),
    ],
)
def test_scalars_become_what_the_property_wants(resource_type, given_, wanted):
    found, _ = conformed(resource_type, **given_)
    assert found == wanted


@pytest.mark.parametrize(
    ("resource_type", "given_", "problem"),
    [
        ("AWS::SQS::Queue", {"Nam": 1}, "#: extraneous key [Nam] is not permitted"),
        ("AWS::SSM::Parameter", {"Type": "String"}, "#: required key [Value] not found"),
        ("AWS::Lambda::Function", {"Timeout": "soon"}, "#/Timeout: expected type: Integer, found: String"),
        ("AWS::SQS::Queue", {"Tags": "a"}, "#/Tags: expected type: JSONArray, found: String"),
        ("AWS::S3::Bucket", {VERSIONING: {"Status": "On"}}, f"#/{VERSIONING}/Status: On is not a valid enum value"),
        ("AWS::S3::Bucket", {VERSIONING: {"Statu": "On"}}, f"#/{VERSIONING}: extraneous key [Statu] is not permitted"),
        ("AWS::S3::Bucket", {"Arn": "x"}, "#: extraneous key [Arn] is not permitted: it is read-only"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(resource_type, given_, problem):
    _, problems = conformed(resource_type, **given_)
    assert problem in problems


NAMES = st.sampled_from(["QueueName", "DelaySeconds", "Tags", "FifoQueue", "RedrivePolicy", "Other"])
SCALARS = st.none() | st.booleans() | st.integers() | st.text()


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(NAMES, SCALARS | st.lists(st.text()) | st.dictionaries(st.text(), st.text())))
def test_conforming_twice_changes_nothing_more(properties):
    once, problems = conformed("AWS::SQS::Queue", **properties)
    twice, again = conformed("AWS::SQS::Queue", **once)
    assert (twice, again) == (once, problems)


def test_paths_that_need_a_new_resource():
    assert ("QueueName",) in schemas.of_type("AWS::SQS::Queue").create_only
