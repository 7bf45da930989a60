"""The experiment and trial of an execution, made if they are missing: its jobs become the trial's components by
ExperimentConfig."""

from collections.abc import Mapping
from typing import Any


def make(backend: Any, names: Mapping[str, str] | None) -> None:
    """Be sure that there are an experiment and a trial of these names; ``backend`` has SageMaker's records."""
    if names is None:
        return
    experiment, trial = names["ExperimentName"], names["TrialName"]
    if experiment not in backend.experiments:
        backend.create_experiment(experiment_name=experiment)
    if trial not in backend.trials:
        backend.create_trial(trial_name=trial, experiment_name=experiment)
