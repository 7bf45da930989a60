"""What a test of the model shows beyond its metrics: which rows it got most wrong, and what the model looks at."""

from functools import partial
from typing import Any

from rehearsal.console.session import Session
from rehearsal.toolkit.aws.translation import FAILURES
from rehearsal.toolkit.executions import training_jobs, worst_rows
from rehearsal.toolkit.executions.evaluations import Evaluation
from rehearsal.toolkit.executions.worst_rows import Row
from rehearsal.toolkit.models import model_file

MOST_FEATURES = 40


def facts(session: Session, evaluation: Evaluation, key: str) -> dict[str, Any]:
    """Read once for each report (``key`` names it): it does not change any more."""
    return {
        "worst": session.remembered(("worst", key), partial(_worst, session, evaluation)),
        "importance": session.remembered(("importance", key), partial(_importance, session, evaluation))[
            :MOST_FEATURES
        ],
        "by_slice": by_slice(evaluation),
        "is_sample": len(evaluation.answers) < evaluation.rows,
    }


def by_slice(evaluation: Evaluation) -> dict[str, Any]:
    """The first metric of the gate, else of the report, in each slice that has rows. Pure."""
    names = [bound.metric for bound in evaluation.gate if "/" not in bound.metric] or list(evaluation.metrics)
    parts = [each for each in evaluation.slices if each.rows]
    metric = next((name for name in names if all(name in each.metrics for each in parts)), "")
    if not metric or not parts:
        return {}
    shown = [(each.name, each.rows, each.metrics[metric]) for each in parts]
    return {"metric": metric, "overall": evaluation.metrics[metric], "parts": shown}


def _worst(session: Session, evaluation: Evaluation) -> list[Row]:
    rows = worst_rows.worst(evaluation)
    return worst_rows.with_texts(session.aws, evaluation.place, rows) if evaluation.place and rows else rows


def _importance(session: Session, evaluation: Evaluation) -> list[tuple[str, float]]:
    if not evaluation.job:
        return []
    try:
        model = training_jobs.read(session.aws, evaluation.job).model
    except FAILURES:
        return []  # the job is forgotten, or not for this caller; the page says that it is not known
    return model_file.importance(session.aws, model)[:MOST_FEATURES] if model else []
