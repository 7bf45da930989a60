"""What expressions give at run time. Pure, but for the reader of JSON objects that the scope brings along."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.sagemaker.pipelines import expressions, paths
from rehearsal.localaws.sagemaker.pipelines.definition import Definition
from rehearsal.localaws.sagemaker.pipelines.expressions import (
    ExecutionVariable,
    Expression,
    Join,
    JsonOfFile,
    JsonOfObject,
    ParameterValue,
    StepProperty,
)
from rehearsal.localaws.sagemaker.pipelines.parameters import as_text


class Unresolved(Exception):
    """An expression has no value; the text is the reason with which the step fails."""


@dataclass(frozen=True)
class Scope:
    """Everything that expressions of one step may refer to."""

    definition: Definition
    parameters: Mapping[str, Any]
    variables: Mapping[str, Any]
    """Execution variables by name."""
    properties: Mapping[str, Mapping[str, Any]]
    """Properties of the steps that have run, by step."""
    read: Callable[[str], Any]
    """Gives the JSON document of an S3 URI; raises Unresolved."""

    def resolve(self, value: Any) -> Any:
        """A value of the definition with each expression replaced by what it gives.

        Raises:
            Unresolved: one gives nothing.
        """
        if isinstance(value, Expression):
            return self._value(value)
        if expressions.is_expression(value):
            return self._value(expressions.parse(value))
        if isinstance(value, Mapping):
            return {name: self.resolve(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self.resolve(member) for member in value]
        return value

    def _value(self, expression: Expression) -> Any:
        if isinstance(expression, ParameterValue):
            return self.parameters[expression.name]
        if isinstance(expression, ExecutionVariable):
            return self.variables[expression.name]
        if isinstance(expression, StepProperty):
            return self._property(expression)
        if isinstance(expression, Join):
            return expression.on.join(as_text(self.resolve(value)) for value in expression.values)
        if isinstance(expression, JsonOfFile):
            return self._at(self._uri_of(expression), expression.path)
        assert isinstance(expression, JsonOfObject)
        return self._at(str(self.resolve(expression.uri)), expression.path)

    def _property(self, reference: StepProperty) -> Any:
        try:
            return paths.walk(self.properties[reference.step], reference.path)
        except (paths.NotFound, KeyError) as error:
            path = ".".join(map(str, reference.path))
            raise Unresolved(
                f"ClientError: Unable to resolve property Steps.{reference.step}.{path}: the step has no such value."
            ) from error

    def _uri_of(self, reference: JsonOfFile) -> str:
        file = self.definition.steps[reference.step].property_files[reference.file]
        place = StepProperty(reference.step, ("ProcessingOutputConfig", "Outputs", file.output, "S3Output", "S3Uri"))
        return f"{str(self._property(place)).rstrip('/')}/{file.path.lstrip('/')}"

    def _at(self, uri: str, path: tuple[paths.Part, ...]) -> Any:
        try:
            found = paths.walk(self.read(uri), path)
        except paths.NotFound as error:
            shown = ".".join(map(str, path))
            raise Unresolved(
                f"ClientError: No JSON value at the path {shown} of {uri}: there is no {error}."
            ) from error
        if isinstance(found, Mapping | list) or found is None:
            shown = ".".join(map(str, path))
            raise Unresolved(f"ClientError: The path {shown} of {uri} leads to no text, number or boolean.")
        return found
