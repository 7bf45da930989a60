"""Definitions of SageMaker pipelines: filled in with what a stack made, and held against what the user chose. Pure."""

import json
import re
from collections.abc import Mapping

from rehearsal.toolkit.aws.errors import BadInput, RehearsalError

_PLACEHOLDER = re.compile(r"\$\{([A-Za-z]+)\}")


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
        {"Integer": int, "Float": float}.get(kind, str)(value)
    except ValueError:
        return False
    return True
