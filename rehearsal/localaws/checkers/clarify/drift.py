"""An analysis against that of a baseline: the violations of ``constraint_violations.json``. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-bias-drift-violations.html
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-feature-attribute-drift-violations.html
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

VERSION = "1.0"
_LEAST_GAIN = 0.9
_SECTIONS = ("pre_training_bias_metrics", "post_training_bias_metrics")


def violations(analysis: Mapping[str, Any], baseline: Mapping[str, Any]) -> list[dict[str, str]]:
    """Bias metrics that are not those of the baseline, and attributions whose order has changed."""
    return [*_bias(analysis, baseline), *_attributions(analysis, baseline)]


def _bias(analysis: Mapping[str, Any], baseline: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for section in _SECTIONS:
        before = dict(_metrics(baseline.get(section) or {}))
        for place, value in _metrics(analysis.get(section) or {}):
            if place in before and not _same(before[place], value):
                facet, facet_value, metric = place
                yield {
                    "facet": facet,
                    "facet_value": facet_value,
                    "metric_name": metric,
                    "constraint_check_type": "bias_drift_check",
                    "description": f"Value {value} does not meet the constraint requirement: the baseline has "
                    f"{before[place]}.",
                }


def _metrics(section: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str, str], Any]]:
    for facet, groups in (section.get("facets") or {}).items():
        for group in groups:
            for metric in group["metrics"]:
                yield (facet, group["value_or_threshold"], metric["name"]), metric["value"]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return bool(one == other)


def _attributions(analysis: Mapping[str, Any], baseline: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    before = (baseline.get("explanations") or {}).get("kernel_shap") or {}
    for label, found in ((analysis.get("explanations") or {}).get("kernel_shap") or {}).items():
        if label in before:
            gained = gain(found["global_shap_values"], before[label]["global_shap_values"])
            if gained < _LEAST_GAIN:
                yield {
                    "label": label,
                    "metric_name": "shap",
                    "constraint_check_type": "feature_attribution_drift_check",
                    "description": f"Feature attribution drift {gained} exceeds threshold {_LEAST_GAIN}",
                }


def gain(current: Mapping[str, float], baseline: Mapping[str, float]) -> float:
    """The normalized discounted cumulative gain of the current order of features, by the baseline's attributions; 1 is
    the best.

    https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-feature-attribution-drift.html
    """
    order = sorted(current, key=lambda name: -abs(current[name]))
    best = sorted((abs(value) for value in baseline.values()), reverse=True)
    ideal = _discounted(best)
    return _discounted([abs(baseline.get(name, 0.0)) for name in order]) / ideal if ideal else 1.0


def _discounted(values: list[float]) -> float:
    return math.fsum(value / math.log2(place + 2) for place, value in enumerate(values))
