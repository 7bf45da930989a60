"""The names of one lab in an account. Pure. Those inside its stack are the stack's outputs."""

from dataclasses import dataclass

from rehearsal.toolkit.aws.names import Workshop

STACK_PREFIX = "lab-"
ENDPOINT_STACK_PREFIX = "lab-endpoint-"
WATCHING_STACK_PREFIX = "lab-watching-"


@dataclass(frozen=True)
class LabNames:
    """One learner's lab: ``suffix`` is SuffixID, ``bucket_suffix`` is BucketSuffix (may be empty).

    Raises:
        BadInput: a suffix cannot be used, by the rules of the workshop's.
    """

    lab: str
    suffix: str
    bucket_suffix: str = ""

    def __post_init__(self) -> None:
        Workshop(self.suffix, self.bucket_suffix)

    @property
    def stack(self) -> str:
        """The stack; the SageMaker pipeline, the model package group and the endpoint have the same name."""
        return f"{STACK_PREFIX}{self.lab}-{self.suffix}"

    @property
    def endpoint_stack(self) -> str:
        return f"{ENDPOINT_STACK_PREFIX}{self.lab}-{self.suffix}"

    @property
    def image_stack(self) -> str:
        """What builds the image of a lab that has one of its own."""
        return f"lab-image-{self.lab}-{self.suffix}"

    @property
    def states_endpoint(self) -> str:
        """What a state machine of the lab serves, where it has an endpoint of its own."""
        return f"lab-states-{self.lab}-{self.suffix}"

    @property
    def watching_stack(self) -> str:
        """What watches the endpoint."""
        return f"{WATCHING_STACK_PREFIX}{self.lab}-{self.suffix}"

    @property
    def parameters(self) -> dict[str, str]:
        """Of the stack."""
        return {"SuffixID": self.suffix, "BucketSuffix": self.bucket_suffix}

    @property
    def tags(self) -> dict[str, str]:
        """What everything of the lab carries."""
        return {"rehearsal:suffix": self.suffix, "rehearsal:lab": self.lab}
