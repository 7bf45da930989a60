"""Outputs of a stack, and the exports that stacks of a region share."""

import threading
from collections.abc import Mapping
from typing import Any

from rehearsal.localaws.cloudformation import intrinsics
from rehearsal.localaws.cloudformation.scope import StackScope
from rehearsal.localaws.cloudformation.stack import Output, Stack
from rehearsal.localaws.cloudformation.statuses import StackStatus
from rehearsal.localaws.cloudformation.template import Template, as_text, invalid


def evaluate_outputs(template: Template, scope: StackScope) -> tuple[Output, ...]:
    """The outputs whose condition holds, in the template's order."""
    return tuple(
        _output(key, declared, scope)
        for key, declared in template.outputs.items()
        if declared.get("Condition") is None or scope.condition(declared["Condition"])
    )


def _output(key: str, declared: Any, scope: StackScope) -> Output:
    value = intrinsics.resolve(declared["Value"], scope)
    if isinstance(value, list | dict) or value is intrinsics.NO_VALUE:
        raise invalid(
            f"Template format error: The Value field of every Outputs member must evaluate to a String. ({key})"
        )
    export = intrinsics.resolve(declared["Export"]["Name"], scope) if declared.get("Export") else None
    return Output(key, as_text(value), declared.get("Description"), None if export is None else as_text(export))


class Exports:
    """The exports of one account and region, and which stacks import them."""

    def __init__(self, stacks: Mapping[str, Stack]) -> None:
        self._stacks = stacks
        self._guard = threading.RLock()

    def all(self) -> list[tuple[Stack, Output]]:
        """Every exported output with its stack, by name."""
        pairs = [
            (stack, output)
            for stack in [*self._stacks.values()]
            if stack.status is not StackStatus.DELETE_COMPLETE
            for output in stack.outputs
            if output.export_name is not None
        ]
        return sorted(pairs, key=lambda pair: str(pair[1].export_name))

    def value(self, name: str) -> str:
        """What is exported under ``name``.

        Raises:
            AwsError: ValidationError, when nothing is.
        """
        for _, output in self.all():
            if output.export_name == name:
                return output.value
        raise invalid(f"No export named {name} found.")

    def importers(self, name: str) -> list[str]:
        """Names of the stacks that import ``name``."""
        return sorted(
            stack.name
            for stack in [*self._stacks.values()]
            if name in stack.imports and stack.status is not StackStatus.DELETE_COMPLETE
        )

    def users_of(self, stack: Stack) -> dict[str, list[str]]:
        """The exports of ``stack`` that others import, with the importers."""
        names = [output.export_name for output in stack.outputs if output.export_name]
        return {name: users for name in names if (users := self.importers(name))}

    def publish(self, stack: Stack, outputs: tuple[Output, ...]) -> None:
        """Let ``stack`` export what ``outputs`` say.

        Raises:
            AwsError: ValidationError, when a name is another stack's, or one in use would change or go.
        """
        with self._guard:
            new = {output.export_name: output.value for output in outputs if output.export_name}
            for owner, output in self.all():
                if output.export_name in new and owner.stack_id != stack.stack_id:
                    raise invalid(f"Export with name {output.export_name} is already exported by stack {owner.name}.")
            self._check_in_use(stack, new)
            stack.outputs = outputs

    def _check_in_use(self, stack: Stack, new: dict[str, str]) -> None:
        for output in stack.outputs:
            if output.export_name is None or not (users := self.importers(output.export_name)):
                continue
            if output.export_name not in new:
                raise invalid(f"Export {output.export_name} cannot be deleted as it is in use by {' and '.join(users)}")
            if new[output.export_name] != output.value:
                raise invalid(f"Export {output.export_name} cannot be updated as it is in use by {' and '.join(users)}")

    def withdraw(self, stack: Stack) -> None:
        """``stack`` is gone: it exports and imports nothing."""
        with self._guard:
            stack.imports = frozenset()
