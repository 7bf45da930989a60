"""What an actor is given, and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.localaws.sagemaker.pipelines.retries import Fault


@dataclass(frozen=True)
class Context:
    """One try of one step. ``arguments``, ``target`` and ``settings`` are resolved values."""

    execution_arn: str
    region: str
    role_arn: str
    step: str
    name: str
    """The name for what the step makes."""
    token: str
    """A Callback step's token."""
    arguments: Mapping[str, Any]
    target: str | None
    settings: Mapping[str, Any]
    """Of a check step: its members beside the arguments."""
    outputs: Mapping[str, str]
    """Types of declared output parameters by name."""
    tags: tuple[Mapping[str, str], ...]
    experiment: Mapping[str, str] | None
    client: Callable[[str], Any]
    """Gives a boto3 client of a service with the credentials of the pipeline's role."""
    backend: Any
    """The records of SageMaker in this region."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """What the step has told of itself when it began."""


@dataclass(frozen=True)
class Started:
    """The work goes on elsewhere."""

    metadata: Mapping[str, Any]


@dataclass(frozen=True)
class Ended:
    """The step has succeeded."""

    metadata: Mapping[str, Any]
    properties: Mapping[str, Any] = field(default_factory=dict)
    """What other steps may refer to."""


class StepFailed(Exception):
    """The step has failed; the text is the reason, ``fault`` what a retry policy may name."""

    def __init__(self, reason: str, fault: Fault | None = None, metadata: Mapping[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.fault = fault
        self.metadata = metadata


class StepStopped(Exception):
    """What the step had started was stopped."""
