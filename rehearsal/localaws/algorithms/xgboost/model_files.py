"""Model files as the image's releases write and read them: a pickled Booster before 1.3-1, XGBoost's own form since.

That form is UBJSON from 3.0-5 on. Before, it is the JSON that XGBoost 1.x reads: a script with an old XGBoost reads
what was trained here. Unpickling runs what the file says, so this is for the job's and the endpoint's own process
alone. https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html
"""

import copyreg
import io
import json
import pickle
from pathlib import Path
from typing import Any

import xgboost

from rehearsal.localaws.algorithms.xgboost.older_form import older
from rehearsal.localaws.algorithms.xgboost.versions import V1_3, V3_0, ImageVersion

_PROTOCOL = 3  # of the Python 3.7 that those images have
_PICKLED = b"\x80"
"""The first byte of every pickle of protocol 2 and later; a UBJSON or JSON model begins with ``{``."""
OLDER_FORM = "_rehearsal_older_form"
"""A member of a pickled Booster's state: its older form, for an XGBoost that cannot read the rest
(``inside/pickled_boosters.py``)."""


class UnreadableModel(Exception):
    """The file holds no model that the installed XGBoost reads; the text says why."""


def encode(model: Any, version: ImageVersion) -> bytes:
    """The content of the file that a release leaves."""
    if version >= V3_0:
        return bytes(model.save_raw("ubj"))
    document = older(json.loads(bytes(model.save_raw("json"))), before_1_3=version < V1_3)
    text = json.dumps(document).encode()
    return text if version >= V1_3 else _pickled(model, text)


class _Pickler(pickle.Pickler):
    """Pickles a Booster with a state given to it."""

    def __init__(self, file: io.BytesIO, state: dict[str, Any]) -> None:
        super().__init__(file, _PROTOCOL)
        self._state = state

    def reducer_override(self, found: Any) -> Any:
        if isinstance(found, xgboost.Booster):
            return copyreg.__newobj__, (type(found),), self._state  # type: ignore[attr-defined]
        return NotImplemented


def _pickled(model: Any, older_form: bytes) -> bytes:
    """The Booster pickled, with what older releases keep of it, and its older form for them beside it."""
    names = {"feature_names": model.feature_names, "feature_types": model.feature_types}
    file = io.BytesIO()
    _Pickler(file, {**model.__getstate__(), **names, OLDER_FORM: older_form}).dump(model)
    return file.getvalue()


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
            f"Model at {file.name} cannot be loaded: it is no XGBoost model in UBJSON or JSON form, which image "
            f"versions from 1.3-1 on save, nor a Booster that XGBoost {xgboost.__version__} has pickled, as older ones "
            f"do.\n{error}"
        ) from error


def _unpickled(content: bytes) -> Any:
    found = pickle.loads(content)
    booster = found.get_booster() if hasattr(found, "get_booster") else found
    if not isinstance(booster, xgboost.Booster):
        raise TypeError(f"it holds a {type(found).__name__}, which is no Booster")
    return booster
