"""In what order a workshop's things may go, and what is to be waited for. Pure.

What runs first, then endpoints, and only then what endpoints are made of: an endpoint without its role and bucket costs
on, and SageMaker refuses to delete one that is in the middle of a change.
"""

from collections.abc import Sequence

from rehearsal.toolkit.cleanup.leftovers import Kind, Leftover

_STAGES = (
    {Kind.EXECUTION, Kind.TRAINING_JOB},
    {Kind.ENDPOINT, Kind.ENDPOINT_STACK},
    set(Kind) - {Kind.EXECUTION, Kind.TRAINING_JOB, Kind.ENDPOINT, Kind.ENDPOINT_STACK},
)
_MOVING = {
    Kind.EXECUTION: {"Stopping"},
    Kind.TRAINING_JOB: {"Stopping"},
    Kind.ENDPOINT: {"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"},
}
"""States that a service leaves by itself, and in which it takes no order."""
_STACKS = (Kind.PIPELINE_STACK, Kind.PREP_STACK, Kind.ENDPOINT_STACK, Kind.LAB_STACK, Kind.PROJECT_STACK)
_WAITS_FOR_AN_ORDER = "REVIEW_IN_PROGRESS"


def is_moving(leftover: Leftover) -> bool:
    """Whether it changes by itself, so that it is to be waited for."""
    if leftover.kind in _STACKS:
        return leftover.detail.endswith("_IN_PROGRESS") and leftover.detail != _WAITS_FOR_AN_ORDER
    return leftover.detail in _MOVING.get(leftover.kind, ())


def due(found: Sequence[Leftover]) -> list[Leftover]:
    """What may be removed now: of the first stage of which anything is left, what does not move."""
    for stage in _STAGES:
        if present := [leftover for leftover in found if leftover.kind in stage]:
            return [leftover for leftover in present if not is_moving(leftover)]
    return []


def blockers(found: Sequence[Leftover]) -> list[Leftover]:
    """What the later stages wait for: all of the first stage of which anything is left, unless that is the last one."""
    for stage in _STAGES[:-1]:
        if present := [leftover for leftover in found if leftover.kind in stage]:
            return present
    return []
