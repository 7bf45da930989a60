"""The VariableCheck rule: a resolved value is compared. Reference: user guide, "VariableCheck"."""

import re
from collections.abc import Callable

from rehearsal.localaws.codepipeline.action_types import TypeRules
from rehearsal.localaws.codepipeline.actions.context import ActionFailed, Context
from rehearsal.localaws.codepipeline.actions.provider import Provider
from rehearsal.localaws.codepipeline.state_machine import Outcome

_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "EQ": lambda variable, value: variable == value,
    "NE": lambda variable, value: variable != value,
    "CONTAINS": lambda variable, value: value in variable,
    "MATCHES": lambda variable, value: re.fullmatch(value, variable) is not None,
}


def act(context: Context) -> Outcome:
    """Succeed when the comparison holds."""
    operator, variable = context.required("Operator"), context.configuration.get("Variable", "")
    value = context.configuration.get("Value", "")
    if operator not in _OPERATORS:
        raise ActionFailed("ConfigurationError", f"Operator {operator} is not one of {', '.join(_OPERATORS)}.")
    try:
        holds = _OPERATORS[operator](variable, value)
    except re.error as error:
        raise ActionFailed("ConfigurationError", f"{value!r} is not a regular expression: {error}") from error
    if not holds:
        raise ActionFailed("RuleFailed", f"The variable's value {variable!r} does not satisfy {operator} {value!r}.")
    return Outcome(summary=f"{variable!r} satisfies {operator} {value!r}.")


PROVIDERS = (Provider("Rule", "VariableCheck", act, TypeRules({"Variable": True, "Operator": True, "Value": True})),)
