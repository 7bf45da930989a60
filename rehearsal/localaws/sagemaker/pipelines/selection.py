"""Selective execution: some steps run, the others' results come from an earlier execution. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-selective-ex.html
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from rehearsal.localaws.sagemaker.pipelines import graph
from rehearsal.localaws.sagemaker.pipelines.definition import Definition
from rehearsal.localaws.sagemaker.pipelines.graph import Edges
from rehearsal.localaws.sagemaker.pipelines.records import Execution, StepRun, StepStatus


class CannotSelect(ValueError):
    """The selection cannot run; the text is the service's message."""


def check(definition: Definition, waits: Edges, selected: Sequence[str], source: Execution | None) -> None:
    """Refuse a selection that is not connected or whose inputs are missing.

    Raises:
        CannotSelect: with the reason.
    """
    unknown = [name for name in selected if name not in waits]
    if unknown:
        raise CannotSelect(f"The selected steps {_list(unknown)} do not exist in the pipeline.")
    _check_connected(waits, set(selected))
    needed = sorted(set().union(*(waits[name] for name in selected)) - set(selected))
    if needed and source is None:
        raise CannotSelect(
            f"Invalid SourcePipelineExecutionArn: null. The selected steps {_list(selected)} have dependencies on "
            f"{_list(needed)}"
        )
    if source is None:
        return
    if source.status.is_live:
        raise CannotSelect(f"Invalid SourcePipelineExecutionArn: {source.arn}. The execution is {source.status}.")
    missing = [name for name in needed if _result(source, name) is None]
    if missing:
        raise CannotSelect(
            f"Invalid SourcePipelineExecutionArn: {source.arn}. The selected steps {_list(selected)} have dependencies "
            f"on {_list(missing)}, which have not succeeded there."
        )
    _check_branches(definition, selected, source)


def _check_connected(waits: Edges, selected: set[str]) -> None:
    """Every step on a path between two selected steps is selected too."""
    between = sorted(
        name for name in graph.upstream(waits, selected) - selected if graph.upstream(waits, [name]) & selected
    )
    if between:
        raise CannotSelect(
            f"The selected steps {_list(sorted(selected))} are not connected: the steps {_list(between)} between them "
            f"must be selected too."
        )


def _check_branches(definition: Definition, selected: Sequence[str], source: Execution) -> None:
    for name in selected:
        branch = definition.steps[name].branch
        if branch is None or branch.condition in selected:
            continue
        found = _result(source, branch.condition)
        if found is not None and found.outcome != branch.outcome:
            raise CannotSelect(
                f"The selected step [{name}] is in the branch of {branch.condition} that {source.arn} did not take."
            )


def _result(source: Execution, name: str) -> StepRun | None:
    run = source.runs.get(name)
    return run if run is not None and run.status is StepStatus.SUCCEEDED else None


def kept(waits: Edges, selected: Iterable[str], source: Execution | None) -> dict[str, StepRun]:
    """The results of the steps before the selected ones, as runs of the new execution."""
    if source is None:
        return {}
    before = graph.upstream(waits, selected) - set(selected)
    return {
        name: replace(run, selection_source=source.arn, cache_source=None, miss=None)
        for name, run in source.runs.items()
        if name in before and run.status is StepStatus.SUCCEEDED
    }


def restricted(waits: Mapping[str, frozenset[str]], selected: Sequence[str]) -> dict[str, frozenset[str]]:
    """The edges of the steps that may run."""
    return {name: before for name, before in waits.items() if name in selected}


def _list(names: Iterable[str]) -> str:
    return f"[{', '.join(names)}]"
