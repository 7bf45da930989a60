"""The Parameter Store keeps no parameter without a version.

moto enters a name as soon as somebody asks to label a version of it, there or not. Such an empty entry made every later
DescribeParameters fail.
"""

from functools import wraps
from typing import Any

from moto.ssm.models import SimpleSystemManagerBackend

from rehearsal.localaws.moto_bridge.replacing import around

_LOOKING = ("label_parameter_version", "put_parameter", "unlabel_parameter_version")


def install() -> None:
    """Take out again what moto has entered empty."""
    for name in _LOOKING:
        around(SimpleSystemManagerBackend, name, _without_empty)


def _without_empty(operation: Any) -> Any:
    @wraps(operation)
    def done(backend: Any, name: str, *args: Any, **named: Any) -> Any:
        try:
            return operation(backend, name, *args, **named)
        finally:
            parameters = backend._parameters
            entry = parameters.normalize_name(name)
            if parameters.get(entry) == []:
                del parameters[entry]

    return done
