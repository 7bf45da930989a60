"""Requests held against the service model, in AWS's words."""

from typing import Any

import pytest

from rehearsal.localaws.ground import constraints
from rehearsal.localaws.ground.errors import AwsError


def message_of(operation: str, params: dict[str, Any]) -> str:
    with pytest.raises(AwsError) as refused:
        constraints.check("codepipeline", operation, params)
    assert refused.value.code == "ValidationException"
    return str(refused.value.message)


def test_a_good_request_passes() -> None:
    constraints.check("codepipeline", "GetPipeline", {"name": "good-name", "version": 1})


def test_every_violation_is_told_at_once() -> None:
    assert message_of("GetPipeline", {"name": "bad name", "version": 0}) == (
        "2 validation errors detected: Value 'bad name' at 'name' failed to satisfy constraint: Member must satisfy "
        "regular expression pattern: [A-Za-z0-9.@\\-_]+; Value '0' at 'version' failed to satisfy constraint: Member "
        "must have value greater than or equal to 1"
    )


def test_a_missing_member_is_null() -> None:
    assert message_of("GetPipeline", {}) == (
        "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null"
    )


def test_enums_name_what_is_allowed() -> None:
    params = {"pipelineName": "p", "stageName": "s", "transitionType": "Sideways"}
    assert "Member must satisfy enum value set: [Inbound, Outbound]" in message_of("EnableStageTransition", params)


def test_members_of_lists_are_named_by_their_place() -> None:
    params = {"resourceArn": "arn:aws:codepipeline:us-east-1:123456789012:p", "tags": [{"key": "", "value": "v"}]}
    assert "at 'tags.1.member.key'" in message_of("TagResource", params)
