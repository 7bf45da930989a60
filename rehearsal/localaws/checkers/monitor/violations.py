"""A data set against the constraints and statistics of a baseline: the violations of ``constraint_violations.json``.
Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.localaws.checkers.monitor import distance
from rehearsal.localaws.checkers.monitor.cells import NUMERIC, STRING, UNKNOWN
from rehearsal.localaws.checkers.monitor.constraints import Rules, rules_of
from rehearsal.localaws.checkers.monitor.kll import Sketch
from rehearsal.localaws.checkers.monitor.profile import Column, Profile


def violations(
    profile: Profile, constraints: Mapping[str, Any], statistics: Mapping[str, Any] | None
) -> list[dict[str, str]]:
    """What does not hold, by feature and check."""
    if (constraints.get("monitoring_config") or {}).get("evaluate_constraints", "Enabled") != "Enabled":
        return []
    told = {feature["name"]: feature for feature in (statistics or {}).get("features", ())}
    found = [*_of_columns(profile, [feature["name"] for feature in constraints["features"]])]
    for feature in constraints["features"]:
        name, rules = feature["name"], rules_of(feature, constraints)
        if rules.are_evaluated and name in profile.columns:
            column = profile.columns[name]
            found.extend(_of_feature(feature, column, rules, profile.rows))
            found.extend(_drift(name, column, rules, told.get(name, {})))
    return found


def _of_columns(profile: Profile, expected: list[str]) -> Iterator[dict[str, str]]:
    counts = (
        f"Number of columns in current dataset: {len(profile.columns)}, "
        f"Number of columns in baseline constraints: {len(expected)}"
    )
    missing = [name for name in expected if name not in profile.columns]
    extra = [name for name in profile.columns if name not in expected]
    if missing:
        text = f"There are missing columns in current dataset: {', '.join(missing)}. {counts}"
        yield _violation("Missing columns", "missing_column_check", text)
    if extra:
        text = f"There are extra columns in current dataset: {', '.join(extra)}. {counts}"
        yield _violation("Extra columns", "extra_column_check", text)


def _of_feature(feature: Mapping[str, Any], column: Column, rules: Rules, rows: int) -> Iterator[dict[str, str]]:
    name, expected = feature["name"], feature.get("inferred_type", UNKNOWN)
    if expected != UNKNOWN and column.share_of(expected) < rules.type_share:
        yield _violation(
            name,
            "data_type_check",
            f"Data type match requirement is not met. Expected data type: {expected}, Expected match: "
            f"{rules.type_share:.1%}. Observed: Only {column.share_of(expected) * 100}% of data is {expected}.",
        )
    completeness, wanted = (column.present / rows if rows else 1.0), feature.get("completeness")
    if wanted is not None and completeness < wanted:
        yield _violation(name, "completeness_check", f"Completeness is {completeness}; the constraint is {wanted}.")
    domains = (feature.get("string_constraints") or {}).get("domains")
    if domains is not None and column.present:
        share = _share_within(column, frozenset(domains))
        if share < rules.domain_share:
            yield _violation(
                name,
                "categorical_values_check",
                f"Only {share * 100}% of the values are among those of the baseline; the constraint is "
                f"{rules.domain_share:.1%}.",
            )


def _share_within(column: Column, domains: frozenset[str]) -> float:
    return sum(column.values.count(value) for value in domains) / column.present


def _drift(name: str, column: Column, rules: Rules, told: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    if not rules.compares:
        return
    apart, threshold = None, rules.threshold
    if column.kind in NUMERIC and "numerical_statistics" in told:
        kll = (told["numerical_statistics"].get("distribution") or {}).get("kll") or {}
        if "sketch" in kll:
            apart = distance.numerical(column.sketch, Sketch.read(kll["sketch"]), robust=rules.is_robust)
    elif column.kind == STRING and "string_statistics" in told:
        categorical = (told["string_statistics"].get("distribution") or {}).get("categorical")
        if categorical is not None and column.values.few is not None:
            before = {bucket["value"]: int(bucket["count"]) for bucket in categorical["buckets"]}
            apart = distance.categorical(column.values.few, before, robust=rules.is_robust)
            threshold = rules.categorical_threshold
    if apart is not None and apart > threshold:
        text = f"Baseline drift distance: {apart} exceeds threshold: {threshold}"
        yield _violation(name, "baseline_drift_check", text)


def _violation(feature: str, check: str, description: str) -> dict[str, str]:
    return {"feature_name": feature, "constraint_check_type": check, "description": description}
