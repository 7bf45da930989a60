"""moto's part of the state: every backend that has been used, whichever service it belongs to."""

import re
import sys
from importlib import import_module
from typing import Any

from moto.core.base_backend import BackendDict
from moto.s3.models import s3_backends

_MODELS = re.compile(r"moto\.\w+(\.\w+)*\.models")

Backends = dict[tuple[str, str], dict[str, dict[str, Any]]]
"""Backends by account and region, under the module and name of the table that has them."""


def export() -> Backends:
    """All backends in use."""
    in_use = {id(table): table for table in BackendDict._instances}
    places: dict[int, tuple[str, str]] = {}
    for module_name in sorted(name for name in sys.modules if name.endswith(".models")):
        for name, value in list(vars(sys.modules[module_name]).items()):
            if id(value) in in_use:
                places.setdefault(id(value), (module_name, name))
    return {
        place: {account: dict(regions) for account, regions in in_use[identity].items()}
        for identity, place in places.items()
    }


def restore(kept: Backends) -> None:
    """Put the backends where moto looks for them."""
    for (module, name), accounts in kept.items():
        if not _MODELS.fullmatch(module):
            raise ValueError(f"{module} is no module of moto's records")
        table = vars(import_module(module)).get(name)
        if not isinstance(table, BackendDict):
            raise TypeError(f"{name} of {module} is no table of backends")
        for account_id, regions in accounts.items():
            table[account_id].update(regions)


def export_bucket_owners() -> dict[str, tuple[str, str]]:
    """Whose each bucket is: names are unique among all accounts."""
    return s3_backends.bucket_accounts


def restore_bucket_owners(kept: dict[str, tuple[str, str]]) -> None:
    """The owners again."""
    s3_backends.bucket_accounts.update(kept)
