"""``rehearse lab break``, ``check``, ``progress`` and ``redrive``: a launched lab, looked at, broken on purpose and
mended."""

from typing import Annotated, Any

from rich.table import Table
from typer import Argument, Exit

from rehearsal.cli.app import command
from rehearsal.cli.confirmation import Consent
from rehearsal.cli.lab_group import Name, Suffix, lab
from rehearsal.cli.options import AccountOptions
from rehearsal.cli.output import Output
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import NotThere
from rehearsal.toolkit.labs import catalogue, lessons, lessons_of_labs, lessons_of_workshop, progress, queues
from rehearsal.toolkit.labs.lessons import Broken, Lesson
from rehearsal.toolkit.labs.names import LabNames
from rehearsal.toolkit.stacks import stacks


def _lessons_of(name: str) -> dict[str, Lesson]:
    """The cases of a lab, or of the workshop, by name.

    Raises:
        NotThere: it has none.
    """
    all_of_them = {**lessons_of_labs.LESSONS, lessons_of_workshop.NAME: lessons_of_workshop.WORKSHOP}
    if name not in all_of_them:
        next_step = f"these have: {', '.join(all_of_them)}"
        raise NotThere(f"the lab {catalogue.named(name).name} has no cases", where="NAME", next_step=next_step)
    return {each.name: each for each in all_of_them[name]}


def _launched(aws: Aws, name: str, suffix: str) -> Broken:
    if name == lessons_of_workshop.NAME:
        return lessons_of_workshop.launched(aws, suffix)
    return lessons.launched_lab(aws, LabNames(name, suffix))


@command("rehearse lab break census missing-permission", below=lab, name="break")
def break_(
    account_options: AccountOptions,
    consent: Consent,
    output: Output,
    name: Name,
    case: Annotated[
        str | None, Argument(metavar="[CASE]", help="What to break; without it the cases are listed.")
    ] = None,
    suffix: Suffix = "rehearsal",
) -> None:
    """Break something of a launched lab on purpose, run it, and say where to look. rehearse lab check says whether it
    is mended."""
    found = _lessons_of(name)
    if case is None:
        rows = [f"{each.name:<20} {each.symptom}" for each in found.values()]
        output.result({"cases": [_document(each) for each in found.values()]}, "\n".join(rows))
        return
    lesson, aws = lessons.named(found, case), account_options.reach()
    broken = _launched(aws, name, suffix)
    consent.obtain(aws, f"break {broken.stack} ({lesson.name}) and run it")
    lesson.break_it(broken)
    if lesson.show is not None:
        with output.display() as display:
            lesson.show(broken, display.tell)
    text = [
        f"broken: {lesson.name}",
        f"symptom: {lesson.symptom}",
        f"look at: {lesson.where_to_look}",
        f"when you have mended it: rehearse lab check {name}",
    ]
    output.result({"case": _document(lesson)}, "\n".join(text))


def _document(lesson: Lesson) -> dict[str, str]:
    return {"name": lesson.name, "symptom": lesson.symptom, "whereToLook": lesson.where_to_look, "cure": lesson.cure}


@command("rehearse lab check census", below=lab)
def check(account_options: AccountOptions, output: Output, name: Name, suffix: Suffix = "rehearsal") -> None:
    """Say which of a lab's cases are still broken, and what mends them. Exits 1 if any is."""
    found = _lessons_of(name)
    launched = _launched(account_options.reach(), name, suffix)
    problems = {each.name: each.problem(launched) for each in found.values()}
    rows = [
        f"{case:<20} {f'broken: {problem}; {found[case].cure}' if problem else 'fine'}"
        for case, problem in problems.items()
    ]
    output.result({"problems": {case: problem for case, problem in problems.items() if problem}}, "\n".join(rows))
    if any(problems.values()):
        raise Exit(1)


@command("rehearse lab progress census", below=lab, name="progress")
def progress_(account_options: AccountOptions, output: Output, name: Name) -> None:
    """Show how far every learner of this account has come in a lab."""
    aws = account_options.reach()
    found = progress.of_all(aws, catalogue.named(name).name)
    output.result({"learners": [each.as_json() for each in found]}, _table(found))


def _table(found: list[progress.Progress]) -> Any:
    if not found:
        return "nobody has launched it here"
    table = Table()
    for heading in ("learner", "stack", "runs", "last run", "versions", "approved", "endpoint"):
        table.add_column(heading, overflow="fold")
    for each in found:
        runs, versions, approved = (str(count) for count in (each.runs, each.versions, each.approved))
        table.add_row(each.suffix, each.stack, runs, each.last_run, versions, approved, each.endpoint)
    return table


@command("rehearse lab redrive retrain", below=lab)
def redrive(
    account_options: AccountOptions, consent: Consent, output: Output, name: Name, suffix: Suffix = "rehearsal"
) -> None:
    """Send the messages of a lab's dead-letter queue to its queue again, after what they failed on was mended."""
    aws = account_options.reach()
    names = LabNames(catalogue.named(name).name, suffix)
    stack = stacks.describe(aws, names.stack)
    outputs = stacks.outputs_of(stack) if stack is not None else {}
    if "DeadLetterQueueUrl" not in outputs:
        raise NotThere(
            f"the stack {names.stack} has no dead-letter queue",
            where=f"CloudFormation, {aws.region}",
            next_step="rehearse lab launch retrain creates one",
        )
    consent.obtain(aws, f"send the messages of {outputs['DeadLetterQueueUrl']} again")
    moved = queues.redrive(aws, outputs["DeadLetterQueueUrl"], outputs["QueueUrl"])
    output.result({"messages": moved}, f"{moved} messages sent again to {outputs['QueueUrl']}")
