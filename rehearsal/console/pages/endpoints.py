"""Endpoints: all of them, and one with a form to try it."""

from urllib.parse import quote

from rehearsal.console.page import Asked, Change, Page
from rehearsal.console.session import Session
from rehearsal.toolkit import project
from rehearsal.toolkit.aws.errors import NotThere, RehearsalError
from rehearsal.toolkit.aws.translation import FAILURES, explain
from rehearsal.toolkit.endpoints import inventory, invocation, training_data

_MOST_ROWS = 100
_EXAMPLES = 3


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
    facts = {
        "endpoint": endpoint,
        "features": features,
        "text": text,
        "rows": rows,
        "predictions": predictions,
        "error": error,
        "examples": _examples(features),
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
        return list(invocation.predict(session.aws, name, rows)), None
    except FAILURES as error:
        return [], explain(error)


def _examples(features: int | None) -> str:
    """Rows of the project's test set without their label, where they fit the model."""
    try:
        file = project.find().data / "test" / "test.csv"
        with file.open() as opened:
            rows = [line.strip().partition(",")[2] for _, line in zip(range(_EXAMPLES), opened, strict=False)]
    except (NotThere, OSError):
        return ""
    return "\n".join(rows) if features is None or all(row.count(",") + 1 == features for row in rows) else ""


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
