"""UserParameters of the running pipeline: read, check, change through the stack. What is allowed is ``pipeline_job``'s
to say."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline_job import parameters as schema
from pipeline_job.functions import FUNCTIONS
from pipeline_job.parameters import Checked
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.executions import addressing
from rehearsal.toolkit.executions.addressing import DeclaredAction
from rehearsal.toolkit.executions.events import Tell
from rehearsal.toolkit.parameters import workshop_actions
from rehearsal.toolkit.stacks import stacks


@dataclass(frozen=True)
class Change:
    """One key of an action's UserParameters, before and after; None where it is absent."""

    key: str
    before: Any
    after: Any


def of_pipeline(declared: dict[str, Any]) -> dict[str, str]:
    """The text of every action's UserParameters, by ``Stage/Action``."""
    return {
        action.path: action.configuration.get("UserParameters", "")
        for action in addressing.actions_of(declared)
        if action.provider == "Lambda"
    }


def check(action: str, text: str) -> Checked:
    """Hold a text against what the action's function takes; ``action`` may carry its stage.

    Raises:
        BadInput: it is refused; every problem points at its character.
    """
    name = action.rsplit("/", 1)[-1]
    function = _function_of(action)
    checked = schema.rules_broken(function, schema.check(function, text, unresolved="#{" in text))
    if checked.problems:
        refusal = schema.refusal(name, checked)
        points = "correct what the caret points at" if "^" in refusal else "correct what is named"
        raise BadInput(refusal, where=f"UserParameters of {action}", next_step=points)
    return checked


def _function_of(action: str) -> str:
    """The function that an action invokes; the name of a function stands for itself."""
    found = workshop_actions.find(action)
    if found is not None:
        return found.function
    if action in FUNCTIONS:
        return action
    raise BadInput(
        f"no function belongs to the action {action!r}",
        where="ACTION",
        next_step=f"write one of {', '.join(each.path for each in workshop_actions.all_of())}",
    )


def check_all(stack_parameters: dict[str, str]) -> None:
    """Check those of the pipeline stack's parameters that are UserParameters; empty ones are the template's own.

    Raises:
        BadInput: one is refused.
    """
    for action in workshop_actions.settable():
        text = stack_parameters.get(action.stack_parameter or "")
        if text:
            check(action.path, text)


def changed(text: str, assign: dict[str, str], unset: Iterable[str] = ()) -> str:
    """The UserParameters with keys set and removed; values keep the type that the key has, or are read as JSON where
    they can be.

    Raises:
        BadInput: a key to remove is not there, or the present text is not a JSON object.
    """
    try:
        values = json.loads(text or "{}")
    except json.JSONDecodeError as error:
        raise BadInput(
            f"the present UserParameters are not JSON: {error}",
            where=text[:80],
            next_step="rehearse params check shows where",
        ) from error
    for key in unset:
        if key not in values:
            raise BadInput(f"{key!r} is not set", where="--unset", next_step=f"set are: {', '.join(values) or 'none'}")
        del values[key]
    for key, value in assign.items():
        values[key] = value if isinstance(values.get(key), str) else _typed(value)
    return json.dumps(values)


def _typed(value: str) -> Any:
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value


def differences(before: str, after: str) -> list[Change]:
    """The keys that differ between two texts."""
    first, second = json.loads(before or "{}"), json.loads(after or "{}")
    names = list(dict.fromkeys([*first, *second]))
    return [Change(name, first.get(name), second.get(name)) for name in names if first.get(name) != second.get(name)]


def as_declared(text: str, execution_id: str) -> str:
    """UserParameters as an execution got them, with the variable that its own id stood for."""
    return text.replace(execution_id, "#{codepipeline.PipelineExecutionId}") if execution_id else text


def set_in_stack(aws: Aws, workshop: Workshop, action: DeclaredAction, text: str, tell: Tell) -> None:
    """Update the pipeline stack so that the action gets ``text``; everything else of the stack stays.

    Raises:
        BadInput: the action's UserParameters are no parameter of the stack.
        NotThere: the stack does not exist.
    """
    parameters = {each.path: each.stack_parameter for each in workshop_actions.settable()}
    parameter = parameters.get(action.path)
    if parameter is None:
        raise BadInput(
            f"{action.path} takes no UserParameters from the stack",
            where=workshop.pipeline_stack,
            next_step=f"settable: {', '.join(parameters)}",
        )
    stacks.change_parameters(aws, workshop.pipeline_stack, {parameter: text}, tell)
