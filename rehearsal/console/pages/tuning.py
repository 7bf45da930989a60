"""A tuning job: its trials as parallel coordinates, and as a table."""

from rehearsal.console import commands
from rehearsal.console.page import Asked, Page
from rehearsal.console.pictures.parallel import Line
from rehearsal.console.session import Session
from rehearsal.toolkit.models import tuning_jobs


def show(session: Session, asked: Asked) -> Page:
    """One tuning job."""
    job = tuning_jobs.read(session.aws, asked.path["job"])
    measured = [Line(each.job, each.values, each.result) for each in job.trials if each.result is not None]
    facts = {"job": job, "best": job.best, "lines": measured}
    command = commands.aws("sagemaker", "describe-hyper-parameter-tuning-job", hyper_parameter_tuning_job_name=job.name)
    return Page("tuning_job.html", job.name, facts, command=command)
