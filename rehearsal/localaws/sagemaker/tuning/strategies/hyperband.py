"""Hyperband's early stopping: whether a trial that has reached a rung goes on, by Optuna's pruner. Pure.

A rung is reached after MinResource epochs, and then after three times as many each time; of those that reached one the
best third goes on. In which bracket a trial runs, and so at which rung it is first looked at, is drawn by its number.
"""

from collections.abc import Mapping

from rehearsal.localaws.sagemaker.tuning.strategies import Resources, Search, Tried

_PREFIX = "completed_rung_"


def is_rung(resources: Resources, epoch: int) -> bool:
    """Whether trials are compared after so many epochs."""
    rung = resources.least
    while rung < epoch:
        rung *= 3
    return rung == epoch


def judge(search: Search, place: int, curve: tuple[float, ...]) -> tuple[bool, Mapping[str, float]]:
    """Whether the trial at ``place`` of those tried is to stop after the epochs of ``curve``; and its notes on
    rungs."""
    from rehearsal.localaws.sagemaker.tuning.strategies import bayesian

    before = search.tried[place]
    now = Tried(before.values, None, is_over=False, curve=curve, rungs=before.rungs)
    tried = [*search.tried[:place], now, *search.tried[place + 1 :]]
    study = bayesian.study(
        Search(search.space, search.maximize, search.seed, search.index, tried, True, search.resources)
    )
    stops = study.pruner.prune(study, study.get_trials(deepcopy=False)[place])
    noted = study.get_trials(deepcopy=False)[place].system_attrs
    return stops, {name: value for name, value in noted.items() if name.startswith(_PREFIX)}
