"""Plugs the rooms of ``ground/rooms.py`` into moto, before any moto backend is touched.

moto 5.2.5 makes backends from ``BackendDict.backend`` and finds the URLs of a backend class in the ``urls`` module
beside its ``models`` module, so a service is replaced by naming its class in its room's row: nothing is patched for
that. A room is loaded when moto's module for it is: at the first request to the service, or when another room needs it.
What cannot be replaced so (the time, the authorizer, rule targets, the clients of Step Functions) the room concerned
replaces by :func:`~rehearsal.localaws.moto_bridge.replacing.replace` in a function named ``install``, called here and
nowhere else. ``tests/localaws/moto_bridge/test_wiring.py`` holds moto to the internals that this file relies on.
"""

import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from rehearsal.localaws.ground import rooms
from rehearsal.localaws.ground.rooms import Patch, Replacement
from rehearsal.localaws.moto_bridge import ec2_later, on_import

_waiting: list[Patch] = list(rooms.patches())

STAND_IN = Patch("rehearsal.localaws.cloudformation.stand_in", "moto.cloudformation")
"""Takes the place of moto's package, and therefore comes before it."""


def install() -> None:
    """Have our services put into moto as they are needed; call once, before the first request.

    Raises:
        RuntimeError: when moto's backend has been used already, so that replacing it would come too late.
    """
    ec2_later.install()
    on_import.before(STAND_IN.needed_with, lambda: import_module(STAND_IN.module).install())
    for module, replacement in rooms.replacements():
        on_import.after(f"moto.{replacement.moto_service}.models", partial(_replace, module, replacement))
    catch_up()


def is_behind() -> bool:
    """Whether a service has been loaded whose patches are not in place."""
    return any(patch.needed_with in sys.modules for patch in _waiting)


def catch_up() -> None:
    """Put the patches of all services in place that are loaded by now.

    Not done within the import itself: a patch's module imports others, which would find moto's half-made. The front
    calls this before it hands a request on, while nothing else is being loaded.
    """
    while is_behind():
        due = [patch for patch in _waiting if patch.needed_with in sys.modules]
        done = dict.fromkeys(patch.module for patch in due)
        for module in done:
            import_module(module).install()
        # only now: whoever finds nothing waiting hands its request on at once
        _waiting[:] = [patch for patch in _waiting if patch.module not in done]


def _replace(module: str, replacement: Replacement) -> None:
    backends = getattr(import_module(f"moto.{replacement.moto_service}.models"), replacement.backends)
    if len(backends):
        raise RuntimeError(f"moto's {replacement.moto_service} was used before the embedded AWS was wired")
    backends.backend = _loading(module, replacement.backend_class)


def _loading(module: str, backend_class: str) -> Callable[..., Any]:
    """Makes a backend of ours, and loads its module only then: that module itself may be what imports moto's."""

    def make(*args: Any, **named: Any) -> Any:
        return getattr(import_module(module), backend_class)(*args, **named)

    return make
