"""TrainModel's schema and the algorithm say the same of each hyperparameter: the zip may not import XGBoost, so there are two tables."""

from typing import Any

import pytest

from pipeline_job import schema, training
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


def test_the_function_refuses_what_an_older_image_does_not_know_yet() -> None:
    later = {name: row.since for name, row in TABLE.items() if row.since > LEGACY and name in PROPERTIES}
    assert set(training._SINCE) <= set(later)
