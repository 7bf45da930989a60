"""The accounts of this embedded AWS: the first, which it starts with, and those that were added, by id.

What an account has (users, buckets, keys) is in the services' records, which moto keeps for each account apart.
"""

import re

from rehearsal.localaws.ground import host

_ID = re.compile(r"[0-9]{12}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,49}")
FIRST_NAME = "main"
"""What the first account is called."""

added: dict[str, str] = {}
"""The names of the further accounts, by id."""


def first() -> str:
    """The id of the account that was there from the start."""
    return host.current().account_id


def every() -> tuple[str, ...]:
    """The ids of all accounts, the first before the others."""
    return (first(), *added)


def is_known(account_id: str) -> bool:
    """Whether the account is one of this embedded AWS."""
    return account_id == first() or account_id in added


def names() -> dict[str, str]:
    """The names of all accounts, by id."""
    return {first(): FIRST_NAME, **added}


def enter(account_id: str, name: str) -> None:
    """Take another account into the list; its name is its id if none is given.

    Raises:
        ValueError: the id or the name is none, or taken.
    """
    if not _ID.fullmatch(account_id):
        raise ValueError(f"{account_id!r} is no account id: an id has twelve digits")
    if name and not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name for an account: 1 to 50 letters, digits, _ . -, a letter first")
    if is_known(account_id):
        raise ValueError(f"there is an account {account_id} already, {names()[account_id]}")
    if name in names().values():
        raise ValueError(f"there is an account named {name} already")
    added[account_id] = name or account_id
