"""moto's records are not listed a second time: what is deleted is gone, with its memory and its file.

``BaseModel`` enters every instance in a list of its class, for moto's dashboard, which the embedded AWS does not serve.
Nothing is ever taken out of it: each log line, object, message and metric that was deleted or had expired stayed in
memory until the end.
"""

from typing import Any

from moto.core.common_models import BaseModel

from rehearsal.localaws.moto_bridge.replacing import replace


def _untracked(cls: type[BaseModel], *_args: Any, **_named: Any) -> BaseModel:
    made: BaseModel = super(BaseModel, cls).__new__(cls)
    return made


def install() -> None:
    """Have all of moto's records made so."""
    replace(BaseModel, "__new__", staticmethod(_untracked))
