"""The ``hp-*`` keys as the algorithm's hyperparameters: strings under the container's own names. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline_job import images, schema

DEFAULT_ROUNDS = 100


@dataclass(frozen=True)
class Releases:
    """The releases of the image that know a hyperparameter; ``until`` is the first that does not any more."""

    since: tuple[int, ...] = images.FIRST_RELEASE
    until: tuple[int, ...] | None = None


def of(values: Mapping[str, Any]) -> dict[str, str]:
    """Every hyperparameter that is given. ``num_round``, the one the container demands, is always there."""
    properties = schema.load("TrainModel")["properties"]
    named = {key: properties[key]["x-hyperparameter"] for key in values if "x-hyperparameter" in properties[key]}
    chosen = {name: as_text(values[key]) for key, name in named.items()}
    return {**chosen, "num_round": as_text(values.get("hp-num-round", values.get("num-round", DEFAULT_ROUNDS)))}


def releases(values: Mapping[str, Any]) -> dict[str, Releases]:
    """Each ``hp-*`` key that is given, and the releases that know it: ``x-since`` and ``x-until`` of the schema are
    their tags."""
    properties = schema.load("TrainModel")["properties"]
    given = {key: properties[key] for key in values if "x-hyperparameter" in properties[key]}
    return {
        key: Releases(
            images.release(declared.get("x-since", "")) or images.FIRST_RELEASE,
            images.release(declared.get("x-until", "")),
        )
        for key, declared in given.items()
    }


def as_text(value: Any) -> str:
    """As CreateTrainingJob wants it: a string; whole numbers without a decimal point."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
