"""The event with which CodePipeline invokes a function, parsed once.

Nothing deeper reads the event, and nobody logs it: it carries credentials, which are hidden from ``repr`` here.
Shape: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Lambda.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EVENT_KEY = "CodePipeline.job"


@dataclass(frozen=True)
class Artifact:
    """An input or output artifact: an object in the pipeline's artifact bucket."""

    name: str
    bucket: str
    key: str
    revision: str = ""


@dataclass(frozen=True)
class ArtifactCredentials:
    """Temporary credentials for the artifact bucket."""

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)


@dataclass(frozen=True)
class PipelineJob:
    """One job of an action: a continued action gets a new one for each call."""

    id: str
    account_id: str
    user_parameters: str
    input_artifacts: tuple[Artifact, ...] = ()
    output_artifacts: tuple[Artifact, ...] = ()
    credentials: ArtifactCredentials | None = field(default=None, repr=False)
    continuation_token: str | None = None
    encryption_key: str | None = None

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> "PipelineJob":
        """Parse the event.

        Raises:
            ValueError: when this is not a job of CodePipeline; there is then nobody to report to.
        """
        if EVENT_KEY not in event:
            raise ValueError(
                f"this function is a CodePipeline action: the event has no {EVENT_KEY!r}, only {sorted(event)}"
            )
        job = event[EVENT_KEY]
        data = job["data"]
        return cls(
            id=job["id"],
            account_id=job.get("accountId", ""),
            user_parameters=data["actionConfiguration"]["configuration"].get("UserParameters", ""),
            input_artifacts=tuple(map(_artifact, data.get("inputArtifacts", ()))),
            output_artifacts=tuple(map(_artifact, data.get("outputArtifacts", ()))),
            credentials=_credentials(data.get("artifactCredentials")),
            continuation_token=data.get("continuationToken") or None,
            encryption_key=(data.get("encryptionKey") or {}).get("id"),
        )


def _artifact(described: Mapping[str, Any]) -> Artifact:
    location = described["location"]["s3Location"]
    return Artifact(described["name"], location["bucketName"], location["objectKey"], described.get("revision") or "")


def _credentials(given: Mapping[str, str] | None) -> ArtifactCredentials | None:
    if not given:
        return None
    return ArtifactCredentials(given["accessKeyId"], given["secretAccessKey"], given["sessionToken"])
