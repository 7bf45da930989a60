"""A removal waits for what moves, keeps the order, gives up with a reason, and can be taken up again."""

import pytest
from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.cleanup import stages, teardown
from rehearsal.toolkit.cleanup.leftovers import Kind, Leftover
from rehearsal.toolkit.executions.events import Event, Note, silence
from tests.unit.toolkit.cleanup.account_in_motion import CHANGE_SECONDS, Endpoint, Motion

SDE = Workshop("sde")
IN_ORDER = [
    "DeleteEndpoint",
    "DeleteEndpointConfig",
    "DeleteModel",
    "DeleteObjects",
    "DeleteStack",
    "DeleteStack",
    "DeleteBucket",
]


@pytest.mark.parametrize("status", ["Creating", "Updating", "SystemUpdating", "RollingBack"])
def test_an_endpoint_in_the_middle_of_a_change_of_ten_minutes_is_waited_for(status: str) -> None:
    motion = Motion(endpoints={"w-sde-Dev": Endpoint(status, CHANGE_SECONDS)})
    told: list[Event] = []
    done = teardown.destroy(motion.aws(), SDE, told.append, motion.pace())
    assert done.remaining == ()
    assert motion.calls == IN_ORDER
    assert motion.now >= 2 * CHANGE_SECONDS
    words = [event.text for event in told if isinstance(event, Note)]
    assert words.count(f"waiting for endpoint w-sde-Dev, which is {status}") == 1
    assert "waiting for endpoint w-sde-Dev, which is Deleting" in words


def test_an_endpoint_that_may_not_be_deleted_keeps_what_it_is_made_of() -> None:
    """An endpoint without role, model and bucket would go on costing, and be of no use."""
    motion = Motion(endpoints={"w-sde-Dev": Endpoint("InService", 0.0)}, denied={"DeleteEndpoint"})
    done = teardown.destroy(motion.aws(), SDE, silence, motion.pace())
    assert motion.calls == []
    assert done.reasons["w-sde-Dev"] == "not authorized to perform DeleteEndpoint"
    assert done.reasons["mlops-prep-sde"] == "is kept until endpoint w-sde-Dev is gone"
    assert motion.now < 30, "no permission comes by waiting"


def test_what_never_ends_its_change_is_given_up_with_its_state() -> None:
    motion = Motion(endpoints={"w-sde-Dev": Endpoint("Creating", 1e9)})
    done = teardown.destroy(motion.aws(), SDE, silence, motion.pace())
    assert done.reasons["w-sde-Dev"] == "is still Creating"
    assert 7200 <= motion.now < 7300


def test_a_refusal_that_may_pass_is_tried_for_a_while() -> None:
    motion = Motion()
    aws = motion.aws()

    def not_empty_yet(Bucket: str) -> None:
        if motion.now < 10:
            raise ClientError({"Error": {"Code": "BucketNotEmpty", "Message": "not empty"}}, "DeleteBucket")
        motion.delete_bucket(Bucket)

    aws.client("s3")._answers["delete_bucket"] = not_empty_yet
    done = teardown.destroy(aws, SDE, silence, motion.pace())
    assert done.remaining == ()
    assert 10 <= motion.now < 30


@pytest.mark.parametrize("pauses", range(0, 180, 9))
def test_an_interrupted_removal_is_taken_up_again(pauses: int) -> None:
    motion = Motion(endpoints={"w-sde-Dev": Endpoint("Updating", 60.0)}, sleeps_left=pauses)
    try:
        teardown.destroy(motion.aws(), SDE, silence, motion.pace())
    except KeyboardInterrupt:
        motion.sleeps_left = None
        assert teardown.destroy(motion.aws(), SDE, silence, motion.pace()).remaining == ()
    assert motion.calls == IN_ORDER, "nothing is deleted twice or out of order"


@pytest.mark.parametrize(
    ("kind", "status", "moves"),
    [
        (Kind.ENDPOINT, "InService", False),
        (Kind.ENDPOINT, "Failed", False),
        (Kind.ENDPOINT, "OutOfService", False),
        (Kind.ENDPOINT, "UpdateRollbackFailed", False),
        (Kind.EXECUTION, "InProgress", False),
        (Kind.TRAINING_JOB, "Stopping", True),
        (Kind.PREP_STACK, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", True),
        (Kind.PREP_STACK, "REVIEW_IN_PROGRESS", False),
        (Kind.PIPELINE_STACK, "DELETE_FAILED", False),
    ],
)
def test_only_what_a_service_changes_by_itself_moves(kind: Kind, status: str, moves: bool) -> None:
    assert stages.is_moving(Leftover(kind, "x", status)) is moves


def test_every_kind_has_its_stage() -> None:
    for kind in Kind:
        assert stages.due([Leftover(kind, "x", "InService")]) == [Leftover(kind, "x", "InService")]
