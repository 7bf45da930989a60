"""Model quality: metrics of predictions against ground truth, constraints on them, and what of a baseline's they
violate.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from rehearsal.localaws.checkers.container import CheckFailed
from rehearsal.localaws.checkers.data.batches import Batch
from rehearsal.localaws.checkers.monitor import binary, multiclass, regression
from rehearsal.localaws.checkers.monitor.attributes import Attributes
from rehearsal.localaws.checkers.monitor.data_quality import Result
from rehearsal.localaws.checkers.monitor.problem import Problem, Rows
from rehearsal.localaws.checkers.monitor.statistics import VERSION

PROBLEMS: Mapping[str, Problem] = {
    "Regression": regression.PROBLEM,
    "BinaryClassification": binary.PROBLEM,
    "MulticlassClassification": multiclass.PROBLEM,
}
_LEAST_ROWS, _DRAWS, _SHARE = 200, 5, 0.8
"""AWS: the standard deviation of a metric over five random draws of 80 % of the rows, from 200 rows on."""
_SEED = 0
_LOWER_IS_WORSE, _HIGHER_IS_WORSE = "LessThanThreshold", "GreaterThanThreshold"


def check(
    batches: Iterable[Batch],
    problem_type: str | None,
    attributes: Attributes,
    constraints: Mapping[str, Any] | None,
) -> Result:
    """Look at all rows.

    Raises:
        CheckFailed: rows, attributes or constraints do not fit the problem.
    """
    problem = PROBLEMS.get(problem_type or "")
    if problem is None:
        raise CheckFailed(f"problem_type {problem_type!r}: give one of {', '.join(PROBLEMS)}.")
    rows = problem.read(attributes.cells(batches), attributes.threshold)
    if not len(rows):
        raise CheckFailed("There are no rows with ground truth and prediction in the data set.")
    found = measured(problem, rows)
    statistics = {"version": VERSION, "dataset": {"item_count": len(rows)}, problem.group: found}
    wanted = {"version": VERSION, problem.constraints_group: suggested(problem, found)}
    if constraints is None:
        return Result(statistics, wanted, None)
    if not isinstance(constraints, Mapping) or problem.constraints_group not in constraints:
        raise CheckFailed(f"The baseline's constraints have no {problem.constraints_group}: are they of this check?")
    try:
        return Result(statistics, wanted, violations(found, constraints[problem.constraints_group]))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CheckFailed(f"The baseline's constraints are not in the layout that AWS documents: {error!r}") from error


def measured(problem: Problem, rows: Rows) -> dict[str, Any]:
    """The metrics with their standard deviations, and what is told beside them (confusion matrix, curves)."""
    values = problem.metrics(rows)
    spread = _spread(problem, rows) if len(rows) >= _LEAST_ROWS else {}
    metrics = {
        name: {"value": _told(value), "standard_deviation": _told(spread[name]) if name in spread else "NaN"}
        for name, value in values.items()
    }
    return {**problem.beside(rows), **metrics}


def _told(value: float) -> float | str:
    """NaN and infinity have no place in JSON."""
    return value if np.isfinite(value) else "NaN" if np.isnan(value) else "Infinity"


def _spread(problem: Problem, rows: Rows) -> dict[str, float]:
    random = np.random.default_rng(_SEED)
    draws = []
    for _ in range(_DRAWS):
        chosen = np.sort(random.permutation(len(rows))[: round(len(rows) * _SHARE)])
        draws.append(problem.metrics(rows.taken(chosen)))
    return {name: float(np.std([draw[name] for draw in draws])) for name in draws[0]}


def suggested(problem: Problem, found: Mapping[str, Any]) -> dict[str, Any]:
    """The baseline's own values as thresholds."""
    return {
        name: {
            "threshold": found[name]["value"],
            "comparison_operator": _HIGHER_IS_WORSE if name in problem.lower_is_better else _LOWER_IS_WORSE,
        }
        for name in problem.constrained
        if found[name]["value"] != "NaN"
    }


def violations(found: Mapping[str, Any], constraints: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    """Metrics on the wrong side of their thresholds."""
    told = []
    for name, constraint in constraints.items():
        if name not in found or "value" not in found[name]:
            raise CheckFailed(f"The baseline's constraints have a metric {name} that this problem does not have.")
        value, operator = found[name]["value"], constraint["comparison_operator"]
        if operator not in (_LOWER_IS_WORSE, _HIGHER_IS_WORSE):
            raise CheckFailed(
                f"comparison_operator {operator!r} of {name}: give {_LOWER_IS_WORSE} or {_HIGHER_IS_WORSE}."
            )
        if _is_worse(float(value), float(constraint["threshold"]), operator):
            spread = found[name]["standard_deviation"]
            text = f"Metric {name} with {value} +/- {spread} was {operator} '{constraint['threshold']}'"
            told.append({"metric_name": name, "constraint_check_type": operator, "description": text})
    return told


def _is_worse(value: float, threshold: float, operator: str) -> bool:
    """NaN holds no threshold."""
    return not (value >= threshold if operator == _LOWER_IS_WORSE else value <= threshold)
