"""A hook: an older XGBoost unpickles the Boosters that the embedded AWS trained for an old image.

XGBoost reads a pickle of its own version alone. The file has the model in the older form too, as a member of the state.
"""

from __future__ import annotations

import os
import tempfile
from types import ModuleType
from typing import Any

OLDER_FORM = "_rehearsal_older_form"


def _read_either(core: ModuleType) -> None:
    original = core.Booster.__setstate__

    def setstate(self: Any, state: dict[str, Any]) -> None:
        own = {name: value for name, value in state.items() if name != OLDER_FORM}
        try:
            original(self, own)
        except core.XGBoostError:
            if OLDER_FORM not in state:
                raise
            _take_over(self, _loaded(core, state[OLDER_FORM]), own)

    core.Booster.__setstate__ = setstate


def _loaded(core: ModuleType, text: bytes) -> Any:
    """A Booster of the text: 1.0 loads models from files alone."""
    descriptor, path = tempfile.mkstemp(suffix=".json")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
        return core.Booster(model_file=path)
    finally:
        os.unlink(path)  # noqa: PTH108  what runs in the container uses os alone


def _take_over(booster: Any, loaded: Any, state: dict[str, Any]) -> None:
    booster.__dict__.update({name: value for name, value in state.items() if name != "handle"})
    booster.handle, loaded.handle = loaded.handle, None


AFTER_IMPORT = {"xgboost.core": _read_either}
