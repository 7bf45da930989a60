"""Output parameters of Lambda and Callback steps: as declared in the definition, as told in answers, as other steps see
them. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from rehearsal.localaws.sagemaker.pipelines import parameters


def typed(declared: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, Any]:
    """The declared outputs with values of their types; what a function gives nested is one text.

    Raises:
        ValueError: one is missing or of another type; the text says which.
    """
    missing = sorted(declared.keys() - given.keys())
    if missing:
        raise ValueError(f"the declared output parameter '{missing[0]}' is missing")
    return {name: _typed(name, kind, given[name]) for name, kind in declared.items()}


def _typed(name: str, kind: str, value: Any) -> Any:
    text = json.dumps(value) if isinstance(value, Mapping | list) or value is None else parameters.as_text(value)
    try:
        return parameters.of_type(kind, text)
    except ValueError as error:
        raise ValueError(f"the output parameter '{name}' is {text}, which is not of its type {kind}") from error


def shown(values: Mapping[str, Any]) -> list[dict[str, str]]:
    """As a step's Metadata has them."""
    return [{"Name": name, "Value": parameters.as_text(value)} for name, value in values.items()]
