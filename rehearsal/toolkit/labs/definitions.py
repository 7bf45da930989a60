"""Definitions of SageMaker pipelines: filled in with what a stack made, and held against what the user chose. Pure."""

import json
import re
from collections.abc import Callable, Mapping

from rehearsal.toolkit.aws.errors import BadInput, RehearsalError

_PLACEHOLDER = re.compile(r"\$\{([A-Za-z]+)\}")
_TYPES: Mapping[str, Callable[[str], object]] = {"String": str, "Integer": int, "Float": float}


def filled(text: str, values: Mapping[str, str]) -> str:
    """The definition with ``${Name}`` replaced, as Step Functions does with DefinitionSubstitutions.

    Raises:
        RehearsalError: there is no value for a placeholder.
    """
    missing = sorted({name for name in _PLACEHOLDER.findall(text) if name not in values})
    if missing:
        raise RehearsalError(
            f"the definition names {', '.join(missing)}, which the stack does not give",
            where="definition.json",
            next_step="launch the stack of the same release as the definition",
        )
    return _PLACEHOLDER.sub(lambda found: json.dumps(values[found[1]])[1:-1], text)


def with_defaults(definition: str, chosen: Mapping[str, str]) -> str:
    """The definition with other default values of its parameters: for executions that something else starts."""
    document = json.loads(definition)
    for each in document["Parameters"]:
        if each["Name"] in chosen:
            each["DefaultValue"] = _TYPES[each["Type"]](chosen[each["Name"]])
    return json.dumps(document)


def check_parameters(definition: str, chosen: Mapping[str, str]) -> None:
    """Hold chosen values against the definition's parameters.

    Raises:
        BadInput: a parameter is not declared, or a value is not of its type.
    """
    declared = {each["Name"]: each for each in json.loads(definition).get("Parameters", [])}
    for name, value in chosen.items():
        if name not in declared:
            raise BadInput(
                f"the pipeline has no parameter {name}",
                where="--parameter",
                next_step=f"it has {', '.join(declared)}",
            )
        kind = declared[name]["Type"]
        if not _fits(kind, value):
            raise BadInput(
                f"{value!r} is no {kind}", where=f"--parameter {name}", next_step=f"give a value of type {kind}"
            )


def _fits(kind: str, value: str) -> bool:
    try:
        _TYPES[kind](value)
    except ValueError:
        return False
    return True
