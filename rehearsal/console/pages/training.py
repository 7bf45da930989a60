"""Training jobs: all of them, and one with its curves as they grow."""

from rehearsal.console.page import Asked, Page
from rehearsal.console.pictures import learning
from rehearsal.console.session import Session
from rehearsal.toolkit.executions import training_jobs
from rehearsal.toolkit.executions.logs import Line
from rehearsal.toolkit.executions.training_jobs import TrainingJob

_LAST_LINES = 200


def show_all(session: Session, _asked: Asked) -> Page:
    """The newest jobs."""
    facts = {"jobs": training_jobs.listed(session.aws)}
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
