"""The records of tuning jobs and their trials: what was asked, what was tried, what came of it. No threads, no
calls."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from rehearsal.localaws.sagemaker.training.user_script import OBJECTIVE_METRIC, PROGRAM
from rehearsal.localaws.sagemaker.tuning.ranges import Space, Values


class Status(StrEnum):
    """HyperParameterTuningJobStatus."""

    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"

    @property
    def is_live(self) -> bool:
        return self in (Status.IN_PROGRESS, Status.STOPPING)


class TrialStatus(StrEnum):
    """How far a trial is: before its training job is there, and then TrainingJobStatus."""

    WAITING = "Waiting"
    BEGINNING = "Beginning"
    IN_PROGRESS = "InProgress"
    STOPPING = "Stopping"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPED = "Stopped"

    @property
    def is_over(self) -> bool:
        return self in (TrialStatus.COMPLETED, TrialStatus.FAILED, TrialStatus.STOPPED)

    @property
    def has_begun(self) -> bool:
        """Whether there is a training job."""
        return self not in (TrialStatus.WAITING, TrialStatus.BEGINNING)


@dataclass(frozen=True)
class Objective:
    """The metric that decides, and which way is better."""

    metric: str
    maximize: bool

    @property
    def type(self) -> str:
        return "Maximize" if self.maximize else "Minimize"

    def is_better(self, value: float, than: float) -> bool:
        return value > than if self.maximize else value < than


@dataclass(frozen=True)
class Definition:
    """One of the job's training job definitions, as it searches: ``request`` is the member as it was given."""

    name: str | None
    request: Mapping[str, Any]
    objective: Objective
    space: Space
    built_in: bool
    """Its image is the built-in algorithm's, whose metrics need no definitions."""

    @property
    def static(self) -> dict[str, str]:
        """The static hyperparameters, with the one that the service adds: the objective, as JSON where the script's
        name is JSON."""
        given = dict(self.request.get("StaticHyperParameters") or {})
        metric = self.objective.metric
        return {OBJECTIVE_METRIC: json.dumps(metric) if given.get(PROGRAM, "").startswith('"') else metric, **given}


@dataclass(frozen=True)
class Outcome:
    """One finished trial of a parent: what a warm start learns from. ``source`` is the parent's name."""

    values: Values
    objective: float
    source: str


@dataclass
class Trial:
    """One training job of a tuning job; ``index`` counts what was searched, which a job that is tried again shares."""

    number: int
    index: int
    name: str
    definition: int
    values: Values
    attempt: int = 1
    status: TrialStatus = TrialStatus.WAITING
    again_at: float = 0.0
    """When a trial that found no instances may look for them again, in seconds since the epoch."""
    curve: list[float] = field(default_factory=list)
    """The objective after each epoch, where trials are stopped early."""
    averages: list[float] = field(default_factory=list)
    """The mean of the curve up to each epoch."""
    judged: int = 0
    """How many of them early stopping has looked at."""
    rungs: dict[str, float] = field(default_factory=dict)
    """Hyperband's notes: the objective at each rung that was reached."""
    is_halted: bool = False
    """It was told to stop, early or with the tuning job."""
    objective: float | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    failure_reason: str | None = None
    is_retryable: bool = False
    """It failed for a reason of the service's own."""
    is_counted: bool = False
    """It is over, and completion criteria have taken note of it."""

    def add(self, value: float) -> None:
        """Another epoch has told its objective."""
        self.curve.append(value)
        before = self.averages[-1] if self.averages else 0.0
        self.averages.append(before + (value - before) / len(self.curve))

    @property
    def has_objective(self) -> bool:
        """Whether it is over and has told the objective."""
        return self.status in (TrialStatus.COMPLETED, TrialStatus.STOPPED) and self.objective is not None


@dataclass(frozen=True)
class Limits:
    """When a tuning job is over, besides having run all its trials."""

    most_trials: int
    most_parallel: int
    seconds: float | None = None
    target: float | None = None
    not_improving: int | None = None
    on_convergence: bool = False


@dataclass
class TuningJob:
    """One tuning job. Its engine's lock is held while it changes."""

    request: Mapping[str, Any]
    arn: str
    region: str
    created_at: datetime
    definitions: tuple[Definition, ...]
    limits: Limits
    seed: int
    strategy: str
    learned: tuple[Outcome, ...] = ()
    """What the parents of a warm start found."""
    parents_best: Mapping[str, Any] | None = None
    """The best training job of the parents, as answers show it, of a warm start with identical data and algorithm."""
    status: Status = Status.IN_PROGRESS
    modified_at: datetime | None = None
    ended_at: datetime | None = None
    failure_reason: str | None = None
    trials: list[Trial] = field(default_factory=list)
    is_winding_up: bool = False
    """No trial is begun any more: it is over when the last one is."""
    not_improving: int = 0
    """How many trials in a row have not improved the objective by 1 %."""
    reference: float | None = None
    """The objective that the next improvement is measured against."""
    converged_at: datetime | None = None

    @property
    def name(self) -> str:
        return str(self.request["HyperParameterTuningJobName"])

    @property
    def objective(self) -> Objective:
        """All definitions optimise in the same direction; the first one's metric stands for them."""
        return self.definitions[0].objective

    @property
    def searched(self) -> int:
        """How many combinations have been begun."""
        return len({(trial.definition, trial.index) for trial in self.trials})

    def live_trials(self) -> list[Trial]:
        return [trial for trial in self.trials if not trial.status.is_over]

    def best(self) -> Trial | None:
        """The trial with the best objective, the first of equals."""
        best: Trial | None = None
        for trial in self.trials:
            if not trial.has_objective or trial.objective is None:
                continue
            if best is None or best.objective is None or self.objective.is_better(trial.objective, best.objective):
                best = trial
        return best
