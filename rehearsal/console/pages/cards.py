"""The card of a run as a page; rehearse report writes the same as a file."""

from rehearsal.console import commands
from rehearsal.console.page import Asked, Page
from rehearsal.console.session import Session
from rehearsal.toolkit.executions import executions, model_card, run_card


def show(session: Session, asked: Asked) -> Page:
    """Of an execution of a pipeline; of the newest where the address names none."""
    name = asked.path["name"]
    run = asked.path.get("execution") or executions.newest(session.aws, name)
    card = run_card.read(session.aws, name, run)
    command = commands.rehearse(name, "report", run[:8], "-o", "card.html")
    return Page("card_page.html", f"Card of run {run[:8]}", {"card": card}, command=command, is_live=False)


def show_of_steps(session: Session, asked: Asked) -> Page:
    """Of an execution of a SageMaker pipeline."""
    name, run = asked.path["name"], asked.path["run"]
    card = model_card.read(session.aws, name, run)
    command = f"rehearse report --sagemaker-pipeline {name} {run} -o card.html"
    return Page("model_card_page.html", f"Card of run {run}", {"card": card}, command=command, is_live=False)
