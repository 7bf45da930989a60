"""Which running trials are to stop early: by the medians of those before (``Auto``), or by Hyperband. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-early-stopping.html
"""

import statistics
from collections.abc import Callable, Sequence

from rehearsal.localaws.sagemaker.tuning import searching
from rehearsal.localaws.sagemaker.tuning.records import Objective, Trial, TrialStatus, TuningJob
from rehearsal.localaws.sagemaker.tuning.strategies import hyperband

Decision = Callable[[TuningJob, Trial, int], bool]
"""Whether a trial is to stop after so many epochs."""


def decision_of(job: TuningJob) -> Decision | None:
    """How the job's trials are judged; None where they are left to end."""
    config = job.request["HyperParameterTuningJobConfig"]
    if config["Strategy"] == "Hyperband":
        return _is_outdone_on_its_rung
    return _is_worse_than_median if config.get("TrainingJobEarlyStoppingType") == "Auto" else None


def to_stop(job: TuningJob) -> list[Trial]:
    """The trials that are to stop, each epoch of each looked at once."""
    decides = decision_of(job)
    if decides is None:
        return []
    running = [each for each in job.trials if each.status is TrialStatus.IN_PROGRESS and not each.is_halted]
    return [trial for trial in running if _judged(job, trial, decides)]


def _judged(job: TuningJob, trial: Trial, decides: Decision) -> bool:
    while trial.judged < len(trial.curve):
        trial.judged += 1
        if decides(job, trial, trial.judged):
            return True
    return False


def _is_worse_than_median(job: TuningJob, trial: Trial, epoch: int) -> bool:
    before = [
        each.averages[epoch - 1]
        for each in job.trials
        if each.definition == trial.definition and each.status is TrialStatus.COMPLETED and len(each.curve) >= epoch
    ]
    return is_worse_than_median(job.definitions[trial.definition].objective, trial.curve[epoch - 1], before)


def is_worse_than_median(objective: Objective, value: float, averages: Sequence[float]) -> bool:
    """Whether a value after an epoch is worse than the median of the others' running averages up to there."""
    return bool(averages) and objective.is_better(statistics.median(averages), value)


def _is_outdone_on_its_rung(job: TuningJob, trial: Trial, epoch: int) -> bool:
    resources = searching.resources_of(job, trial.definition)
    assert resources is not None, "a request for Hyperband without MaxResource is refused"
    if epoch >= resources.most:
        return True
    if not hyperband.is_rung(resources, epoch):
        return False
    search = searching.search_of(job, trial.definition, with_parents=False)
    place = searching.own_trials(job, trial.definition).index(trial)
    stops, notes = hyperband.judge(search, place, tuple(trial.curve[:epoch]))
    trial.rungs = dict(notes)
    return stops
