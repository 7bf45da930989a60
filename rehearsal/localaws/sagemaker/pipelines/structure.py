"""Whether a definition holds together as a whole: references, dependencies, branches, Fail steps, arguments. Pure."""

from rehearsal.localaws.sagemaker.pipelines import arguments, expressions, graph
from rehearsal.localaws.sagemaker.pipelines.definition import Definition, Step
from rehearsal.localaws.sagemaker.pipelines.expressions import (
    ExecutionVariable,
    Expression,
    JsonOfFile,
    ParameterValue,
    StepProperty,
)
from rehearsal.localaws.sagemaker.pipelines.invalid import InvalidDefinition, unparsable

_OF_ONE_TYPE = {"TrainingJobName": "Training", "ProcessingJobName": "Processing"}
"""Execution variables that only steps of one type have."""


def check(definition: Definition) -> None:
    """Refuse what could not run.

    Raises:
        InvalidDefinition: in the service's words where they are known.
    """
    for step in definition.steps.values():
        try:
            arguments.check(step.kind, step.arguments)
            _check_references(definition, step)
        except expressions.InvalidExpression as error:
            raise unparsable(f"{error}.") from error
        _check_dependencies(definition, step)
        _check_property_files(step)
    _check_experiment(definition)
    found = graph.cycle(graph.edges(definition))
    if found is not None:
        raise InvalidDefinition(f"Cycle detected in the pipeline definition: {' -> '.join(found)}")


def _check_dependencies(definition: Definition, step: Step) -> None:
    for name in step.depends_on:
        if name not in definition.steps:
            raise InvalidDefinition(f"Step '{step.name}' depends on the step '{name}', which does not exist.")
        _check_not_leaf(step, definition.steps[name])


def _check_not_leaf(step: Step, before: Step) -> None:
    if before.kind.is_leaf:
        raise InvalidDefinition(f"Invalid dependency: {step.name} can not depends on {before.name}")


def _check_references(definition: Definition, step: Step) -> None:
    for reference in graph.references(step):
        if isinstance(reference, ParameterValue):
            _check_parameter(definition, reference)
        elif isinstance(reference, ExecutionVariable):
            wanted = _OF_ONE_TYPE.get(reference.name, step.kind.type)
            if wanted != step.kind.type:
                raise InvalidDefinition(
                    f"Execution.{reference.name} can be used in {wanted} steps only: '{step.name}'."
                )
        elif isinstance(reference, StepProperty | JsonOfFile):
            _check_step(definition, step, reference)


def _check_parameter(definition: Definition, reference: ParameterValue) -> None:
    if reference.name not in definition.parameters:
        raise InvalidDefinition(
            f"Invalid property reference 'Parameters.{reference.name}': there is no such parameter."
        )


def _check_step(definition: Definition, step: Step, reference: StepProperty | JsonOfFile) -> None:
    before = definition.steps.get(reference.step)
    if before is None:
        raise InvalidDefinition(f"Step '{step.name}' refers to the step '{reference.step}', which does not exist.")
    _check_not_leaf(step, before)
    if isinstance(reference, JsonOfFile):
        if reference.file not in before.property_files:
            raise InvalidDefinition(
                f"Step '{step.name}' reads the property file '{reference.file}', which step '{before.name}' does not "
                "declare."
            )
    elif not _is_known(before, reference):
        path = ".".join(map(str, reference.path))
        raise InvalidDefinition(
            f"Invalid property reference 'Steps.{before.name}.{path}' in step '{step.name}': "
            f"a step of type {before.kind.type} has no such property."
        )


def _is_known(step: Step, reference: StepProperty) -> bool:
    if reference.path[0] == "OutputParameters":
        return len(reference.path) == 2 and reference.path[1] in step.outputs
    return arguments.is_property(step.kind, reference.path)


def _check_property_files(step: Step) -> None:
    if not step.property_files:
        return
    outputs = (step.arguments.get("ProcessingOutputConfig") or {}).get("Outputs") or ()
    names = {each.get("OutputName") for each in outputs}
    for file in step.property_files.values():
        if file.output not in names and all(isinstance(name, str) for name in names):
            raise InvalidDefinition(
                f"Property file '{file.name}' of step '{step.name}' is in the output '{file.output}', which the step "
                "has not."
            )


def _check_experiment(definition: Definition) -> None:
    experiment = definition.experiment
    named: list[Expression] = []
    for value in (experiment.experiment, experiment.trial) if experiment else ():
        named += expressions.within(value)
    for reference in named:
        if isinstance(reference, ParameterValue):
            _check_parameter(definition, reference)
        elif isinstance(reference, StepProperty | JsonOfFile):
            raise InvalidDefinition("PipelineExperimentConfig cannot refer to steps.")
