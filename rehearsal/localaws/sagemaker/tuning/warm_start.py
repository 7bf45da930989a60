"""Warm start: which tuning jobs may be parents of another, and what it learns from them. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-warm-start.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from rehearsal.localaws.sagemaker.refusals import invalid
from rehearsal.localaws.sagemaker.tuning import views
from rehearsal.localaws.sagemaker.tuning.records import Definition, Outcome, TuningJob

_IDENTICAL = "IdenticalDataAndAlgorithm"
_MOST_TRIALS_WITH_PARENTS = 500


def check(
    warm_start: Mapping[str, Any], definitions: Sequence[Definition], parents: Sequence[TuningJob], most_trials: int
) -> None:
    """Hold a new tuning job against its parents.

    Raises:
        AwsError: ValidationException.
    """
    if len(definitions) > 1 or any(len(parent.definitions) > 1 for parent in parents):
        raise invalid(
            "Warm start is not supported for tuning jobs with TrainingJobDefinitions. Provide a TrainingJobDefinition."
        )
    for parent in parents:
        if parent.status.is_live:
            raise invalid(
                f"The parent tuning job [{parent.name}] is in status {parent.status}. A parent must be Completed, "
                "Stopped or Failed."
            )
        _check_alike(definitions[0], parent.definitions[0], parent.name)
        if warm_start["WarmStartType"] == _IDENTICAL:
            _check_identical(definitions[0], parent.definitions[0], parent.name)
    launched = sum(len(parent.trials) for parent in parents)
    if most_trials + launched > _MOST_TRIALS_WITH_PARENTS:
        raise invalid(
            f"The training jobs of a warm start tuning job and of its parents are at most {_MOST_TRIALS_WITH_PARENTS} "
            f"together; the parents have launched {launched}, and MaxNumberOfTrainingJobs is {most_trials}."
        )


def _check_alike(definition: Definition, parents: Definition, name: str) -> None:
    if definition.objective != parents.objective:
        raise invalid(
            f"The objective metric must be the same as in the parent tuning job [{name}]: {parents.objective.type} "
            f"{parents.objective.metric}."
        )
    if _hyperparameters(definition) != _hyperparameters(parents):
        raise invalid(
            "The set of tunable plus static HyperParameter names is not the same across current and parent tuning "
            "jobs. Please ensure this set is constant when warm starting. Note that previously static HyperParameters "
            "can be tuned in warm start jobs and vice versa."
        )


def _hyperparameters(definition: Definition) -> frozenset[str]:
    return definition.space.names | frozenset(definition.request.get("StaticHyperParameters") or ())


def _check_identical(definition: Definition, parents: Definition, name: str) -> None:
    for spoken, mine, theirs in (
        ("training image", _image(definition), _image(parents)),
        ("input data", _data(definition), _data(parents)),
    ):
        if mine != theirs:
            raise invalid(
                f"With the warm start type {_IDENTICAL}, the {spoken} must be the same as in the parent tuning job "
                f"[{name}]. Use TransferLearning for other data or another version of the algorithm."
            )


def _image(definition: Definition) -> Any:
    return definition.request["AlgorithmSpecification"].get("TrainingImage")


def _data(definition: Definition) -> Any:
    return definition.request.get("InputDataConfig") or []


def learned(parents: Sequence[TuningJob]) -> tuple[Outcome, ...]:
    """What the parents' own training jobs have found. What a parent had learned from its own parents is not handed
    on."""
    return tuple(
        Outcome({**_static(parent), **trial.values}, trial.objective, parent.name)
        for parent in parents
        for trial in parent.trials
        if trial.has_objective and trial.objective is not None
    )


def _static(parent: TuningJob) -> Mapping[str, str]:
    return parent.definitions[0].request.get("StaticHyperParameters") or {}


def best_of(warm_start: Mapping[str, Any], parents: Sequence[TuningJob]) -> dict[str, Any] | None:
    """The parents' best training job, which counts for the overall best one where the data are the same."""
    found = [(parent, best) for parent in parents if (best := parent.best()) is not None and best.objective is not None]
    if warm_start["WarmStartType"] != _IDENTICAL or not found:
        return None
    sign = -1 if found[0][0].objective.maximize else 1
    parent, best = min(found, key=lambda each: sign * (each[1].objective or 0.0))
    return views.trial_summary(parent, best)
