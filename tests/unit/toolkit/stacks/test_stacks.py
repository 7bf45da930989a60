"""Why a stack failed, and launching one against the embedded AWS."""

from pathlib import Path
from typing import Any

import pytest

from rehearsal.toolkit.stacks import stacks
from rehearsal.toolkit.stacks.stacks import StackRequest

STACK = {"StackName": "s", "StackId": "arn:s", "StackStatus": "ROLLBACK_COMPLETE"}


def event(logical_id: str, status: str, reason: str) -> dict[str, Any]:
    return {
        "LogicalResourceId": logical_id,
        "ResourceType": "AWS::S3::Bucket",
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


def test_the_first_resource_that_failed_of_itself_is_named_with_the_meaning() -> None:
    told = stacks.failure_of(
        STACK,
        [
            event("Role", "CREATE_FAILED", "Resource creation cancelled"),
            event("DataBucket", "CREATE_FAILED", "mlops-data already exists (BucketAlreadyExists)"),
            event("Other", "CREATE_FAILED", "something later"),
        ],
    )
    assert told.what == "the stack s is ROLLBACK_COMPLETE: mlops-data already exists (BucketAlreadyExists)"
    assert told.where == "DataBucket (AWS::S3::Bucket)"
    assert "--bucket-suffix" in told.next_step
    assert "rehearse logs --stack s" in told.next_step


@pytest.mark.parametrize("status", ["DELETE_FAILED", "ROLLBACK_FAILED"])
def test_a_stack_that_could_not_be_removed_leads_to_destroy(status: str) -> None:
    """A pipeline that had started fills its artifact bucket, which the rollback then cannot delete."""
    events = [event("ArtifactBucket", "DELETE_FAILED", "The bucket you tried to delete is not empty")]
    told = stacks.failure_of(STACK | {"StackStatus": status}, events)
    assert told.where.startswith("ArtifactBucket")
    assert "rehearse destroy removes what holds it" in told.next_step


def test_without_events_the_stacks_own_reason_is_told() -> None:
    told = stacks.failure_of(STACK | {"StackStatusReason": "Parameter validation failed"}, [])
    assert told.what.endswith("ROLLBACK_COMPLETE: Parameter validation failed")


def test_a_template_over_the_limit_goes_through_the_bucket(tmp_path: Path) -> None:
    template = tmp_path / "t.yaml"
    template.write_text("#" * 51_201)
    put: list[dict[str, Any]] = []

    class S3:
        meta = type("Meta", (), {"endpoint_url": "http://127.0.0.1:1"})

        def put_object(self, **arguments: Any) -> None:
            put.append(arguments)

    class Fake:
        endpoint_url: str | None = None
        region = "eu-west-1"
        partition = "aws"

        def client(self, _service: str) -> S3:
            return S3()

    request = StackRequest("s", template, template_bucket="code")
    arguments = stacks.arguments_of(Fake(), request)  # type: ignore[arg-type]
    assert arguments["TemplateURL"] == "https://code.s3.eu-west-1.amazonaws.com/templates/t.yaml"
    assert put[0]["Key"] == "templates/t.yaml"


@pytest.mark.parametrize("status", sorted(stacks._REPLACEABLE))
def test_states_that_only_deletion_leaves_are_cloudformations(status: str) -> None:
    from botocore.session import get_session

    model = get_session().get_service_model("cloudformation")
    assert status in model.shape_for("StackStatus").enum
