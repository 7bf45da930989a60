"""Training jobs: all of them, one with its curves as they grow, and two side by side."""

from functools import partial
from typing import Any

from rehearsal.console.page import Asked, Page
from rehearsal.console.pictures import learning
from rehearsal.console.session import Session
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.executions import data_versions, training_jobs
from rehearsal.toolkit.executions.logs import Line
from rehearsal.toolkit.executions.training_jobs import TrainingJob
from rehearsal.toolkit.models import tuning_jobs

_LAST_LINES = 200


def show_all(session: Session, _asked: Asked) -> Page:
    """The newest jobs, and the newest tuning jobs."""
    facts = {"jobs": training_jobs.listed(session.aws), "tuning": tuning_jobs.listed(session.aws)}
    return Page("training.html", "Training", facts, command="aws sagemaker list-training-jobs")


def show(session: Session, asked: Asked) -> Page:
    """One job."""
    job = training_jobs.read(session.aws, asked.path["job"])
    lines = _log(session, job)
    curves = training_jobs.curves_in(line.message for line in lines)
    words = {
        metric: picture.words
        for metric, by_set in curves.by_metric.items()
        if (picture := learning.curves(metric, by_set))
    }
    facts = {
        "job": job,
        "curves": curves.by_metric,
        "findings": words,
        "data": _data(session, job),
        "lines": lines[-_LAST_LINES:],
        "count": len(lines),
    }
    return Page(
        "training_job.html",
        job.name,
        facts,
        command=f"aws sagemaker describe-training-job --training-job-name {job.name}",
    )


def _log(session: Session, job: TrainingJob) -> list[Line]:
    """Of a job that has ended, read once."""
    if job.status not in ("Completed", "Failed", "Stopped"):
        return training_jobs.log(session.aws, job.name)
    return session.remembered(("training log", job.name), lambda: training_jobs.log(session.aws, job.name))


def _data(session: Session, job: TrainingJob) -> list[data_versions.Version]:
    """Read once: what a job began with does not change."""
    key = ("data", job.name, job.created_at)
    return session.remembered(key, partial(data_versions.at, session.aws, job.inputs, job.created_at))


def compare(session: Session, asked: Asked) -> Page:
    """Two jobs side by side: what differs, and their curves in one picture."""
    names = [asked.query.get("before", ""), asked.query.get("after", "")]
    if not all(names) or names[0] == names[1]:
        raise BadInput("two training jobs are compared", where="/training", next_step="mark two in the list")
    jobs = [training_jobs.read(session.aws, name) for name in names]
    curves = [training_jobs.curves_in(line.message for line in _log(session, job)).by_metric for job in jobs]
    facts = {
        "jobs": jobs,
        "differences": differences(*(_facts_of(session, job) for job in jobs)),
        "curves": together(curves),
    }
    return Page("training_compare.html", "Two training jobs", facts, is_live=False)


def _facts_of(session: Session, job: TrainingJob) -> dict[str, str]:
    """What of a job may differ, by what it is called."""
    return {
        "status": job.status,
        "instance": job.instance,
        "image": job.image,
        **job.hyperparameters,
        **{f"{name} data": uri for name, uri in job.inputs.items()},
        **{f"{each.channel} data version": each.version_id for each in _data(session, job) if each.version_id},
        **{name: f"{value:.6g}" for name, value in job.metrics.items()},
        **({"seconds of training": f"{job.seconds:.1f}"} if job.seconds is not None else {}),
    }


def differences(before: dict[str, str], after: dict[str, str]) -> list[dict[str, Any]]:
    """What is not the same in both. Pure."""
    names = dict.fromkeys([*before, *after])
    told = [{"fact": name, "before": before.get(name), "after": after.get(name)} for name in names]
    return [each for each in told if each["before"] != each["after"]]


def together(curves: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """For each metric that both logged the curve of the validation set, else of the first: as ``first``, ``second``.
    Pure.
    """
    found: dict[str, dict[str, Any]] = {}
    for metric in curves[0]:
        if metric in curves[1]:
            chosen = [each[metric].get("validation") or next(iter(each[metric].values())) for each in curves]
            found[metric] = dict(zip(("first", "second"), chosen, strict=True))
    return found
