"""Credentials in texts that were written by others (logs, events, artifacts): left out before they are shown. Pure."""

import re
from collections.abc import Iterable

LEFT_OUT = "(left out)"

_MEMBERS = r"secret_?access_?key|session_?token|security_?token|aws_secret_access_key|aws_session_token|authorization"
_AFTER_A_NAME = re.compile(
    rf"(?P<name>(?:{_MEMBERS})[\"']?\s*[:=]\s*[\"']?)(?P<value>(?:Bearer |AWS4-HMAC-SHA256 )?[^\s\"',;&<>]{{8,}})",
    re.IGNORECASE,
)
"""Members of artifactCredentials and of SDK settings, in JSON, in Python's repr and as shell variables."""

_KEY_ID = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b")
_SIGNATURE = re.compile(r"(?P<name>X-Amz-(?:Signature|Security-Token|Credential)=)[^\s\"'&<>]+", re.IGNORECASE)


def redacted(text: str, known: Iterable[str] = ()) -> str:
    """The text without credentials: those that are ``known``, those after a telling name, key ids and signed links."""
    for value in known:
        text = text.replace(value, LEFT_OUT)
    text = _AFTER_A_NAME.sub(lambda found: found["name"] + LEFT_OUT, text)
    text = _SIGNATURE.sub(lambda found: found["name"] + LEFT_OUT, text)
    return _KEY_ID.sub(LEFT_OUT, text)
