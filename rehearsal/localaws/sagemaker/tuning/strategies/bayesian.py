"""Bayesian search: Optuna's tree-structured Parzen estimator, told anew each time what was tried. Pure.

Trials that run are told too, so that those in parallel do not all try the same. With a warm start on other data, the
objectives of each tuning job are compared by how far they lie from that job's own mean.
"""

import logging
import statistics
from collections.abc import Sequence

import optuna
from optuna.trial import FrozenTrial, TrialState, create_trial

from rehearsal.localaws.sagemaker.tuning.ranges import Space
from rehearsal.localaws.sagemaker.tuning.strategies import Resources, Search, Tried
from rehearsal.localaws.sagemaker.tuning.strategies.optuna_space import distributions, from_optuna, to_optuna

_DRAWN_AT_FIRST = 5
"""Trials before the first that learns: the estimator needs some to tell good from bad."""
_HALVED_BY = 3

logging.getLogger("optuna").setLevel(logging.ERROR)


def suggest(search: Search) -> dict[str, str]:
    """The combination that promises most."""
    asked = study(search).ask(distributions(search.space))
    return from_optuna(search.space, asked.params)


def study(search: Search) -> optuna.Study:
    """A study that has seen all that was tried."""
    made = optuna.create_study(
        study_name=f"seed-{search.seed}",
        direction="maximize" if search.maximize else "minimize",
        sampler=optuna.samplers.TPESampler(
            seed=search.seed_of_draw, n_startup_trials=_DRAWN_AT_FIRST, multivariate=True, constant_liar=True
        ),
        pruner=_pruner(search.resources),
    )
    tried = [each for each in search.tried if search.space.contains(each.values)]
    for each, objective in zip(tried, _objectives(tried, search.shares_scale), strict=True):
        made.add_trial(_seen(search.space, each, objective))
    return made


def _pruner(resources: Resources | None) -> optuna.pruners.BasePruner:
    if resources is None:
        return optuna.pruners.NopPruner()
    return optuna.pruners.HyperbandPruner(resources.least, resources.most, _HALVED_BY)


def _seen(space: Space, tried: Tried, objective: float | None) -> FrozenTrial:
    if not tried.is_over:
        state = TrialState.RUNNING
    elif objective is None:
        state = TrialState.FAIL
    else:
        state = TrialState.PRUNED if tried.was_stopped and tried.curve else TrialState.COMPLETE
    return create_trial(
        state=state,
        value=objective if state is TrialState.COMPLETE else None,
        params=to_optuna(space, tried.values),
        distributions=distributions(space),
        intermediate_values=dict(enumerate(tried.curve, start=1)),
        system_attrs=dict(tried.rungs),
    )


def _objectives(tried: Sequence[Tried], shares_scale: bool) -> list[float | None]:
    if shares_scale:
        return [each.objective for each in tried]
    scales = {source: _scale([each for each in tried if each.source == source]) for source in {t.source for t in tried}}
    return [
        None if each.objective is None else (each.objective - scales[each.source][0]) / scales[each.source][1]
        for each in tried
    ]


def _scale(tried: Sequence[Tried]) -> tuple[float, float]:
    """Mean and spread of the objectives of one tuning job."""
    known = [each.objective for each in tried if each.objective is not None]
    return (statistics.fmean(known), statistics.pstdev(known) or 1.0) if known else (0.0, 1.0)
