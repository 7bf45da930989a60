"""What a target is given."""

import json
from typing import Any

import pytest

from rehearsal.localaws.events.inputs import NotJson, at_path, fill, target_input

EVENT: dict[str, Any] = {
    "id": "1",
    "time": "2026-11-21T00:00:00Z",
    "resources": ["arn:a", "arn:b"],
    "detail": {"state": 'a "quoted" one', "object": {"key": "x/y.csv", "size": 7}, "detail-type": "dashed"},
}


def given_to(target: dict[str, Any]) -> str:
    return target_input(target, EVENT, rule_name="rule", rule_arn="arn:rule")


def test_event_itself_where_nothing_is_said() -> None:
    assert json.loads(given_to({})) == EVENT


def test_constant() -> None:
    assert given_to({"Input": '{"a": 1}'}) == '{"a": 1}'


def test_part_of_the_event() -> None:
    assert json.loads(given_to({"InputPath": "$.detail.object"})) == {"key": "x/y.csv", "size": 7}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$", EVENT),
        ("$.id", "1"),
        ("$.resources[1]", "arn:b"),
        ("$.detail.detail-type", "dashed"),
        ("$['detail']['object']['size']", 7),
    ],
)
def test_paths(path: str, value: Any) -> None:
    assert at_path(EVENT, path) == value


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ('{"key": <key>, "size": <size>}', {"key": "x/y.csv", "size": 7}),
        ('{"text": "object <key> of <size> bytes"}', {"text": "object x/y.csv of 7 bytes"}),
        ('{"state": "<state>"}', {"state": 'a "quoted" one'}),
        ('{"whole": <object>, "absent": <absent>}', {"whole": {"key": "x/y.csv", "size": 7}, "absent": ""}),
        ('"key <key>, absent <absent>."', "key x/y.csv, absent ."),
        ('{"rule": <aws.events.rule-name>, "arn": "<aws.events.rule-arn>"}', {"rule": "rule", "arn": "arn:rule"}),
        ('{"at": <aws.events.event.ingestion-time>}', {"at": "2026-11-21T00:00:00Z"}),
        ('{"original": <aws.events.event.json>}', {"original": EVENT}),
    ],
)
def test_transformer_gives_json(template: str, filled: Any) -> None:
    paths = {
        "key": "$.detail.object.key",
        "size": "$.detail.object.size",
        "state": "$.detail.state",
        "object": "$.detail.object",
        "absent": "$.detail.nowhere",
    }
    given = given_to({"InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}})
    assert json.loads(given) == filled


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ('"<object> and <list>"', '"{key:x/y.csv,size:7} and [arn:a,arn:b]"'),
        ('"<yes>!"\n"<size> bytes"', '"true!"\n"7 bytes"'),
        ('"{[/ <size>"', '"{[/ 7"'),
    ],
)
def test_within_a_text_objects_and_lists_lose_their_quotes(template: str, filled: str) -> None:
    values = {"object": EVENT["detail"]["object"], "list": EVENT["resources"], "yes": True, "size": 7}
    assert fill(template, values) == filled


@pytest.mark.parametrize("template", ['{"a": "<object>"}', '{"a": "of <object>", "b": <object>}', '{"a": "<list>"}'])
def test_an_object_or_list_within_a_string_of_json_is_not_delivered(template: str) -> None:
    with pytest.raises(NotJson, match="makes no JSON of the event"):
        fill(template, {"object": {"a": "b"}, "list": ["HIGH"]})


def test_the_original_event_comes_without_its_detail_and_the_json_one_with_it() -> None:
    template = '{"event": <aws.events.event>, "json": <aws.events.event.json>}'
    given = json.loads(given_to({"InputTransformer": {"InputTemplate": template}}))
    assert given["event"] == {"id": "1", "time": EVENT["time"], "resources": EVENT["resources"]}
    assert given["json"] == EVENT


def test_what_is_no_variable_stays() -> None:
    assert fill("a <b> c", {}) == "a <b> c"
