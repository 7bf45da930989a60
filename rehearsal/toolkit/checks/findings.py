"""What a check says, and how one that may not be made is told from one that fails."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws import translation
from rehearsal.toolkit.aws.translation import code_of

_NOT_TO_BE_LEARNT = {
    "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotImplemented", "InternalFailure",
    "UnknownOperationException", "UnrecognizedClientException",
}  # fmt: skip
"""Answers that say nothing of what is asked: the caller may not ask, or this account does not tell."""


class Verdict(StrEnum):
    """How a check came out."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One check: what it found, and what to do if that is not good."""

    check: str
    verdict: Verdict
    found: str
    remedy: str = ""


def guarded(check: str, examine: Callable[[], Finding], unknowable: Iterable[str] = ()) -> Finding:
    """A check that may not be made is unknown, not a failure; ``unknowable`` are further error codes that mean so."""
    try:
        return examine()
    except translation.FAILURES as error:
        return finding_of(check, error, unknowable)


def all_guarded(check: str, examine: Callable[[], Iterator[Finding]], unknowable: Iterable[str] = ()) -> list[Finding]:
    """As :func:`guarded`, for a check with several findings: those before an error stand."""
    found: list[Finding] = []
    try:
        found.extend(examine())
    except translation.FAILURES as error:
        found.append(finding_of(check, error, unknowable))
    return found


def finding_of(check: str, error: Exception, unknowable: Iterable[str] = ()) -> Finding:
    """The finding that an error is. Pure."""
    told = translation.explain(error)
    code = code_of(error) if isinstance(error, ClientError) else None
    is_unknown = code is None or code in _NOT_TO_BE_LEARNT or code in set(unknowable)
    remedy = "" if code == "NotImplemented" else told.next_step
    return Finding(check, Verdict.UNKNOWN if is_unknown else Verdict.BAD, told.what, remedy)
