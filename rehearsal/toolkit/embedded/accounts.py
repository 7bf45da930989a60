"""The accounts of one embedded AWS: made and listed by the first one's administrator."""

from dataclasses import dataclass
from typing import Any

from rehearsal.toolkit.aws import capabilities
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import NotThere


@dataclass(frozen=True)
class Member:
    """One account, with the keys of its administrator."""

    account_id: str
    name: str
    is_first: bool
    access_key_id: str
    secret_access_key: str

    @classmethod
    def of(cls, answer: dict[str, Any]) -> "Member":
        return cls(answer["Id"], answer["Name"], answer["IsFirst"], answer["AccessKeyId"], answer["SecretAccessKey"])


def every(aws: Aws) -> list[Member]:
    """All accounts, the first before the others.

    Raises:
        NotThere: the account is a real one.
        BadInput: the credentials are those of an account that was added.
    """
    return [Member.of(each) for each in capabilities.call(aws, "GET", "accounts")["accounts"]]


def add(aws: Aws, account_id: str, name: str) -> Member:
    """Make another account; without a name it is called by its id.

    Raises:
        BadInput: the id or the name is none, or taken.
    """
    return Member.of(capabilities.call(aws, "POST", "accounts", Id=account_id, Name=name))


def named(aws: Aws, wanted: str) -> Member:
    """The account of that name or id.

    Raises:
        NotThere: there is none.
    """
    known = every(aws)
    found = next((each for each in known if wanted in (each.name, each.account_id)), None)
    if found is None:
        raise NotThere(
            f"there is no account {wanted}; there are: {', '.join(each.name for each in known)}",
            where="the embedded AWS",
            next_step="rehearse account add makes another",
        )
    return found
