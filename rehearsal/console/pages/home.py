"""Home: what is here, what runs now, what costs by the hour."""

from typing import Any

from rehearsal.console.page import Asked, Page
from rehearsal.console.session import Session
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.endpoints import inventory as endpoints
from rehearsal.toolkit.executions import inventory
from rehearsal.toolkit.executions.executions import Status
from rehearsal.toolkit.stacks import discovery


def show(session: Session, _asked: Asked) -> Page:
    """The first page."""
    pipelines = inventory.pipelines(session.aws)
    facts = {
        "workshops": list(discovery.launched(session.aws)),
        "pipelines": pipelines,
        "running": [each for each in pipelines if each.newest and each.newest.status is Status.IN_PROGRESS],
        "endpoints": endpoints.listed(session.aws),
        "training": training(session.aws),
        "works": [
            {"id": work.work_id, "sentence": work.sentence, "status": work.status} for work in session.works.running()
        ],
    }
    return Page("home.html", "Home", facts, command="rehearse status")


def training(aws: Aws) -> list[dict[str, Any]]:
    """The training jobs that run, newest first."""
    answer = aws.client("sagemaker").list_training_jobs(
        StatusEquals="InProgress", SortBy="CreationTime", SortOrder="Descending", MaxResults=20
    )
    return [
        {"name": each["TrainingJobName"], "status": each["TrainingJobStatus"], "created": each["CreationTime"]}
        for each in answer["TrainingJobSummaries"]
    ]
