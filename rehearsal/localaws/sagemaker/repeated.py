"""Requests that say the same again: release after release asks for a job with the same image, hyperparameters and
channels.

What is kept of such requests is one copy of each member. Nobody changes a request once it is recorded.
"""

import json
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_LEAST_CHARACTERS = 40
"""A shorter member is not worth the look."""


def shared(request: Mapping[str, Any]) -> dict[str, Any]:
    """The request, with the members that an earlier one had just so."""
    return {sys.intern(name): _shared(value) for name, value in request.items()}


def _shared(value: Any) -> Any:
    if not isinstance(value, dict | list):
        return value
    try:
        written = json.dumps(value)
    except TypeError:  # a moment, which JSON does not know
        return value
    return _read(written) if len(written) >= _LEAST_CHARACTERS else value


@lru_cache(maxsize=512)
def _read(written: str) -> Any:
    return json.loads(written)
