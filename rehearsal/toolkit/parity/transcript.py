"""A transcript: what each call of a script was answered, as it may be read by anybody, in a file of JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.toolkit.aws.errors import BadInput, RehearsalError
from rehearsal.toolkit.parity import redaction

FORMAT = 1


@dataclass(frozen=True)
class Entry:
    """One call and its answer, redacted. ``error`` is empty when the call succeeded; ``status`` is HTTP's."""

    name: str
    service: str
    operation: str
    status: int
    error: str
    answer: Any

    def fields(self) -> dict[str, Any]:
        """The answer's leaves by their path (``Role.Path``, ``Tags[0].Key``), with status and error."""
        return {"status": self.status, "error": self.error} | dict(_leaves(self.answer, ""))


def _leaves(value: Any, path: str) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        return [leaf for name, each in value.items() for leaf in _leaves(each, f"{path}.{name}" if path else name)]
    if isinstance(value, list) and value:
        return [leaf for number, each in enumerate(value) for leaf in _leaves(each, f"{path}[{number}]")]
    return [(path, value)]


@dataclass(frozen=True)
class Transcript:
    """What was recorded: ``place`` says of what kind of account (aws or embedded), never which."""

    place: str
    version: str
    entries: tuple[Entry, ...]


def write(transcript: Transcript, file: Path, secrets: Sequence[str]) -> None:
    """Write it, unless anything stands in it that may not leave.

    Raises:
        RehearsalError: the redaction missed something; nothing is written.
    """
    entries = [vars(entry) for entry in transcript.entries]
    document = {"format": FORMAT, "place": transcript.place, "version": transcript.version, "entries": entries}
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    if found := redaction.leaks_in(text, secrets):
        raise RehearsalError(
            f"{len(found)} places of the transcript still tell of the account; it was not written",
            where=", ".join(sorted({f"{word[:2]}..." for word in found})),
            next_step="report this with the names of the calls, not with the transcript",
        )
    file.write_text(text)


def read(file: Path) -> Transcript:
    """A transcript of a file.

    Raises:
        BadInput: it is none, or of a later format.
    """
    try:
        document = json.loads(file.read_text())
        if document["format"] != FORMAT:
            raise BadInput(
                f"{file} has format {document['format']}, this version reads {FORMAT}",
                where=str(file),
                next_step="use the version of rehearse that wrote it, or record again",
            )
        entries = tuple(Entry(**entry) for entry in document["entries"])
        return Transcript(document["place"], document["version"], entries)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{file} is no transcript: {error}", where="FILE", next_step="rehearse parity record -o FILE writes one"
        ) from error
