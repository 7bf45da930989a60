"""Bias metrics of two groups: a are the rows outside the facet's group, d those inside. Pure.

The formulas are those of the developer guide; what a division by zero gives, and values that one group lacks, are as in
AWS's library. https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-data-bias.html
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-post-training-bias.html
https://github.com/aws/amazon-sagemaker-clarify
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehearsal.localaws.checkers.clarify import flips

Flags = NDArray[np.bool_]


class NoValue(Exception):
    """A metric that these rows do not have; the text is the reason in the report."""


@dataclass(frozen=True)
class Counts:
    """Of one group: rows by label and prediction."""

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int

    @classmethod
    def of(cls, labels: Flags, predicted: Flags, rows: Flags) -> "Counts":
        one, other = labels[rows], predicted[rows]
        return cls(
            int(np.sum(one & other)), int(np.sum(~one & other)), int(np.sum(one & ~other)), int(np.sum(~one & ~other))
        )

    @property
    def rows(self) -> int:
        return self.true_positive + self.false_positive + self.false_negative + self.true_negative

    @property
    def positive(self) -> int:
        return self.true_positive + self.false_negative

    @property
    def accepted(self) -> int:
        return self.true_positive + self.false_positive


@dataclass(frozen=True)
class Table:
    """The rows of an analysis and one facet's group."""

    labels: Flags
    sensitive: Flags
    predicted: Flags | None = None
    groups: NDArray[np.int64] | None = None
    features: NDArray[np.float32] | str = "the features were not kept"
    """For the flip test, without the facet; or why it cannot be made."""

    def counts(self) -> tuple[Counts, Counts]:
        """Of a and d.

        Raises:
            NoValue: one has no rows.
        """
        if not self.sensitive.any():
            raise NoValue("Facet set is empty")
        if self.sensitive.all():
            raise NoValue("Negated facet set is empty")
        predicted = self.labels if self.predicted is None else self.predicted
        return Counts.of(self.labels, predicted, ~self.sensitive), Counts.of(self.labels, predicted, self.sensitive)


def ratio(part: float, whole: float) -> float:
    """0 of nothing; infinite where something is divided by nothing."""
    return part / whole if whole else math.copysign(math.inf, part) if part else 0.0


def _apart(one: float, other: float) -> float:
    return 0.0 if one == other else one - other


def _distributions(table: Table) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The shares of labels in a and d, of the labels that both have."""
    a, d = table.counts()
    shares = [(ratio(each, a.rows), ratio(other, d.rows)) for each, other in _label_counts(a, d)]
    both = [(one, other) for one, other in shares if one and other]
    if not both:
        raise NoValue("No instance of common facet found, dataset may be too small")
    first, second = zip(*both, strict=True)
    return np.array(first), np.array(second)


def _label_counts(a: Counts, d: Counts) -> list[tuple[int, int]]:
    return [(a.positive, d.positive), (a.rows - a.positive, d.rows - d.positive)]


def _divergence(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(np.sum(one * np.log(one / other)))


def class_imbalance(table: Table) -> float:
    a, d = table.counts()
    return (a.rows - d.rows) / (a.rows + d.rows)


def label_proportions(table: Table) -> float:
    a, d = table.counts()
    return a.positive / a.rows - d.positive / d.rows


def kullback_leibler(table: Table) -> float:
    return _divergence(*_distributions(table))


def jensen_shannon(table: Table) -> float:
    a, d = _distributions(table)
    middle = (a + d) / 2
    return (_divergence(a, middle) + _divergence(d, middle)) / 2


def _norm(order: float) -> Callable[[Table], float]:
    def of(table: Table) -> float:
        a, d = _distributions(table)
        return float(np.linalg.norm(a - d, order))

    return of


def total_variation(table: Table) -> float:
    return _norm(1)(table) / 2


def _conditional_disparity(table: Table, accepted: Flags) -> float:
    if table.groups is None:
        raise NoValue("Group variable is empty or not provided")
    if not accepted.any():
        raise NoValue("No positive labels in set")
    if accepted.all():
        raise NoValue("No negative labels in set")
    total = 0.0
    for group in np.unique(table.groups):
        rows = table.groups == group
        inside = table.sensitive & rows
        rejections, acceptances = rows & ~accepted, rows & accepted
        rejected = _share(inside & rejections, rejections)
        total += int(rows.sum()) * (rejected - _share(inside & acceptances, acceptances))
    return total / len(accepted)


def _share(part: Flags, whole: Flags) -> float:
    count = int(whole.sum())
    return int(part.sum()) / count if count else 0.0


def _predictions(table: Table) -> Flags:
    assert table.predicted is not None
    return table.predicted


def predicted_proportions(table: Table) -> float:
    a, d = table.counts()
    return a.accepted / a.rows - d.accepted / d.rows


def disparate_impact(table: Table) -> float:
    a, d = table.counts()
    return ratio(d.accepted / d.rows, a.accepted / a.rows)


def conditional_acceptance(table: Table) -> float:
    a, d = table.counts()
    return _apart(ratio(a.positive, a.accepted), ratio(d.positive, d.accepted))


def conditional_rejection(table: Table) -> float:
    a, d = table.counts()
    rates = [ratio(each.rows - each.positive, each.rows - each.accepted) for each in (d, a)]
    return _apart(*rates)


def recall_difference(table: Table) -> float:
    a, d = table.counts()
    return _apart(ratio(a.true_positive, a.positive), ratio(d.true_positive, d.positive))


def specificity_difference(table: Table) -> float:
    rates = [ratio(each.true_negative, each.true_negative + each.false_positive) for each in reversed(table.counts())]
    return _apart(*rates)


def acceptance_rates(table: Table) -> float:
    a, d = table.counts()
    return _apart(ratio(a.true_positive, a.accepted), ratio(d.true_positive, d.accepted))


def rejection_rates(table: Table) -> float:
    rates = [ratio(each.true_negative, each.true_negative + each.false_negative) for each in reversed(table.counts())]
    return _apart(*rates)


def accuracy_difference(table: Table) -> float:
    a, d = (ratio(each.true_positive + each.true_negative, each.rows) for each in table.counts())
    return a - d


def treatment_equality(table: Table) -> float:
    a, d = (ratio(each.false_negative, each.false_positive) for each in table.counts())
    return _apart(d, a)


def generalized_entropy(table: Table) -> float:
    """Of the benefits (prediction less label plus one) of all rows, with alpha 2."""
    benefits = _predictions(table).astype(np.float64) - table.labels + 1
    if not benefits.any():
        raise NoValue("All predicted labels are false negatives.")
    return float(np.sum((benefits / benefits.mean()) ** 2 - 1) / (2 * len(benefits)))


def flip_test(table: Table) -> float:
    table.counts()
    if isinstance(table.features, str):
        raise NoValue(f"The flip test is not made: {table.features}")
    return flips.share(table.features, table.sensitive, _predictions(table))


@dataclass(frozen=True)
class Metric:
    """A metric by its description."""

    description: str
    value: Callable[[Table], float]


PRE_TRAINING: Mapping[str, Metric] = {
    "CDDL": Metric(
        "Conditional Demographic Disparity in Labels (CDDL)", lambda table: _conditional_disparity(table, table.labels)
    ),
    "CI": Metric("Class Imbalance (CI)", class_imbalance),
    "DPL": Metric("Difference in Positive Proportions in Labels (DPL)", label_proportions),
    "JS": Metric("Jensen-Shannon Divergence (JS)", jensen_shannon),
    "KL": Metric("Kullback-Liebler Divergence (KL)", kullback_leibler),
    "KS": Metric("Kolmogorov-Smirnov Distance (KS)", _norm(math.inf)),
    "LP": Metric("L-p Norm (LP)", _norm(2)),
    "TVD": Metric("Total Variation Distance (TVD)", total_variation),
}
POST_TRAINING: Mapping[str, Metric] = {
    "AD": Metric("Accuracy Difference (AD)", accuracy_difference),
    "CDDPL": Metric(
        "Conditional Demographic Disparity in Predicted Labels (CDDPL)",
        lambda table: _conditional_disparity(table, _predictions(table)),
    ),
    "DAR": Metric("Difference in Acceptance Rates (DAR)", acceptance_rates),
    "DCA": Metric("Difference in Conditional Acceptance (DCA)", conditional_acceptance),
    "DCR": Metric("Difference in Conditional Rejection (DCR)", conditional_rejection),
    "DI": Metric("Disparate Impact (DI)", disparate_impact),
    "DPPL": Metric("Difference in Positive Proportions in Predicted Labels (DPPL)", predicted_proportions),
    "DRR": Metric("Difference in Rejection Rates (DRR)", rejection_rates),
    "FT": Metric("Flip Test (FT)", flip_test),
    "GE": Metric("Generalized Entropy (GE)", generalized_entropy),
    "RD": Metric("Recall Difference (RD)", recall_difference),
    "SD": Metric("Specificity Difference (SD)", specificity_difference),
    "TE": Metric("Treatment Equality (TE)", treatment_equality),
}


def measured(metrics: Mapping[str, Metric], names: tuple[str, ...], table: Table) -> list[dict[str, Any]]:
    """The asked metrics in the report's form.

    Raises:
        KeyError: one is unknown.
    """
    wanted = metrics if "all" in names else {name: metrics[name] for name in sorted(names)}
    return [_told(name, metric, table) for name, metric in wanted.items()]


def _told(name: str, metric: Metric, table: Table) -> dict[str, Any]:
    told = {"name": name, "description": metric.description}
    try:
        value = metric.value(table)
    except NoValue as reason:
        return {**told, "value": None, "error": str(reason)}
    return {**told, "value": value if math.isfinite(value) else "Infinity" if value > 0 else "-Infinity"}
