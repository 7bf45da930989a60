"""What ``rehearse lab`` says: outcomes, estimates and failures in words. Pure."""

from rehearsal.toolkit.aws.errors import ExecutionFailed, RehearsalError
from rehearsal.toolkit.checks.pricing import Estimate
from rehearsal.toolkit.cleanup.teardown import Result
from rehearsal.toolkit.labs.lab import Lab, Outcome


def outcome_lines(lab: Lab, outcome: Outcome, elapsed: float) -> list[str]:
    """The end of a run: how it ended, its metrics, what the endpoint answered, what to do next."""
    rows = ["", f" {outcome.execution.status} in {elapsed:.1f} s."]
    if outcome.metrics:
        rows.append(" metrics:   " + "  ".join(f"{name} {value:.4f}" for name, value in outcome.metrics.items()))
    if outcome.model_package:
        rows.append(f" version:   {outcome.model_package}")
    if outcome.endpoint:
        told = "  ".join(f"{name} {value:,.4g}" for name, value in outcome.answers.items())
        rows.append(f" endpoint:  {outcome.endpoint}  {told}")
    for name, value in outcome.facts.items():
        rows += _side_by_side(value) if isinstance(value, list) else [f" {_spoken(name):<10} {_told(value)}"]
    if outcome.succeeded:
        rows += ["", *(f" {each}" for each in outcome.next_steps or lab.try_next)]
    return rows


def _side_by_side(things: list[dict[str, object]]) -> list[str]:
    """A column for each thing, a row for each of its members."""
    width = max(len(str(value)) for thing in things for value in thing.values()) + 2
    return [
        f" {_spoken(member):<22}" + "".join(f"{thing[member]!s:>{width}}" for thing in things) for member in things[0]
    ]


def _spoken(name: str) -> str:
    """``modelVersions`` as ``model versions:``."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name) + ":"


def _told(value: object) -> str:
    return ", ".join(f"{name} {each}" for name, each in value.items()) if isinstance(value, dict) else str(value)


def failure(outcome: Outcome) -> ExecutionFailed:
    """An execution that did not succeed: the step that failed first, and its words."""
    failed = [step for step in outcome.execution.steps if step.status == "Failed"]
    told = failed[0].note if failed else outcome.execution.reason
    return ExecutionFailed(
        f"the execution is {outcome.execution.status}: {told or outcome.execution.reason}",
        where=f"step {failed[0].name}" if failed else outcome.execution.arn,
        next_step="the job's log group is /aws/sagemaker/ProcessingJobs or TrainingJobs; a gate that is missed is told "
        "as such",
    )


def estimate(lab: Lab, found: Estimate) -> str:
    """What a launch costs by list price."""
    kinds = ", ".join(f"{item.count} x {item.instance_type} ({item.what})" for item in found.items)
    if found.once is None or found.hourly is None:
        return f"costs: {kinds}; the price list cannot be read here, see aws.amazon.com/sagemaker/pricing"
    endpoint = f", then {found.hourly:.2f} USD an hour while the endpoint stays" if found.hourly else ""
    return (
        f"costs, estimated by list price: {found.once:.2f} USD for the jobs{endpoint} ({kinds}); "
        f"rehearse lab destroy {lab.name} ends that"
    )


def not_removed(done: Result) -> RehearsalError:
    """What could not be deleted, and why the first of it."""
    first = done.remaining[0]
    return RehearsalError(
        f"{len(done.remaining)} things could not be deleted: {done.reasons[first.name]}",
        where=f"{first.kind.label} {first.name}",
        next_step="remove what holds it (a permission, a protection), then give the command again",
    )
