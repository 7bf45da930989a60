"""TrainModel's schema and the algorithm say the same of each hyperparameter: the zip may not import XGBoost, so there
are two tables."""

from typing import Any

import pytest

from pipeline_job import schema, training
from pipeline_job.failure import ConfigurationError
from rehearsal.localaws.algorithms.xgboost.hyperparameters import ALIASES, TABLE
from rehearsal.localaws.algorithms.xgboost.versions import LEGACY, NEWEST

PROPERTIES = {
    declared["x-hyperparameter"]: declared
    for declared in schema.load("TrainModel")["properties"].values()
    if "x-hyperparameter" in declared
}
NUMERIC = sorted(name for name, declared in PROPERTIES.items() if {"integer", "number"} & set(declared["type"]))

LEAST = {"max_bin": 2}
"""Where the schema asks for more than the image's own table: XGBoost itself then fails, minutes later."""


def test_both_know_the_same_names() -> None:
    assert set(PROPERTIES) - set(ALIASES) == set(TABLE)


def probes(declared: dict[str, Any]) -> list[float]:
    bounds = [
        declared[key] for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum") if key in declared
    ]
    steps = (-1, 0, 1) if "integer" in declared["type"] else (-1, -0.001, 0, 0.001, 1)
    values = {bound + step for bound in [*bounds, 0, 1, 2, -(2**31), 2**31 - 1] for step in steps}
    return sorted(values)


@pytest.mark.parametrize("name", NUMERIC)
def test_both_take_the_same_numbers(name: str) -> None:
    allowed = TABLE[ALIASES.get(name, name)].allowed
    for value in probes(PROPERTIES[name]):
        taken = not list(schema.validate(value, PROPERTIES[name]))
        expected = allowed.contains(value, NEWEST) and value >= LEAST.get(name, value)
        assert taken == expected, f"{name}={value}"


@pytest.mark.parametrize("name", sorted(name for name, declared in PROPERTIES.items() if "enum" in declared))
def test_both_take_the_same_words(name: str) -> None:
    rule = TABLE[ALIASES.get(name, name)]
    for word in [*PROPERTIES[name]["enum"], "nonsense"]:
        parsed = rule.value_of(str(word)) if word != "nonsense" else word
        taken = not list(schema.validate(word, PROPERTIES[name]))
        assert taken == rule.allowed.contains(parsed, NEWEST), f"{name}={word}"


@pytest.mark.parametrize("name", sorted(PROPERTIES))
def test_both_know_a_hyperparameter_since_the_same_release(name: str) -> None:
    declared, row = PROPERTIES[name], TABLE[ALIASES.get(name, name)]
    assert declared.get("x-since", str(LEGACY)) == str(row.since)
    assert declared.get("x-until") == (None if row.until is None else str(row.until))


IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost"
AROUND = training.Surroundings("arn:role", f"{IMAGE}:3.2-0", "", {})
VALUES = {
    **{
        name: declared["default"]
        for name, declared in schema.load("TrainModel")["properties"].items()
        if "default" in declared
    },
    "databucket": "data",
    "modelartifactout": "models",
    "traincompute": "ml.m5.large",
    "train-key": "train",
}


def asked(**more: Any) -> dict[str, Any]:
    return training.request("job", {**VALUES, **more}, AROUND)


@pytest.mark.parametrize(
    ("key", "image", "says"),
    [
        ("hp-verbosity", "811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1", "too old"),
        ("hp-monotone-constraints", f"{IMAGE}:0.90-2", "too old"),
        ("hp-kfold", f"{IMAGE}:1.2-1", "too old"),
        ("hp-silent", f"{IMAGE}:1.2-1", "does not know it any more"),
        ("hp-silent", f"{IMAGE}:1.7-1-cpu-py3", "does not know it any more"),
    ],
)
def test_what_the_images_release_does_not_know_is_refused_before_it_trains(key: str, image: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=f"'{key}': {image} .*{says}"):
        asked(**{key: 1, "container-path": image})


@pytest.mark.parametrize(
    ("key", "image"),
    [
        ("hp-kfold", f"{IMAGE}:1.2-2"),
        ("hp-silent", f"{IMAGE}:1.0-1-cpu-py3"),
        ("hp-verbosity", "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:0.1"),
        ("hp-verbosity", f"{IMAGE}:mine"),
    ],
)
def test_what_the_release_knows_and_an_image_of_ones_own_is_left_to_train(key: str, image: str) -> None:
    name = schema.load("TrainModel")["properties"][key]["x-hyperparameter"]
    assert asked(**{key: 1, "container-path": image})["HyperParameters"][name] == "1"
