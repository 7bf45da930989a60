"""A request that was held against the model of its service, for all who come after: parsed once, read by authorizer and
operation."""

from collections.abc import Mapping
from typing import Any, NamedTuple

CHECKED = "rehearsal.checked_request"
"""WSGI key of it."""


class Checked(NamedTuple):
    """The operation's name, its parameters, those of its path; service, protocol and model of the operation."""

    operation: str
    params: Mapping[str, Any]
    in_path: Mapping[str, Any]
    service: str
    protocol: str
    model: Any


def of(environ: Mapping[str, Any]) -> Checked | None:
    """What was parsed; None for requests of no model: forms that browsers upload to S3."""
    found: Checked | None = environ.get(CHECKED)
    return found
