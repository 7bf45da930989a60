"""Further accounts, made and listed at ``/_rehearsal/accounts``: each with an administrator, and nothing else.

The administrator of the first account makes them and is given their keys, as the management account of an
organization makes its members; the keys of a member open its own account alone.
"""

from collections.abc import Iterator
from typing import Any

from rehearsal.localaws.authorizer import administrator
from rehearsal.localaws.door import capabilities
from rehearsal.localaws.ground import accounts, host, persistence
from rehearsal.localaws.ground.host import Credentials


def _listed(_members: dict[str, Any]) -> dict[str, Any]:
    _only_for_the_first()
    return {"accounts": [_described(each) for each in accounts.every()]}


def _add(members: dict[str, Any]) -> dict[str, Any]:
    _only_for_the_first()
    account_id = str(members.get("Id", ""))
    accounts.enter(account_id, str(members.get("Name", "")))
    administrator.create(account_id, host.current().settings.region)
    persistence.changed()
    return _described(account_id)


def _only_for_the_first() -> None:
    asking = capabilities.asking_account()
    if asking != accounts.first():
        raise ValueError(
            f"accounts are made and listed with the keys of account {accounts.first()}; these are account {asking}'s"
        )


def _described(account_id: str) -> dict[str, Any]:
    keys = administrator.find(account_id)
    return {
        "Id": account_id,
        "Name": accounts.names()[account_id],
        "IsFirst": account_id == accounts.first(),
        "AccessKeyId": keys.access_key_id if keys else None,
        "SecretAccessKey": keys.secret_access_key if keys else None,
    }


def _administrators() -> Iterator[tuple[str, Credentials]]:
    """Of the accounts that were added."""
    for account_id in accounts.added:
        if (keys := administrator.find(account_id)) is not None:
            yield account_id, keys


capabilities.recognise(_administrators)
persistence.keep_dict("accounts", accounts.added)
capabilities.offer("GET", "accounts", _listed)
capabilities.offer("POST", "accounts", _add)
