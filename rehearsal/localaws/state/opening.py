"""Begins to keep: the parts that belong to no room of ours are registered here."""

from importlib import import_module
from pathlib import Path
from typing import Any

from rehearsal.localaws.ground import clock, persistence, rooms
from rehearsal.localaws.ground.host import Settings
from rehearsal.localaws.moto_bridge import wiring
from rehearsal.localaws.state import backends
from rehearsal.localaws.state.errors import StateError
from rehearsal.localaws.state.keeper import Keeper
from rehearsal.localaws.state.store import Store


def begin(folder: Path, settings: Settings, *, with_new_clock: bool = False) -> Keeper:
    """Take the directory; gives who keeps it. ``with_new_clock``: the embedded clock begins with the machine's time.

    Raises:
        StateError: for a directory that cannot be used.
    """
    persistence.keep("account", lambda: settings.account_id, _check_account(settings))
    persistence.keep("clock", clock.offset, _forget_clock if with_new_clock else _set_clock)
    persistence.keep("backends", backends.export, backends.restore)
    persistence.keep("buckets", backends.export_bucket_owners, backends.restore_bucket_owners)
    for module in rooms.keepers():
        import_module(module)
    wiring.catch_up()
    store = Store(folder.absolute())
    store.open()
    return Keeper(store)


def _set_clock(ahead_seconds: float) -> None:
    try:
        clock.advance(ahead_seconds)
    except (TypeError, ValueError) as error:
        raise StateError(
            f"the clock of the state cannot be set: {error}. Start once with --reset-clock: all else is served as it "
            "was."
        ) from error


def _forget_clock(_ahead_seconds: float) -> None:
    """The user wants the machine's time."""


def _check_account(settings: Settings) -> Any:
    def check(kept: str) -> None:
        if kept != settings.account_id:
            raise StateError(
                f"the state is that of account {kept}, not {settings.account_id}; choose another with --state"
            )

    return check
