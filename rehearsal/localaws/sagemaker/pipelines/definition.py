"""A pipeline definition (version 2020-12-01), read from its text into frozen records. Pure.

Reading refuses what the service cannot parse; ``structure`` checks the whole, ``arguments`` what each step asks for.
The root's and the steps' members are those that both SDKs write.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.localaws.sagemaker.pipelines import conditions, durations, expressions, parameters, retries, steps
from rehearsal.localaws.sagemaker.pipelines.conditions import Condition
from rehearsal.localaws.sagemaker.pipelines.invalid import (
    InvalidDefinition,
    against_model,
    list_of,
    object_of,
    text_of,
    unparsable,
)
from rehearsal.localaws.sagemaker.pipelines.parameters import Parameter
from rehearsal.localaws.sagemaker.pipelines.retries import RetryPolicy
from rehearsal.localaws.sagemaker.pipelines.steps.kind import Kind

VERSION = "2020-12-01"
_ROOT = frozenset({"Version", "Metadata", "Parameters", "PipelineExperimentConfig", "Steps", "MlflowConfig"})
_STEP = frozenset(
    {"Name", "Type", "Arguments", "DependsOn", "DisplayName", "Description", "RetryPolicies", "CacheConfig"}
)
_STEP_NAME = re.compile(r"[A-Za-z0-9\-_]{1,64}")


@dataclass(frozen=True)
class Cache:
    """The CacheConfig of a step that is switched on."""

    expires_after: float


@dataclass(frozen=True)
class PropertyFile:
    """A JSON file that a processing step leaves in one of its outputs."""

    name: str
    output: str
    path: str


@dataclass(frozen=True)
class Branches:
    """What a Condition step decides: the names of the steps of either branch."""

    conditions: tuple[Condition, ...]
    if_steps: tuple[str, ...]
    else_steps: tuple[str, ...]


@dataclass(frozen=True)
class Branch:
    """Where a step stands that is not at the top: in the branch of this Condition step that is taken on ``outcome``."""

    condition: str
    outcome: bool


@dataclass(frozen=True)
class Step:
    """One step. ``target`` is a Lambda step's function and a Callback step's queue, a text or an expression."""

    name: str
    kind: Kind
    arguments: Mapping[str, Any]
    depends_on: tuple[str, ...] = ()
    display_name: str | None = None
    description: str | None = None
    policies: tuple[RetryPolicy, ...] = ()
    cache: Cache | None = None
    property_files: Mapping[str, PropertyFile] = field(default_factory=dict)
    target: Any = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of a check step: values or expressions by member, without those that are null."""
    outputs: Mapping[str, str] = field(default_factory=dict)
    """OutputParameters of a Lambda or Callback step: their types by name."""
    branches: Branches | None = None
    branch: Branch | None = None


@dataclass(frozen=True)
class Experiment:
    """PipelineExperimentConfig: texts or expressions; None where the definition leaves the default."""

    experiment: Any
    trial: Any


@dataclass(frozen=True)
class Definition:
    """A whole pipeline. ``steps`` has those of branches too, in the order of the document."""

    text: str
    parameters: Mapping[str, Parameter]
    steps: Mapping[str, Step]
    experiment: Experiment | None


def parse(text: str) -> Definition:
    """Read a definition.

    Raises:
        InvalidDefinition: with the service's message.
    """
    try:
        raw = json.loads(text)
    except ValueError as error:
        raise unparsable(f"The definition is not valid JSON: {error}.") from error
    root = object_of(raw, _ROOT, ("Version", "Steps"))
    if root["Version"] != VERSION:
        raise unparsable(f"Unsupported version '{root['Version']}'. Supported versions: [{VERSION}].")
    if "MlflowConfig" in root:
        raise InvalidDefinition("The embedded AWS does not offer MLflow: leave MlflowConfig out of the definition.")
    try:
        return Definition(text, _parameters(root), _steps(root), _experiment(raw))
    except expressions.InvalidExpression as error:
        raise unparsable(f"{error}.") from error


def _parameters(root: Mapping[str, Any]) -> dict[str, Parameter]:
    found: dict[str, Parameter] = {}
    for each in list_of(root.get("Parameters", [])):
        parameter = parameters.parse(each)
        if parameter.name in found:
            raise InvalidDefinition(f"Parameter names must be unique within a pipeline: '{parameter.name}'.")
        found[parameter.name] = parameter
    if len(found) > parameters.MAX_PARAMETERS:
        raise InvalidDefinition(f"A pipeline can have at most {parameters.MAX_PARAMETERS} parameters.")
    return found


def _experiment(raw: Mapping[str, Any]) -> Experiment | None:
    """Absent: the default names; null: none."""
    if "PipelineExperimentConfig" in raw and raw["PipelineExperimentConfig"] is None:
        return None
    given = object_of(raw.get("PipelineExperimentConfig", {}), frozenset({"ExperimentName", "TrialName"}))
    return Experiment(*(_text_or_expression(given.get(name), name) for name in ("ExperimentName", "TrialName")))


def _text_or_expression(value: Any, what: str) -> Any:
    if value is None:
        return None
    return expressions.parse(value) if expressions.is_expression(value) else text_of(value, what)


def _steps(root: Mapping[str, Any]) -> dict[str, Step]:
    listed = list_of(root["Steps"])
    if not listed:
        raise InvalidDefinition("A pipeline needs at least one step.")
    found: dict[str, Step] = {}
    for raw in listed:
        for step in _with_branches(raw, None):
            if step.name in found:
                raise InvalidDefinition(f"Step names must be unique within a pipeline: '{step.name}'.")
            found[step.name] = step
    return found


def _with_branches(raw: Any, branch: Branch | None) -> Iterator[Step]:
    """The step, and after a Condition step those of its branches."""
    step = _step(raw, branch)
    yield step
    if step.branches is not None:
        for member, outcome in (("IfSteps", True), ("ElseSteps", False)):
            for inner in raw["Arguments"].get(member) or ():
                yield from _with_branches(inner, Branch(step.name, outcome))


def _step(raw: Any, branch: Branch | None) -> Step:
    if not isinstance(raw, Mapping):
        raise unparsable("Expecting start of Json Object.")
    name = _step_name(raw)
    kind = steps.kind_of(raw.get("Type"), name)
    given = object_of(raw, _STEP | kind.members | kind.settings.keys(), ("Name", "Type", *kind.required))
    if branch is not None and kind.decides:
        raise InvalidDefinition(
            f"Nested condition steps are not supported: '{name}' is in a branch of '{branch.condition}'."
        )
    return Step(
        name=name,
        kind=kind,
        arguments=_arguments(given, kind),
        depends_on=tuple(_dependency(each, name) for each in list_of(given.get("DependsOn", []))),
        display_name=_optional_text(given, "DisplayName"),
        description=_optional_text(given, "Description"),
        policies=_policies(given, kind, name),
        cache=_cache(given, kind, name),
        property_files=_property_files(given, name),
        target=_text_or_expression(given.get(kind.target), str(kind.target)) if kind.target else None,
        settings=_settings(given, kind, name),
        outputs=_outputs(given, name),
        branches=_branches(given) if kind.decides else None,
        branch=branch,
    )


def _step_name(raw: Mapping[str, Any]) -> str:
    name = raw.get("Name")
    if name is None:
        raise unparsable("Missing required property 'Name'.")
    if not isinstance(name, str) or not _STEP_NAME.fullmatch(name):
        raise against_model(
            f"Value '{name}' for 'StepName' failed to satisfy regular expression pattern: {_STEP_NAME.pattern}"
        )
    return name


def _arguments(given: Mapping[str, Any], kind: Kind) -> Mapping[str, Any]:
    arguments = given.get("Arguments", {})
    if not isinstance(arguments, Mapping) or expressions.is_expression(arguments):
        raise unparsable("Expecting start of Json Object.")
    if kind.argument_members is not None:
        return object_of(arguments, kind.argument_members, kind.required_arguments)
    return arguments


def _dependency(value: Any, step: str) -> str:
    if isinstance(value, Mapping):
        raise InvalidDefinition(
            f"Step '{step}': the embedded AWS takes the names of steps in DependsOn, without triggers."
        )
    return text_of(value, "DependsOn")


def _optional_text(given: Mapping[str, Any], member: str) -> str | None:
    return text_of(given[member], member) if member in given else None


def _policies(given: Mapping[str, Any], kind: Kind, name: str) -> tuple[RetryPolicy, ...]:
    if "RetryPolicies" not in given:
        return ()
    if not kind.faults and given["RetryPolicies"]:
        raise unparsable(f"Retry policies are not supported for steps of type {kind.type}: '{name}'.")
    return retries.parse(given["RetryPolicies"], kind.faults, name)


def _cache(given: Mapping[str, Any], kind: Kind, name: str) -> Cache | None:
    if "CacheConfig" not in given:
        return None
    if not kind.takes_cache_config:
        raise unparsable(f"CacheConfig is not supported for steps of type {kind.type}: '{name}'.")
    config = object_of(given["CacheConfig"], frozenset({"Enabled", "ExpireAfter"}), ("Enabled",))
    if not isinstance(config["Enabled"], bool):
        raise unparsable(f"Enabled of the CacheConfig of step '{name}' must be true or false.")
    if "ExpireAfter" not in config:
        if config["Enabled"]:
            raise unparsable(f"The CacheConfig of step '{name}' is enabled and has no ExpireAfter.")
        return None
    try:
        lasts = durations.seconds(text_of(config["ExpireAfter"], "ExpireAfter"))
    except ValueError as error:
        raise unparsable(f"ExpireAfter of the CacheConfig of step '{name}': {error}.") from error
    return Cache(lasts) if config["Enabled"] else None


def _property_files(given: Mapping[str, Any], step: str) -> dict[str, PropertyFile]:
    members = ("PropertyFileName", "OutputName", "FilePath")
    found: dict[str, PropertyFile] = {}
    for raw in list_of(given.get("PropertyFiles", [])):
        each = object_of(raw, frozenset(members), members)
        file = PropertyFile(*(text_of(each[member], member) for member in members))
        if file.name in found:
            raise InvalidDefinition(f"Step '{step}' has more than one property file of the name '{file.name}'.")
        found[file.name] = file
    return found


def _settings(given: Mapping[str, Any], kind: Kind, step: str) -> dict[str, Any]:
    found = {member: given[member] for member in kind.settings if given.get(member) is not None}
    for member, value in found.items():
        wanted = kind.settings[member]
        if isinstance(wanted, tuple):
            if value not in wanted:
                raise unparsable(f"{member} '{value}' of step '{step}' is none of {', '.join(wanted)}.")
        elif not expressions.is_expression(value) and not isinstance(value, wanted):
            raise unparsable(f"Expecting a Json {'Boolean' if wanted is bool else 'String'} for '{member}'.")
    return found


def _outputs(given: Mapping[str, Any], step: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw in list_of(given.get("OutputParameters", [])):
        each = object_of(raw, frozenset({"OutputName", "OutputType"}), ("OutputName", "OutputType"))
        name, kind = text_of(each["OutputName"], "OutputName"), each["OutputType"]
        if kind not in parameters.TYPES:
            raise unparsable(f"Output parameter '{name}' of step '{step}' has the unknown type '{kind}'.")
        if name in found:
            raise InvalidDefinition(f"Step '{step}' has more than one output parameter of the name '{name}'.")
        found[name] = kind
    if len(found) > parameters.MAX_OUTPUTS:
        raise InvalidDefinition(f"Step '{step}' has more than {parameters.MAX_OUTPUTS} output parameters.")
    return found


def _branches(given: Mapping[str, Any]) -> Branches:
    arguments = given["Arguments"]
    listed = list_of(arguments["Conditions"])
    if not listed:
        raise unparsable(f"The condition step '{given['Name']}' has no conditions.")
    if_steps, else_steps = (
        tuple(_step_name(raw) if isinstance(raw, Mapping) else "" for raw in list_of(arguments.get(member) or []))
        for member in ("IfSteps", "ElseSteps")
    )
    return Branches(tuple(map(conditions.parse, listed)), if_steps, else_steps)
