"""The validator agrees with the jsonschema package, and its messages lead to what is right."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_job import schema
from pipeline_job.functions import FUNCTIONS

KEYWORDS = {
    "$schema", "$id", "title", "description", "type", "additionalProperties", "required", "properties", "pattern",
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems",
    "maxProperties", "items", "enum", "default", "examples", "deprecated", "x-expects", "x-unit", "x-hyperparameter",
    "x-list-of", "x-since", "x-until",
}  # fmt: skip


def keywords(node: Any) -> set[str]:
    found = set(node)
    for member in node.get("properties", {}).values():
        found |= keywords(member)
    for name in ("items", "additionalProperties"):
        if isinstance(node.get(name), dict):
            found |= keywords(node[name])
    return found


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_schemas_are_valid_and_use_known_keywords_only(function: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema.load(function))
    assert keywords(schema.load(function)) <= KEYWORDS


LEAVES = st.one_of(
    st.integers(-5, 200),
    st.floats(-2, 120, allow_nan=False),
    st.booleans(),
    st.none(),
    st.sampled_from(["Dev", "x", "true", ""]),
)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    function = draw(st.sampled_from(list(FUNCTIONS)))
    properties = schema.load(function)["properties"]
    keys = draw(st.lists(st.sampled_from(sorted(properties)), max_size=6, unique=True))
    document = {}
    for key in keys:
        examples = properties[key]["examples"]
        document[key] = draw(st.one_of(st.sampled_from(examples), LEAVES, st.lists(LEAVES, max_size=3)))
    if draw(st.booleans()):
        document[draw(st.sampled_from(["unknown", "enw"]))] = 1
    required = schema.load(function)["required"]
    for key in required if draw(st.booleans()) else ():
        document.setdefault(key, properties[key]["examples"][0])
    return function, document


@settings(max_examples=400, deadline=None)
@given(documents())
def test_what_jsonschema_refuses_is_refused(drawn: tuple[str, dict[str, Any]]) -> None:
    function, document = drawn
    reference = jsonschema.Draft202012Validator(schema.load(function))
    refused = not reference.is_valid(document)
    problems = list(schema.validate(document, schema.load(function)))
    if refused:
        assert problems
    else:
        beyond = [
            problem for problem in problems if "is not in" not in problem.message and "unknown" not in problem.message
        ]
        beyond = [
            problem for problem in beyond if "is not at" not in problem.message and "is not more" not in problem.message
        ]
        assert beyond == [], (
            "only bounds of numbers given as strings, and members of lists in a text, go beyond JSON Schema"
        )


@pytest.mark.parametrize(
    ("function", "document", "message", "hint"),
    [
        ("TrainModel", {"hp-num-rounds": 3}, "unknown key 'hp-num-rounds'", "did you mean 'hp-num-round'?"),
        ("TrainModel", {"hp-eta": "1.5"}, "'hp-eta': 1.5 is not in [0, 1]", ""),
        ("TrainModel", {"hp-subsample": 0}, "'hp-subsample': 0 is not in (0, 1]", ""),
        ("TrainModel", {"hp-num-round": 0}, "'hp-num-round': 0 is not at least 1", ""),
        ("TrainModel", {"hp-num-round": 2.5}, "'hp-num-round' must be an integer at least 1, not 2.5", ""),
        ("TrainModel", {"hp-num-round": True}, "'hp-num-round' must be an integer at least 1, not true", ""),
        (
            "TrainModel",
            {"hp-booster": "gbtre"},
            "'hp-booster': \"gbtre\" is not one of gbtree, gblinear, dart",
            "did you mean 'gbtree'?",
        ),
        ("TrainModel", {"hp-eval-metric": "rmse,maee"}, "'hp-eval-metric': unknown 'maee'", "did you mean 'mae'?"),
        ("TrainModel", {"spot": "yes"}, "'spot' must be a boolean, not \"yes\"", ""),
        ("TrainModel", {"subnets": "subnet-1"}, "'subnets' must be an array, not \"subnet-1\"", ""),
        ("TrainModel", {"subnets": []}, "'subnets' has 0 items; allowed are 1 to 16", ""),
        ("TrainModel", {"tags": {"a": 1}}, "'tags/a' must be a string, not 1", ""),
        ("EvaluateModel", {"thresholds": [{"metrik": "rmse"}]}, "unknown key 'metrik'", "did you mean 'metric'?"),
        (
            "EvaluateModel",
            {"s3bucket": "data-your-initials"},
            "still holds the guide's placeholder",
            "put your initials in its place",
        ),
        ("DeployModel", {"serverless-memory-mb": 1000}, "1000 is not one of 1024, 2048", ""),
    ],
)
def test_messages(function: str, document: dict[str, Any], message: str, hint: str) -> None:
    problems = list(schema.validate(document, {**schema.load(function), "required": []}))
    assert message in problems[0].message
    assert hint in problems[0].hint


def test_values_are_read_in_the_type_that_is_meant() -> None:
    given = {
        "hp-num-round": "20",
        "hp-eta": "0.5",
        "spot": "true",
        "traincompute": "ml.m5.xlarge",
        "subnets": ["subnet-1"],
    }
    read = schema.read_object(given, schema.load("TrainModel"))
    assert read == {
        "hp-num-round": 20,
        "hp-eta": 0.5,
        "spot": True,
        "traincompute": "ml.m5.xlarge",
        "subnets": ["subnet-1"],
    }


def test_a_reference_fits_anywhere_before_it_is_filled_in() -> None:
    document = {"env": "#{variables.Env}", "connections": "#{Source.Count}", "s3bucket": "aaa", "s3key": "k"}
    assert list(schema.validate(document, schema.load("EvaluateModel"), unresolved=True)) == []
    assert (
        json.dumps([problem.path for problem in schema.validate(document, schema.load("EvaluateModel"))])
        == '[["env"], ["connections"]]'
    )
