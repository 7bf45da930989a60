"""What a release would cost, from AWS's price list API where it can be reached. An estimate: instance time only, list
price, no tax."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.parameters import user_parameters

_PRICE_LIST_REGION = "us-east-1"
"""The price list has few endpoints; this one knows every region (AWS Price List Query API, endpoints)."""

_JOB_MINUTES = 5.0
"""A job on small data: start-up, download and upload outweigh the work."""


@dataclass(frozen=True)
class Item:
    """One thing that is paid for; prices in US dollars."""

    what: str
    instance_type: str
    count: int
    hourly: float | None


@dataclass(frozen=True)
class Estimate:
    """``once``: for the release itself; ``hourly``: for as long as the endpoints stay. None where a price is
    unknown."""

    items: tuple[Item, ...]
    once: float | None
    hourly: float | None


def estimate(aws: Aws, declared: dict[str, Any]) -> Estimate:
    """The estimate for the pipeline as it is declared now."""
    return of_parameters(aws, user_parameters.of_pipeline(declared))


def of_parameters(aws: Aws, parameters: dict[str, str]) -> Estimate:
    """The estimate for UserParameters by ``Stage/Action``."""
    items = tuple(
        Item(
            what,
            instance_type,
            count,
            _hourly_price(aws, instance_type, "Training" if what == "training" else "Hosting"),
        )
        for what, instance_type, count in instances_of(parameters)
    )
    return of_items(items)


_COMPONENTS = {"training": "Training", "processing": "Processing", "endpoint": "Hosting"}
"""What an instance is for, and the price list's word for it."""


def of_lab(aws: Aws, instances: Sequence[tuple[str, str, int]]) -> Estimate:
    """The estimate for instances: what for (a key of ``_COMPONENTS``), their type, how many."""
    return of_items(
        tuple(
            Item(what, instance_type, count, _hourly_price(aws, instance_type, _COMPONENTS[what]))
            for what, instance_type, count in instances
        )
    )


def of_items(items: tuple[Item, ...]) -> Estimate:
    """Pure."""
    jobs = [item for item in items if not item.what.startswith("endpoint")]
    endpoints = [item for item in items if item.what.startswith("endpoint")]
    once, hourly = _sum(jobs), _sum(endpoints)
    return Estimate(items, None if once is None else once * _JOB_MINUTES / 60, hourly)


def _sum(items: list[Item]) -> float | None:
    if any(item.hourly is None for item in items):
        return None
    return sum(item.count * (item.hourly or 0.0) for item in items)


def instances_of(parameters: dict[str, str]) -> list[tuple[str, str, int]]:
    """What the UserParameters ask for: what for, instance type, count. Pure; texts that are not JSON ask for
    nothing."""
    asked = []
    for path, text in parameters.items():
        try:
            values = json.loads(text or "{}")
        except json.JSONDecodeError:
            continue
        if not isinstance(values, dict):
            continue  # a pipeline of somebody's own: any text is right for its function
        if "traincompute" in values:
            asked.append(("training", str(values["traincompute"]), int(values.get("instance-count", 1))))
        if "instance-type" in values:
            asked.append((f"endpoint of {path}", str(values["instance-type"]), int(values.get("instance-count", 1))))
    return asked


def _hourly_price(aws: Aws, instance_type: str, component: str) -> float | None:
    """The on-demand list price in US dollars an hour; None where it cannot be learnt."""
    filters = {"instanceName": instance_type, "regionCode": aws.region, "component": component}
    try:
        answer = aws.client("pricing", _PRICE_LIST_REGION).get_products(
            ServiceCode="AmazonSageMaker",
            Filters=[{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in filters.items()],
            MaxResults=1,
        )
    except (BotoCoreError, ClientError):
        return None  # not allowed, not reachable or not offered: the estimate says that it is unknown
    return price_in(answer.get("PriceList", []))


def price_in(price_list: list[str]) -> float | None:
    """The first on-demand price in a price list. Pure."""
    for text in price_list:
        for term in json.loads(text).get("terms", {}).get("OnDemand", {}).values():
            for dimension in term["priceDimensions"].values():
                return float(dimension["pricePerUnit"]["USD"])
    return None
