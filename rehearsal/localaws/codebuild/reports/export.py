"""Writes the files of a report to the bucket that its group names, as the project's role."""

from typing import Any

from rehearsal.localaws.codebuild import workspace
from rehearsal.localaws.codebuild.reports.records import Report


def write(report: Report, files: dict[str, bytes], s3: Any) -> None:
    """Put the files below ``<path>/<id of the report>``, or one zip of that name. Without an S3 destination, nothing is
    done."""
    config = report.group["exportConfig"]
    if config["exportConfigType"] != "S3":
        return
    target = config["s3Destination"]
    stem = "/".join(part for part in (target.get("path", "").strip("/"), report.arn.rpartition(":")[2]) if part)
    key = target.get("encryptionKey")
    common = {"Bucket": target["bucket"]} | ({"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {})
    if target.get("packaging") == "ZIP":
        s3.put_object(Key=f"{stem}.zip", Body=workspace.zip_of(files), **common)
        return
    for name, body in files.items():
        s3.put_object(Key=f"{stem}/{name}", Body=body, **common)
