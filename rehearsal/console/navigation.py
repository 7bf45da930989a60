"""The pages that the head of every page leads to."""

from dataclasses import dataclass

from rehearsal.console.session import Session


@dataclass(frozen=True)
class Entry:
    """A link of the head; of the embedded AWS alone where ``embedded_only``."""

    title: str
    address: str
    embedded_only: bool = False


_ENTRIES = (
    Entry("Home", "/"),
    Entry("Stacks", "/stacks"),
    Entry("Pipelines", "/pipelines"),
    Entry("SageMaker pipelines", "/model-pipelines"),
    Entry("Training", "/training"),
    Entry("Models", "/models"),
    Entry("Endpoints", "/endpoints"),
    Entry("Costs", "/costs"),
    Entry("Log", "/log"),
    Entry("Resources", "/resources"),
    Entry("Mailbox", "/mailbox", embedded_only=True),
    Entry("Time and faults", "/faults", embedded_only=True),
    Entry("Permissions", "/permissions", embedded_only=True),
)


def entries(session: Session) -> tuple[Entry, ...]:
    """Those that lead somewhere in this session."""
    return tuple(entry for entry in _ENTRIES if session.is_embedded or not entry.embedded_only)
