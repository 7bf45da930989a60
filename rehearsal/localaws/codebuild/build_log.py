"""The log of a build: to CloudWatch Logs unless the project turns that off, and to a bucket where it asks for that.

Reference: CodeBuild API reference, "LogsConfig".
"""

import gzip
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from rehearsal.localaws.codebuild.models import Build
from rehearsal.localaws.ground.errors import describe
from rehearsal.localaws.services.logs import LogStream


class BuildLog:
    """Where the lines of one build go; ``file`` gathers those for the bucket."""

    def __init__(self, build: Build, region: str, file: Path) -> None:
        declared = build.project.get("logsConfig", {})
        self._stream = LogStream(build.log_group, build.log_stream, region, build.project["serviceRole"])
        self._is_streamed = goes_to_cloudwatch(declared)
        self._place = place_in_bucket(declared, build.id)
        self._file = file

    def write(self, lines: Iterable[str]) -> None:
        """Append lines."""
        lines = list(lines)
        if self._is_streamed:
            self._stream.write(lines)
        if self._place:
            with gzip.open(self._file, "at") as file:
                file.writelines(f"{line}\n" for line in lines)

    def close(self, s3: Callable[[], Any]) -> None:
        """Put the file into the bucket; when that may not be, the stream says so, and the build is none the worse."""
        if not self._place:
            return
        bucket, _, key = self._place.partition("/")
        try:
            with self._file.open("rb") as body:
                s3().put_object(Bucket=bucket, Key=key, Body=body)
        except Exception as error:  # noqa: BLE001 - a log that cannot be kept fails no build, as in AWS
            self._place = None
            self.write([f"[Container] Unable to upload the log to s3://{bucket}/{key}: {describe(error)}"])


def goes_to_cloudwatch(declared: dict[str, Any]) -> bool:
    """Whether a LogsConfig leaves CloudWatch Logs on."""
    return bool(declared.get("cloudWatchLogs", {}).get("status", "ENABLED") == "ENABLED")


def place_in_bucket(declared: dict[str, Any], build_id: str) -> str | None:
    """``bucket/key`` of a build's log, None when the LogsConfig asks for none."""
    config = declared.get("s3Logs", {})
    if config.get("status") != "ENABLED":
        return None
    location = config["location"].removeprefix("arn:aws:s3:::").strip("/")
    return f"{location}/{build_id.rpartition(':')[2]}.gz"


def as_location(build: Build, region: str, account_id: str) -> dict[str, Any]:
    """What BatchGetBuilds tells of the log. Without CloudWatch Logs, the names in its ARN are ``null``, as in AWS."""
    declared = build.project.get("logsConfig", {})
    is_streamed, place = goes_to_cloudwatch(declared), place_in_bucket(declared, build.id)
    names = {"groupName": build.log_group, "streamName": build.log_stream} if is_streamed else {}
    group, stream = names.get("groupName", "null"), names.get("streamName", "null")
    arn = f"arn:aws:logs:{region}:{account_id}:log-group:{group}:log-stream:{stream}"
    return {
        **names,
        "cloudWatchLogsArn": arn,
        **({"s3LogsArn": f"arn:aws:s3:::{place}"} if place else {}),
        **{name: declared[name] for name in ("cloudWatchLogs", "s3Logs") if name in declared},
    }
