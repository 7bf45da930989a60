"""What a strategy is asked for the next trial of a tuning job. Pure."""

from rehearsal.localaws.sagemaker.tuning import strategies
from rehearsal.localaws.sagemaker.tuning.records import Outcome, Trial, TrialStatus, TuningJob
from rehearsal.localaws.sagemaker.tuning.strategies import Resources, Search, Tried


def next_definition(job: TuningJob) -> int:
    """The place of the definition whose turn it is: the one that was searched least, of those with anything left to
    search."""
    counts = [len(_indices(job, place)) for place in range(len(job.definitions))]
    left = [place for place, count in enumerate(counts) if count < job.definitions[place].space.count]
    return min(left or range(len(counts)), key=lambda place: counts[place])


def _indices(job: TuningJob, definition: int) -> set[int]:
    return {trial.index for trial in job.trials if trial.definition == definition}


def own_trials(job: TuningJob, definition: int) -> list[Trial]:
    """The trials of one definition; of a combination that was tried again the last."""
    last = {trial.index: trial for trial in job.trials if trial.definition == definition}
    return [last[index] for index in sorted(last)]


def search_of(job: TuningJob, definition: int, *, with_parents: bool = True) -> Search:
    """The question to the strategy, with all that is known."""
    asked = job.definitions[definition]
    tried = [_of_trial(each) for each in own_trials(job, definition)]
    if with_parents:
        tried += [_of_parent(each, asked.space.names) for each in job.learned]
    return Search(
        asked.space,
        asked.objective.maximize,
        job.seed + definition,
        len(_indices(job, definition)),
        tuple(tried),
        shares_scale=(job.request.get("WarmStartConfig") or {}).get("WarmStartType") != "TransferLearning",
        resources=resources_of(job, definition),
    )


def resources_of(job: TuningJob, definition: int) -> Resources | None:
    """Hyperband's bounds; None for another strategy."""
    config = job.request["HyperParameterTuningJobConfig"]
    if config["Strategy"] != "Hyperband":
        return None
    return strategies.resources(config, job.definitions[definition].request.get("StaticHyperParameters") or {})


def _of_trial(trial: Trial) -> Tried:
    return Tried(
        trial.values,
        trial.objective if trial.has_objective else None,
        trial.status.is_over,
        was_stopped=trial.status is TrialStatus.STOPPED,
        curve=tuple(trial.curve),
        rungs=dict(trial.rungs),
    )


def _of_parent(outcome: Outcome, names: frozenset[str]) -> Tried:
    """A hyperparameter that was static in the parent counts with the value that it had there."""
    values = {name: value for name, value in outcome.values.items() if name in names}
    return Tried(values, outcome.objective, is_over=True, source=outcome.source)
