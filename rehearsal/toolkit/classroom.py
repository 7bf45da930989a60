"""Many attendees' workshops in one account: launched, looked at and removed side by side."""

import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.toolkit import workshop
from rehearsal.toolkit.aws import translation
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput, RehearsalError
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.cleanup import leftovers, teardown
from rehearsal.toolkit.executions import executions, report, watching
from rehearsal.toolkit.executions.events import Note, Tell, silence
from rehearsal.toolkit.executions.executions import Status
from rehearsal.toolkit.stacks import stacks
from rehearsal.toolkit.workshop import Plan

_AT_ONCE = 8
"""CloudFormation and IAM throttle an account's callers; more at once only makes them wait."""


@dataclass(frozen=True)
class Attendee:
    """How one workshop stands: a status (of the execution, or ``Failed``), words, metrics of the last evaluation."""

    suffix: str
    status: str
    detail: str = ""
    metrics: str = ""

    @property
    def is_fine(self) -> bool:
        return self.status in (str(Status.SUCCEEDED), "Removed")


def read_suffixes(file: Path) -> list[str]:
    """One suffix a line (or separated by commas); ``#`` begins a comment.

    Raises:
        BadInput: the file is missing or empty, or a suffix is bad or there twice.
    """
    try:
        text = file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read: {error}", where="--suffixes", next_step="one suffix a line") from error
    words = [word for line in text.splitlines() for word in re.split(r"[\s,]+", line.partition("#")[0]) if word]
    if not words:
        raise BadInput(f"{file} names nobody", where="--suffixes", next_step="one suffix a line, for example sde")
    doubled = sorted({word for word in words if words.count(word) > 1})
    if doubled:
        raise BadInput(
            f"twice in {file}: {', '.join(doubled)}",
            where="--suffixes",
            next_step="every attendee needs one of their own",
        )
    for word in words:
        Workshop(word)
    return words


def launch(
    aws: Aws, plans: Sequence[Plan], zips: Sequence[Path], tell: Tell, *, at_once: int = _AT_ONCE
) -> list[Attendee]:
    """Launch every plan and wait for its first execution; one that fails does not keep the others."""

    def launch_one(plan: Plan) -> Attendee:
        _prep, result = workshop.launch(aws, plan, list(zips), silence)
        tell(Note(f"{plan.workshop.suffix}: stacks {result.status}"))
        execution_id = watching.adopt(aws, plan.workshop.pipeline)
        watching.watch(aws, plan.workshop.pipeline, execution_id, silence)
        return status_of(aws, plan.workshop)

    return _side_by_side(plans, lambda plan: plan.workshop.suffix, launch_one, tell, at_once)


def status(aws: Aws, workshops: Sequence[Workshop], *, at_once: int = _AT_ONCE) -> list[Attendee]:
    """How each stands now."""
    return _side_by_side(workshops, lambda each: each.suffix, lambda each: status_of(aws, each), silence, at_once)


def destroy(aws: Aws, workshops: Sequence[Workshop], tell: Tell, *, at_once: int = _AT_ONCE) -> list[Attendee]:
    """Remove each entirely."""

    def destroy_one(each: Workshop) -> Attendee:
        done = teardown.destroy(aws, each, silence)
        if done.remaining:
            first = done.remaining[0]
            return Attendee(
                each.suffix, "Failed", f"{len(done.remaining)} things left: {first.name}: {done.reasons[first.name]}"
            )
        return Attendee(each.suffix, "Removed", f"{len(done.removed)} things")

    return _side_by_side(workshops, lambda each: each.suffix, destroy_one, tell, at_once)


def status_of(aws: Aws, found: Workshop) -> Attendee:
    """One attendee's newest execution."""
    if stacks.describe(aws, found.pipeline_stack) is None:
        things = leftovers.survey(aws, found)
        return Attendee(found.suffix, "NotLaunched", f"{len(things)} things there" if things else "")
    execution = executions.read(aws, executions.definition(aws, found.pipeline), executions.newest(aws, found.pipeline))
    evaluations = list(report.evaluations_of(execution))
    metrics = "  ".join(f"{name} {value:.4g}" for name, value in evaluations[-1].metrics.items()) if evaluations else ""
    failed = execution.failed_actions
    detail = f"{failed[0].path}: {failed[0].error.message if failed[0].error else failed[0].summary}" if failed else ""
    return Attendee(found.suffix, str(execution.status), detail, metrics)


def _side_by_side(
    things: Iterable[Any], name_of: Callable[[Any], str], work: Callable[[Any], Attendee], tell: Tell, at_once: int
) -> list[Attendee]:
    """``work`` for each, some at once; an expected failure of one becomes its line."""

    def guarded(thing: Any) -> Attendee:
        try:
            done = work(thing)
        except translation.FAILURES as error:
            told: RehearsalError = translation.explain(error)
            done = Attendee(name_of(thing), "Failed", f"{told.what} (at {told.where})" if told.where else told.what)
        tell(Note(f"{done.suffix}: {done.status} {done.detail} {done.metrics}".rstrip()))
        return done

    with ThreadPoolExecutor(max_workers=at_once) as pool:
        return list(pool.map(guarded, things))
