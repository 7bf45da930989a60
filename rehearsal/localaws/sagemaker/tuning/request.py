"""CreateHyperParameterTuningJob's request, checked as the service does and read into what the search works on. Pure.

Sentences in the service's words are those of its answers where one is known; the others say the rule of the
documentation. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateHyperParameterTuningJob.html
"""

import math
from collections.abc import Mapping
from typing import Any

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker.refusals import invalid
from rehearsal.localaws.sagemaker.training.user_script import OBJECTIVE_METRIC
from rehearsal.localaws.sagemaker.tuning import ranges, strategies, tunable
from rehearsal.localaws.sagemaker.tuning.ranges import Categorical, Space
from rehearsal.localaws.sagemaker.tuning.records import Definition, Limits, Objective

MOST_PARALLEL = 100
"""What the service raises its limit of 10 to:
https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-limits.html"""
_MOST_TRIALS, _MOST_RANDOM_TRIALS = 750, 10_000
_MOST_HYPERPARAMETERS = 100


def definitions_of(request: Mapping[str, Any]) -> tuple[Definition, ...]:
    """The training job definitions with their objectives and ranges.

    Raises:
        AwsError: ValidationException.
    """
    config, single, several = (
        request["HyperParameterTuningJobConfig"],
        request.get("TrainingJobDefinition"),
        request.get("TrainingJobDefinitions"),
    )
    if (single is None) == (several is None):
        raise invalid("Provide either TrainingJobDefinition or TrainingJobDefinitions, and not both.")
    if single is not None:
        _check_objective_stands_outside(config, single)
        return (_definition(single, config["HyperParameterTuningJobObjective"], config["ParameterRanges"]),)
    return _several(config, several or [])


def _check_objective_stands_outside(config: Mapping[str, Any], single: Mapping[str, Any]) -> None:
    for member in ("HyperParameterTuningJobObjective", "ParameterRanges"):
        if not config.get(member):
            raise invalid(f"HyperParameterTuningJobConfig needs {member} when TrainingJobDefinition is provided.")
    for member in ("TuningObjective", "HyperParameterRanges"):
        if single.get(member):
            raise invalid(
                f"{member} belongs to the definitions of TrainingJobDefinitions, not to a TrainingJobDefinition."
            )


def _several(config: Mapping[str, Any], several: list[Mapping[str, Any]]) -> tuple[Definition, ...]:
    for member in ("HyperParameterTuningJobObjective", "ParameterRanges"):
        if config.get(member):
            raise invalid(
                f"With TrainingJobDefinitions, {member} stands in each definition and not in the configuration."
            )
    for member in ("DefinitionName", "TuningObjective", "HyperParameterRanges"):
        if any(not each.get(member) for each in several):
            raise invalid(f"Each of TrainingJobDefinitions needs a {member}.")
    names = [each["DefinitionName"] for each in several]
    if len(set(names)) < len(names):
        raise invalid(f"The DefinitionName of each of TrainingJobDefinitions must be unique: [{', '.join(names)}].")
    if len({each["TuningObjective"]["Type"] for each in several}) > 1:
        raise invalid("The objectives of all TrainingJobDefinitions must be of the same Type.")
    return tuple(_definition(each, each["TuningObjective"], each["HyperParameterRanges"]) for each in several)


def _definition(given: Mapping[str, Any], objective: Mapping[str, str], searched: Mapping[str, Any]) -> Definition:
    specification, space = given["AlgorithmSpecification"], ranges.space_of(searched)
    static = given.get("StaticHyperParameters") or {}
    both = sorted(space.names & static.keys())
    if both:
        raise invalid(
            f"The hyperparameters [{', '.join(both)}] are both static and tunable. Leave them out of one of the two."
        )
    if len(space.names | static.keys() | {OBJECTIVE_METRIC}) > _MOST_HYPERPARAMETERS:
        raise invalid(f"Static and tunable hyperparameters are more than {_MOST_HYPERPARAMETERS} together.")
    built_in = "TrainingImage" in specification and tunable.check(
        specification["TrainingImage"], space, objective, specification.get("MetricDefinitions")
    )
    aim = Objective(objective["MetricName"], objective["Type"] == "Maximize")
    return Definition(given.get("DefinitionName"), given, aim, space, built_in)


def limits_of(config: Mapping[str, Any], definitions: tuple[Definition, ...]) -> Limits:
    """When the job is over.

    Raises:
        AwsError: ValidationException; ResourceLimitExceeded, for more trials than the service allows.
    """
    asked, criteria = config["ResourceLimits"], config.get("TuningJobCompletionCriteria") or {}
    limits = Limits(
        most_trials=_most_trials(config, [each.space for each in definitions], bool(criteria)),
        most_parallel=asked["MaxParallelTrainingJobs"],
        seconds=asked.get("MaxRuntimeInSeconds"),
        target=criteria.get("TargetObjectiveMetricValue"),
        not_improving=(criteria.get("BestObjectiveNotImproving") or {}).get("MaxNumberOfTrainingJobsNotImproving"),
        on_convergence=(criteria.get("ConvergenceDetected") or {}).get("CompleteOnConvergence") == "Enabled",
    )
    _check_within("training jobs", limits.most_trials, _most_allowed(config["Strategy"]))
    _check_within("parallel training jobs", limits.most_parallel, MOST_PARALLEL)
    return limits


def _most_allowed(strategy: str) -> int:
    return _MOST_RANDOM_TRIALS if strategy == "Random" else _MOST_TRIALS


def _check_within(what: str, wanted: int, most: int) -> None:
    if wanted > most:
        raise AwsError(
            "ResourceLimitExceeded",
            f"A hyperparameter tuning job can have at most {most} {what}; {wanted} were requested.",
        )


def _most_trials(config: Mapping[str, Any], spaces: list[Space], has_criteria: bool) -> int:
    asked = config["ResourceLimits"].get("MaxNumberOfTrainingJobs")
    combinations = sum(space.count for space in spaces)
    if config["Strategy"] == "Grid":
        return _grid_size(spaces, combinations, asked)
    if asked is None:
        if not has_criteria and "MaxRuntimeInSeconds" not in config["ResourceLimits"]:
            raise invalid(
                "ResourceLimits needs MaxNumberOfTrainingJobs, or MaxRuntimeInSeconds or completion criteria."
            )
        asked = _most_allowed(config["Strategy"])
        return asked if math.isinf(combinations) else min(asked, int(combinations))
    if combinations < asked:
        raise invalid(
            "You don't have enough combinations of hyperparameter ranges. The total number of hyperparameter "
            f"combinations for the provided ranges [{float(combinations)}] must be equal or greater than the value of "
            f"MaxNumberOfJobs, [{asked}]. Provide additional ranges."
        )
    return int(asked)


def _grid_size(spaces: list[Space], combinations: float, asked: int | None) -> int:
    if not all(isinstance(each, Categorical) for space in spaces for each in space.ranges):
        raise invalid(
            "The Grid strategy supports only categorical hyperparameters. Provide CategoricalParameterRanges alone."
        )
    if asked is not None and asked != combinations:
        raise invalid(
            f"MaxNumberOfTrainingJobs [{asked}] must be equal to the number of distinct combinations of the "
            f"categorical hyperparameters [{int(combinations)}] when the strategy is Grid. You can leave it out."
        )
    return int(combinations)


def check_strategy(config: Mapping[str, Any], definitions: tuple[Definition, ...]) -> None:
    """Whether the strategy is to be had with these settings.

    Raises:
        AwsError: ValidationException.
    """
    name = config["Strategy"]
    missing = strategies.missing(name)
    if missing:
        raise invalid(missing)
    if config.get("StrategyConfig") and name != "Hyperband":
        raise invalid("StrategyConfig is supported only for the Hyperband strategy.")
    if name != "Hyperband":
        return
    if config.get("TrainingJobEarlyStoppingType", "Off") != "Off":
        raise invalid(
            "TrainingJobEarlyStoppingType must be Off to use the Hyperband strategy, which stops training jobs itself."
        )
    for definition in definitions:
        resources = strategies.resources(config, definition.request.get("StaticHyperParameters") or {})
        if resources is None:
            raise invalid(
                "MaxResource could not be inferred for the Hyperband strategy. Provide it in HyperbandStrategyConfig, "
                f"or one of the static hyperparameters [{', '.join(strategies.EPOCH_NAMES)}]."
            )
        if not resources.least <= resources.most <= strategies.MOST_EPOCHS:
            raise invalid(
                f"MinResource [{resources.least}] must be at most MaxResource [{resources.most}], which is at most "
                f"{strategies.MOST_EPOCHS}."
            )
