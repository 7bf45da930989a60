"""AWS::Events::Archive."""

from collections.abc import Callable
from typing import Any


def test_an_archive_is_made_changed_and_removed(aws: Any, stacks: Any, unique: Callable[[str], str]) -> None:
    events, name = aws.client("events"), unique("archived")
    source = "arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"
    archive: dict[str, Any] = {
        "Type": "AWS::Events::Archive",
        "Properties": {"ArchiveName": name[-48:], "SourceArn": {"Fn::Sub": source}, "RetentionDays": 1},
    }
    template = {"Resources": {"Kept": archive}, "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Kept", "Arn"]}}}}
    made = stacks.create(name, template)
    described = events.describe_archive(ArchiveName=name[-48:])
    assert made["Outputs"][0]["OutputValue"] == described["ArchiveArn"]
    archive["Properties"]["RetentionDays"] = 2
    assert stacks.update(name, template)["StackStatus"] == "UPDATE_COMPLETE"
    assert events.describe_archive(ArchiveName=name[-48:])["RetentionDays"] == 2
    stacks.delete(name)
    assert name[-48:] not in [each["ArchiveName"] for each in events.list_archives()["Archives"]]
