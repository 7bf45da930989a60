"""A page's facts as JSON: its twin, and what tells whether it has changed. Pure."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any


def plain(value: Any, shown: Callable[[str], str]) -> Any:
    """Values of the toolkit as JSON has them; every text goes through ``shown``."""
    if isinstance(value, Enum):
        return plain(value.value, shown)
    if isinstance(value, str):
        return shown(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name), shown) for each in fields(value)}
    if isinstance(value, Mapping):
        return {shown(str(key)): plain(each, shown) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each, shown) for each in value]
    if isinstance(value, BaseException):
        return getattr(value, "as_json", lambda: {"what": shown(str(value))})()
    return shown(str(value) if isinstance(value, Path) else repr(value))


def digest(facts: Mapping[str, Any]) -> str:
    """The same for the same facts."""
    return hashlib.sha256(json.dumps(plain(facts, str), sort_keys=True).encode()).hexdigest()
