"""moto's way to a service's records, without its lock where they are there already.

``BackendDict.__getitem__`` takes one lock for all services and compares itself with every dictionary in use, at every
request and several times in each: a quarter of what authorising a call takes, and threads wait for each other. A
dictionary that has an account was entered in moto's list when it got it, so a second look-up has nothing to do but
look.
"""

from typing import Any

from moto.core.base_backend import BackendDict

from rehearsal.localaws.moto_bridge.replacing import replace

_first_lookup = BackendDict.__getitem__


def _lookup(backends: BackendDict[Any], account_id: str) -> Any:
    found = dict.get(backends, account_id)
    return _first_lookup(backends, account_id) if found is None else found


def install() -> None:
    """Have all of moto look up so."""
    replace(BackendDict, "__getitem__", _lookup)
