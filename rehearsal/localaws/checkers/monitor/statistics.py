"""``statistics.json`` of data quality. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-statistics.html
"""

from typing import Any

import numpy as np

from rehearsal.localaws.checkers.monitor.cells import NUMERIC
from rehearsal.localaws.checkers.monitor.profile import Column, Profile

VERSION = 0.0
BUCKETS = 10


def statistics(profile: Profile) -> dict[str, Any]:
    """The file's content."""
    features = [_feature(name, column, profile.rows) for name, column in profile.columns.items()]
    return {"version": VERSION, "dataset": {"item_count": profile.rows}, "features": features}


def _feature(name: str, column: Column, rows: int) -> dict[str, Any]:
    common = {"num_present": column.present, "num_missing": rows - column.present}
    feature: dict[str, Any] = {"name": name, "inferred_type": column.kind}
    if column.kind in NUMERIC:
        feature["numerical_statistics"] = {"common": common, **_numbers(column)}
    else:
        feature["string_statistics"] = {"common": common, **_texts(column)}
    return feature


def _numbers(column: Column) -> dict[str, Any]:
    moments = column.moments
    if not moments.count:
        return {}
    kll = {"buckets": _buckets(column), "sketch": column.sketch.written()}
    return {
        "mean": moments.mean,
        "sum": moments.sum,
        "std_dev": moments.std_dev,
        "min": moments.low,
        "max": moments.high,
        "distribution": {"kll": kll},
    }


def _buckets(column: Column) -> list[dict[str, float]]:
    """Ten of equal width between the ends; the last one holds its upper bound too."""
    bounds = np.linspace(column.moments.low, column.moments.high, BUCKETS + 1)
    ranks = column.sketch.at_most(bounds, below=True)
    ranks[-1] = column.sketch.weight
    return [
        {"lower_bound": float(low), "upper_bound": float(high), "count": float(count)}
        for low, high, count in zip(bounds[:-1], bounds[1:], np.diff(ranks), strict=True)
    ]


def _texts(column: Column) -> dict[str, Any]:
    few = column.values.few
    told: dict[str, Any] = {"distinct_count": float(column.values.distinct)}
    if few is not None:
        buckets = [{"value": value, "count": count} for value, count in few.most_common()]
        told["distribution"] = {"categorical": {"buckets": buckets}}
    return told
