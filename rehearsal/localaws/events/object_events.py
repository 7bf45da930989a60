"""What S3 says about an object that came or went, for EventBridge and for bucket notifications. Pure.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

CREATED, DELETED = "Object Created", "Object Deleted"

_REASONS = {
    "ObjectCreated:Put": (CREATED, "PutObject"),
    "ObjectCreated:Post": (CREATED, "POST Object"),
    "ObjectCreated:Copy": (CREATED, "CopyObject"),
    "ObjectCreated:CompleteMultipartUpload": (CREATED, "CompleteMultipartUpload"),
    "ObjectRemoved:Delete": (DELETED, "DeleteObject"),
    "ObjectRemoved:DeleteMarkerCreated": (DELETED, "DeleteObject"),
    "ObjectTagging:Put": ("Object Tags Added", None),
    "ObjectTagging:Delete": ("Object Tags Deleted", None),
    "ObjectAcl:Put": ("Object ACL Updated", None),
    "ObjectRestore:Post": ("Object Restore Initiated", None),
    "ObjectRestore:Completed": ("Object Restore Completed", None),
    "ObjectRestore:Delete": ("Object Restore Expired", None),
}
_DELETIONS = {
    "ObjectRemoved:Delete": "Permanently Deleted",
    "ObjectRemoved:DeleteMarkerCreated": "Delete Marker Created",
}


@dataclass(frozen=True)
class ObjectEvent:
    """One thing that happened to one object. ``name`` is S3's, without ``s3:``: ``ObjectCreated:Put``."""

    name: str
    bucket: str
    region: str
    key: str
    size: int | None
    etag: str | None
    version_id: str | None
    sequencer: str
    moment: datetime
    account_id: str
    requester: str
    source_ip: str
    request_id: str

    @property
    def detail_type(self) -> str:
        return _REASONS[self.name][0]

    @property
    def detail(self) -> dict[str, Any]:
        """The detail of the EventBridge event."""
        about = {
            "key": self.key,
            "size": self.size,
            "etag": self.etag,
            "version-id": self.version_id,
            "sequencer": self.sequencer,
        }
        if self.name in _DELETIONS:
            about = {name: value for name, value in about.items() if name not in ("size", "etag")}
            if self.name == "ObjectRemoved:DeleteMarkerCreated":
                about["etag"] = self.etag
        return _without_none(
            {
                "version": "0",
                "bucket": {"name": self.bucket},
                "object": _without_none(about),
                "request-id": self.request_id,
                "requester": self.account_id,
                "source-ip-address": self.source_ip,
                "reason": _REASONS[self.name][1],
                "deletion-type": _DELETIONS.get(self.name),
            }
        )

    def record(self, configuration_id: str) -> dict[str, Any]:
        """The event as notifications to functions, queues and topics carry it."""
        about = {
            "key": quote_plus(self.key, safe="/"),
            "size": self.size,
            "eTag": self.etag,
            "versionId": self.version_id,
            "sequencer": self.sequencer,
        }
        return {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": self.region,
            "eventTime": self.moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
            "eventName": self.name,
            "userIdentity": {"principalId": f"AWS:{self.requester}"},
            "requestParameters": {"sourceIPAddress": self.source_ip},
            "responseElements": {
                "x-amz-request-id": self.request_id,
                "x-amz-id-2": f"{self.request_id}{self.sequencer}",
            },
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": configuration_id,
                "bucket": {
                    "name": self.bucket,
                    "ownerIdentity": {"principalId": self.account_id},
                    "arn": f"arn:aws:s3:::{self.bucket}",
                },
                "object": _without_none(about),
            },
        }


def _without_none(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
