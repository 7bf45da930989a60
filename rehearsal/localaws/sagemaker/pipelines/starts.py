"""How an execution begins: what a start request and a version of a pipeline make of it. Pure."""

import re
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.sagemaker.pipelines import contexts, graph, parameters, selection
from rehearsal.localaws.sagemaker.pipelines.parameters import InvalidValue, Value
from rehearsal.localaws.sagemaker.pipelines.records import Caller, Execution, Pipeline, Version
from rehearsal.localaws.sagemaker.pipelines.values import Scope, Unresolved

_ID_LETTERS = string.ascii_lowercase + string.digits
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,119}")


@dataclass(frozen=True)
class Start:
    """What is asked for: ``request`` is that of StartPipelineExecution, ``source`` the execution of a selection."""

    request: Mapping[str, Any]
    source: Execution | None
    by: Caller
    at: float
    tags: tuple[Mapping[str, str], ...]


def execution(pipeline: Pipeline, version: Version, region: str, start: Start) -> Execution:
    """The new execution.

    Raises:
        InvalidValue, CannotSelect: with the service's message.
    """
    asked = start.request
    definition = version.definition
    waits: Mapping[str, frozenset[str]] = graph.edges(definition)
    chosen = asked.get("SelectiveExecutionConfig")
    runs = {}
    if chosen:
        names = [each["StepName"] for each in chosen["SelectedSteps"]]
        selection.check(definition, waits, names, start.source)
        runs = selection.kept(waits, names, start.source)
        waits = selection.restricted(waits, names)
    made = Execution(
        arn=f"{pipeline.arn}/execution/{''.join(secrets.choice(_ID_LETTERS) for _ in range(12))}",
        pipeline_arn=pipeline.arn,
        pipeline_name=pipeline.name,
        region=region,
        version=version.number,
        definition=definition,
        waits=waits,
        parameters=_values(version, start),
        role_arn=asked.get("RoleArn", pipeline.role_arn),
        display_name=asked.get("PipelineExecutionDisplayName", f"execution-{int(start.at * 1000)}"),
        created_by=start.by,
        modified_by=start.by,
        started_at=start.at,
        updated_at=start.at,
        description=asked.get("PipelineExecutionDescription"),
        most_parallel=(asked.get("ParallelismConfiguration") or {}).get(
            "MaxParallelExecutionSteps", pipeline.most_parallel
        ),
        selection=dict(chosen) if chosen else None,
        tags=start.tags,
        runs=runs,
    )
    made.experiment = _experiment(made)
    return made


def _values(version: Version, start: Start) -> dict[str, Value]:
    """The parameters; those that a selective execution leaves out are its source's."""
    given = list(start.request.get("PipelineParameters") or ())
    if start.source is not None:
        named = {each["Name"] for each in given}
        inherited = {
            name: value
            for name, value in start.source.parameters.items()
            if name not in named and name in version.definition.parameters
        }
        given += [{"Name": name, "Value": parameters.as_text(value)} for name, value in inherited.items()]
    return parameters.values(version.definition.parameters, given)


def _experiment(made: Execution) -> dict[str, str] | None:
    """The names of experiment and trial: as configured, else the pipeline's and the execution's id."""
    configured = made.definition.experiment
    if configured is None:
        return None
    scope = Scope(made.definition, made.parameters, contexts.variables(made), {}, _nothing)
    names = {
        "ExperimentName": str(scope.resolve(configured.experiment) or made.pipeline_name[:120]),
        "TrialName": str(scope.resolve(configured.trial) or made.id),
    }
    for member, name in names.items():
        if not _NAME.fullmatch(name):
            raise InvalidValue(
                f"Value '{name}' for '{member}' failed to satisfy regular expression pattern: {_NAME.pattern}"
            )
    return names


def _nothing(uri: str) -> Any:
    raise Unresolved(f"{uri} cannot be read before the execution has begun")
