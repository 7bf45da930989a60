"""Model files as the image's releases write and read them: a pickled Booster before 1.3-1, XGBoost's own form (UBJSON) since.

Unpickling runs what the file says, so this is for the job's and the endpoint's own process alone.
https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html
"""

import pickle
from pathlib import Path
from typing import Any

import xgboost

from rehearsal.localaws.algorithms.xgboost.versions import V1_3, ImageVersion

_PROTOCOL = 3  # of the Python 3.7 that those images have
_PICKLED = b"\x80"
"""The first byte of every pickle of protocol 2 and later; a UBJSON or JSON model begins with ``{``."""


class UnreadableModel(Exception):
    """The file holds no model that the installed XGBoost reads; the text says why."""


def encode(model: Any, version: ImageVersion) -> bytes:
    """The content of the file that a release leaves."""
    return pickle.dumps(model, _PROTOCOL) if version < V1_3 else bytes(model.save_raw("ubj"))


def decode(file: Path) -> Any:
    """The Booster in a file of either form.

    Raises:
        UnreadableModel: naming the file.
    """
    content = file.read_bytes()
    try:
        return _unpickled(content) if content.startswith(_PICKLED) else xgboost.Booster(model_file=bytearray(content))
    except Exception as error:  # whatever the unpickled class raises
        raise UnreadableModel(
            f"Model at {file.name} cannot be loaded: it is no XGBoost model in UBJSON or JSON form, which image versions from "
            f"1.3-1 on save, nor a Booster that XGBoost {xgboost.__version__} has pickled, as older ones do.\n{error}"
        ) from error


def _unpickled(content: bytes) -> Any:
    found = pickle.loads(content)
    booster = found.get_booster() if hasattr(found, "get_booster") else found
    if not isinstance(booster, xgboost.Booster):
        raise TypeError(f"it holds a {type(found).__name__}, which is no Booster")
    return booster
