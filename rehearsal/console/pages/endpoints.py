"""Endpoints: all of them, and one with a form to try it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from urllib.parse import quote

from rehearsal.console.page import Asked, Change, Page
from rehearsal.console.session import Session
from rehearsal.toolkit import project
from rehearsal.toolkit.aws.errors import NotThere, RehearsalError
from rehearsal.toolkit.aws.translation import FAILURES, explain
from rehearsal.toolkit.embedded import beyond_aws
from rehearsal.toolkit.endpoints import inventory, invocation, observed, training_data

_MOST_ROWS = 100
_EXAMPLES = 3
_MOST_LINES = 100_000
"""Of the test set, among which a row's label is looked for."""


def show_all(session: Session, _asked: Asked) -> Page:
    """All of them."""
    facts = {"endpoints": inventory.listed(session.aws)}
    return Page("endpoints.html", "Endpoints", facts, command="aws sagemaker list-endpoints")


def show(session: Session, asked: Asked) -> Page:
    """One; with ``rows`` in the query, what it predicts for them."""
    name = asked.path["endpoint"]
    endpoint = inventory.read(session.aws, name)
    key = ("features", name, endpoint.config)
    features = session.remembered(key, lambda: training_data.feature_count(session.aws, name))
    text = asked.query.get("rows", "")
    rows = invocation.read_rows(text.encode())[:_MOST_ROWS]
    predictions, error = _tried(session, name, rows, features)
    start = asked.query.get("from", "")
    first = int(start) if start.isdecimal() and 0 < int(start) <= _MOST_LINES else 1
    variants = [each.name for each in endpoint.variants]
    facts = {
        "endpoint": endpoint,
        "features": features,
        "text": text,
        "rows": rows,
        "predictions": predictions,
        "error": error,
        "examples": _examples(features, first),
        "first": first,
        "actual": _labels(rows) if predictions else [],
        "traffic": _traffic(session, name, variants),
        "capture": session.recent(("capture", name), _seconds(session), lambda: observed.capture(session.aws, name)),
    }
    command = f"rehearse invoke {name.rpartition('-')[2]} < rows.csv"
    return Page("endpoint.html", name, facts, command=command, is_live=not rows)


def _tried(
    session: Session, name: str, rows: list[str], features: int | None
) -> tuple[list[str], RehearsalError | None]:
    """What it answers, or why it does not."""
    if not rows:
        return [], None
    try:
        if features is not None:
            invocation.check_width(rows, features)
        invocation.check_numbers(rows)
        return list(invocation.predict(session.aws, name, rows)), None
    except FAILURES as error:
        return [], explain(error)


def _traffic(session: Session, name: str, variants: list[str]) -> list[observed.Traffic]:
    key = ("traffic", name, tuple(variants))
    return session.recent(key, _seconds(session), lambda: observed.traffic(session.aws, name, variants, _now(session)))


def _seconds(session: Session) -> float:
    """How long an answer of CloudWatch and S3 is good: on a real account they cost by the call."""
    return 1.0 if session.is_embedded else 60.0


def _now(session: Session) -> datetime:
    """By the account's clock: that of the embedded AWS can be moved."""
    return beyond_aws.clock(session.aws) if session.is_embedded else datetime.now(UTC)


def _test_rows() -> Iterator[tuple[str, str]]:
    """Labels and features of the project's test set, as far as it is looked at; none where there is no project."""
    try:
        with (project.find().data / "test" / "test.csv").open() as opened:
            for line in islice(opened, _MOST_LINES):
                label, _, features = line.strip().partition(",")
                yield label, features
    except (NotThere, OSError):
        return


def _examples(features: int | None, first: int) -> str:
    """Three rows of the test set from a number on, without their label, where they fit the model."""
    rows = [row for _, row in islice(_test_rows(), first - 1, first - 1 + _EXAMPLES)]
    return "\n".join(rows) if features is None or all(row.count(",") + 1 == features for row in rows) else ""


def _labels(rows: list[str]) -> list[str]:
    """What the test set says of each row; nothing of rows that are not in it."""
    wanted = set(rows)
    known = {row: label for label, row in _test_rows() if row in wanted}
    return [known.get(row, "") for row in rows] if known else []


def delete(session: Session, asked: Asked) -> Change:
    """Delete it."""
    name = asked.path["endpoint"]
    return Change(
        sentence=f"delete the endpoint {name}",
        command=f"aws sagemaker delete-endpoint --endpoint-name {name}",
        then=f"/endpoints/{quote(name, safe='')}",
        do=lambda _tell: _deleted(session, name),
        cost="It stops costing by the hour. A release deploys it again.",
        is_destructive=True,
    )


def _deleted(session: Session, name: str) -> str:
    inventory.delete(session.aws, name)
    return "/endpoints"
