"""``constraints.json`` of data quality: what is suggested after a baseline, and how a given one is read. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.checkers.container import CheckFailed
from rehearsal.localaws.checkers.monitor.cells import NUMERIC, STRING
from rehearsal.localaws.checkers.monitor.profile import Column, Profile
from rehearsal.localaws.checkers.monitor.statistics import VERSION

_MOST_SEEN_ONCE = 0.1
"""Of a list of categories, the share that occurred a single time (Deequ's rule for suggesting a range of
categories)."""
_SUGGESTED = {
    "evaluate_constraints": "Enabled",
    "emit_metrics": "Enabled",
    "datatype_check_threshold": 1.0,
    "domain_content_threshold": 1.0,
    "distribution_constraints": {
        "perform_comparison": "Enabled",
        "comparison_threshold": 0.1,
        "comparison_method": "Robust",
        "categorical_comparison_threshold": 0.1,
        "categorical_drift_method": "LInfinity",
    },
}


def suggested(profile: Profile) -> dict[str, Any]:
    """The file's content after a baseline of this profile."""
    features = [_feature(name, column, profile.rows) for name, column in profile.columns.items()]
    return {"version": VERSION, "features": features, "monitoring_config": _SUGGESTED}


def _feature(name: str, column: Column, rows: int) -> dict[str, Any]:
    feature: dict[str, Any] = {"name": name, "inferred_type": column.kind, "completeness": column.present / rows}
    if column.kind in NUMERIC:
        feature["num_constraints"] = {"is_non_negative": column.moments.low >= 0}
    elif (domains := _domains(column)) is not None:
        feature["string_constraints"] = {"domains": domains}
    return feature


def _domains(column: Column) -> list[str] | None:
    few = column.values.few
    if column.kind != STRING or few is None:
        return None
    once = sum(count == 1 for count in few.values())
    return sorted(few) if once <= _MOST_SEEN_ONCE * len(few) else None


@dataclass(frozen=True)
class Rules:
    """``monitoring_config``, for all features or, overridden, for one."""

    are_evaluated: bool
    type_share: float
    domain_share: float
    compares: bool
    threshold: float
    categorical_threshold: float
    is_robust: bool

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Rules":
        """With the values that AWS suggests where something is left out.

        Raises:
            CheckFailed: a value that the analyzer does not know, or that is not carried out here.
        """
        apart = {**_SUGGESTED["distribution_constraints"], **(given.get("distribution_constraints") or {})}  # type: ignore[dict-item]
        method = apart.get("comparison_method", apart.get("comparion_method"))
        if method not in ("Robust", "Simple"):
            raise CheckFailed(f"comparison_method {method!r} of the constraints: give Robust or Simple.")
        if apart["categorical_drift_method"] != "LInfinity":
            raise CheckFailed(
                f"categorical_drift_method {apart['categorical_drift_method']!r}: the embedded AWS compares by "
                "LInfinity only."
            )
        threshold = float(apart["comparison_threshold"])
        return cls(
            are_evaluated=given.get("evaluate_constraints", "Enabled") == "Enabled",
            type_share=float(given.get("datatype_check_threshold", 1.0)),
            domain_share=float(given.get("domain_content_threshold", 1.0)),
            compares=apart["perform_comparison"] == "Enabled",
            threshold=threshold,
            categorical_threshold=float(apart["categorical_comparison_threshold"]),
            is_robust=method == "Robust",
        )


def rules_of(feature: Mapping[str, Any], constraints: Mapping[str, Any]) -> Rules:
    """The rules of one feature: those of all, with its own overrides."""
    general = constraints.get("monitoring_config") or {}
    own = feature.get("monitoring_config_overrides") or feature.get("monitoringConfigOverrides") or {}
    apart = {**(general.get("distribution_constraints") or {}), **(own.get("distribution_constraints") or {})}
    return Rules.of({**general, **own, "distribution_constraints": apart})
