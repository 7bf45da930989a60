"""The pipeline stack with every combination of its options, as data: nothing dangling, nothing declared that nothing
uses."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.toolkit.stacks.rendering import decided as as_launched
from tests.templates.combinations import LAUNCHED, SOURCES, SWITCHES, chosen, every, meet
from tests.templates.conftest import FOLDER, load

Template = dict[str, Any]


@pytest.fixture(scope="module")
def template() -> Template:
    return load(FOLDER / "builtin-algo-pipeline.yaml")


@pytest.fixture(scope="module")
def launched(template: Template) -> dict[tuple[str, ...], Template]:
    """Every combination, decided."""
    return {names: as_launched(template, chosen(*names)) for names in every()}


def references(value: Any) -> Iterator[str]:
    """The logical ids and parameters that a part of a template names."""
    if isinstance(value, dict):
        for key, argument in value.items():
            if key == "Ref":
                yield argument
            elif key == "Fn::GetAtt":
                yield argument[0] if isinstance(argument, list) else argument.split(".")[0]
            elif key == "Fn::Sub":
                yield from _substituted(argument)
            elif key == "DependsOn":
                yield from argument if isinstance(argument, list) else [argument]
            yield from references(argument)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def _substituted(argument: Any) -> Iterator[str]:
    text, values = argument if isinstance(argument, list) else (argument, {})
    for piece in text.split("${")[1:]:
        name = piece.split("}")[0].split(".")[0]
        if name not in values:
            yield name


def pipeline_of(template: Template) -> dict[str, Any]:
    return dict(template["Resources"]["Pipeline"]["Properties"])


def test_nothing_refers_to_what_an_option_left_out(launched: dict[tuple[str, ...], Template]) -> None:
    for names, each in launched.items():
        known = {*each["Resources"], *each["Parameters"]}
        dangling = {name for name in references(each["Resources"]) if not name.startswith("AWS::")} - known
        dangling |= {name for name in references(each["Outputs"]) if not name.startswith("AWS::")} - known
        assert dangling == set(), names


ENDS = {"AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy", "AWS::CloudWatch::Alarm"}
ENDS |= {"AWS::Events::Rule", "AWS::CloudWatch::Dashboard", "AWS::CodePipeline::Pipeline"}
"""Types that act by being there: nothing needs to refer to them."""


def test_nothing_is_declared_that_nothing_uses(launched: dict[tuple[str, ...], Template]) -> None:
    for names, each in launched.items():
        used = set(references(each["Resources"]))
        idle = {name for name, made in each["Resources"].items() if made["Type"] not in ENDS} - used
        assert idle == set(), names


def test_every_artifact_is_written_before_it_is_read(launched: dict[tuple[str, ...], Template]) -> None:
    for names, each in launched.items():
        written: set[str] = set()
        for stage in pipeline_of(each)["Stages"]:
            for action in sorted(stage["Actions"], key=lambda action: int(action.get("RunOrder", 1))):
                assert {artifact["Name"] for artifact in action.get("InputArtifacts", [])} <= written, names
                written |= {artifact["Name"] for artifact in action.get("OutputArtifacts", [])}


def test_the_stages_are_those_of_the_options(launched: dict[tuple[str, ...], Template]) -> None:
    for names, each in launched.items():
        asks = "prod" in names or "approver" in names
        expected = ["Source", *(["Build"] if "build" in names else []), "Train", "DeployDev", "DeployTest"]
        expected += ["Approve", "DeployProd"] if asks else []
        assert [stage["Name"] for stage in pipeline_of(each)["Stages"]] == expected


def test_without_options_the_stack_is_the_plain_pipeline(launched: dict[tuple[str, ...], Template]) -> None:
    plain = launched[("s3",)]["Resources"]
    optional = {name for each in launched.values() for name in each["Resources"]} - set(plain)
    assert {"BuildProject", "ApprovalTopic", "NotificationTopic", "Dashboard", "SchedulerRole"} <= optional
    assert {made["Type"] for made in plain.values()} == {
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
        "AWS::IAM::Role",
        "AWS::SQS::Queue",
        "AWS::SQS::QueuePolicy",
        "AWS::Logs::LogGroup",
        "AWS::Lambda::Function",
        "AWS::CodePipeline::Pipeline",
        "AWS::Events::Rule",
    }


def test_a_right_is_there_only_with_the_option_that_needs_it(launched: dict[tuple[str, ...], Template]) -> None:
    needing = {
        "Scale": "autoscaling",
        "WatchToScale": "autoscaling",
        "ResizeEndpoints": "autoscaling",
        "CreateScalingRole": "autoscaling",
        "ScheduleEnd": "time-to-live",
        "PassSchedulerRole": "time-to-live",
        "EndEndpoints": "time-to-live",
        "LookAtVpc": "vpc",
        "JoinVpc": "vpc",
        "UseFurtherKeys": "keys",
        "GrantFurtherKeys": "keys",
        "Build": "build",
        "AskForApproval": "approver",
        "CloneSource": "codecommit",
        "UseConnection": "connection",
        "ReadSource": "s3",
    }
    for names, each in launched.items():
        sids = {sid for sid in _sids(each) if sid in needing}
        assert sids == {sid for sid, option in needing.items() if option in names}, names


def _sids(template: Template) -> Iterator[str]:
    for made in template["Resources"].values():
        for policy in made["Properties"].get("Policies", []) if made["Type"] == "AWS::IAM::Role" else ():
            yield from (statement["Sid"] for statement in policy["PolicyDocument"]["Statement"])


def test_the_dashboard_is_json_and_shows_the_environments_there_are(launched: dict[tuple[str, ...], Template]) -> None:
    for names in (("s3", "monitoring"), ("s3", *SWITCHES)):
        text, values = launched[names]["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
        prod, alarms = values["ProdMetric"], values["Alarms"]["Fn::Join"][1]
        text = text.replace("${ProdMetric}", prod["Fn::Sub"] if isinstance(prod, dict) else prod)
        text = text.replace("${Alarms}", ", ".join(each["Fn::Sub"] for each in alarms))
        widgets = json.loads(text)["widgets"]
        titles = " ".join(widget["properties"].get("title", "") for widget in widgets)
        assert all(part in titles for part in ("State", "Gate", "Endpoints", "Cost"))
        assert ("-Prod" in text) == ("prod" in names)
        for widget in widgets:
            assert widget["x"] + widget["width"] <= 24


def test_what_is_launched_end_to_end_has_every_option_alone_all_at_once_and_any_two_together() -> None:
    assert {("s3", switch) for switch in SWITCHES} | {(source,) for source in SOURCES} <= set(LAUNCHED)
    assert {(source, *SWITCHES) for source in SOURCES} <= set(LAUNCHED)
    pairs = {frozenset(pair) for pair in itertools.combinations([*SOURCES, *SWITCHES], 2)}
    assert pairs - meet() == {frozenset(pair) for pair in itertools.combinations(SOURCES, 2)}
