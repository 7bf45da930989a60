"""moto's services read the embedded clock, so that what they stamp and what ours wait for is one time.

moto asks ``moto.core.utils.utcnow`` for the time, and its modules import that function by name. It is replaced where it
is defined, for the modules that are yet to be loaded, and in those that hold it already.
"""

import sys
from datetime import datetime

from moto.core import utils

from rehearsal.localaws.ground import clock
from rehearsal.localaws.moto_bridge.replacing import replace

_theirs = utils.utcnow


def utcnow() -> datetime:
    """The embedded clock's time as moto wants it: UTC, without a time zone."""
    return clock.now().replace(tzinfo=None)


def install() -> None:
    """Give every moto module, loaded or not, the embedded clock."""
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.") and getattr(module, "utcnow", None) is _theirs:
            replace(module, "utcnow", utcnow)
