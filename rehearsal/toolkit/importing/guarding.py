"""Values that look like secrets: they become parameters of the template, and are never written. Pure."""

import json
import re

_NAME = re.compile(r"secret|passw|token|api[_-]?key|private[_-]?key|credential|auth(?!or)", re.IGNORECASE)
_VALUE = re.compile(
    r"AKIA[A-Z0-9]{16}|ASIA[A-Z0-9]{16}|-----BEGIN|gh[pousr]_[A-Za-z0-9]{20,}|xox[abp]-|eyJ[\w-]{10,}\.eyJ|"
    r"^[A-Za-z0-9/+]{40}$"
)
_NAMES_ONLY = re.compile(r"^(arn:|/|s3://|https?://[^@]*$)|^(true|false|\d{0,9})$", re.IGNORECASE)
"""Where a secret is kept (ARN, path, URL without a password), and switches: no secrets themselves."""


def looks_secret(name: str, value: str) -> bool:
    """Whether a value under this name had better not stand in a file."""
    if not value or _NAMES_ONLY.match(value):
        return False
    return bool(_NAME.search(name) or _VALUE.search(value))


def text_looks_secret(text: str) -> bool:
    """Whether a JSON object holds such a value, or any other text is one itself."""
    try:
        keys = json.loads(text)
    except ValueError:
        return bool(_VALUE.search(text))
    if not isinstance(keys, dict):
        return False
    return any(looks_secret(str(key), value) for key, value in keys.items() if isinstance(value, str))
