"""What only an embedded AWS has: a clock that can be moved, faults on order, a mailbox, and a record of who used what.

Each is a capability of the account (:mod:`rehearsal.toolkit.aws.capabilities`): on a real account these raise NotThere.
"""

import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rehearsal.toolkit.aws import capabilities
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput, NotThere

_UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1, "": 1}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[wdhms])+|\d+(?:\.\d+)?")
_PART = re.compile(r"(\d+(?:\.\d+)?)([wdhms]?)")
_CONFIRMS = "/_subscriptions/"
_LINK_SECONDS = 30
_LINK = re.compile(r"http://127\.0\.0\.1:\d+/\S+")


def duration(text: str) -> timedelta:
    """``7d``, ``1h30m``, ``90`` (seconds). Pure.

    Raises:
        BadInput: it is none of these.
    """
    if not _DURATION.fullmatch(text):
        raise BadInput(
            f"{text!r} is not a length of time", where="duration", next_step="write 90s, 20m, 1h30m, 7d or 2w"
        )
    try:
        return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text)))
    except OverflowError as error:
        raise BadInput(
            f"{text!r} is longer than any time", where="duration", next_step="the clock moves ten years in all at most"
        ) from error


def clock(aws: Aws) -> datetime:
    """What the account's clock shows."""
    return datetime.fromisoformat(capabilities.call(aws, "GET", "clock")["now"])


def advance_clock(aws: Aws, by: timedelta) -> datetime:
    """Move the account's clock forward: what was due in between happens. Gives what it shows then."""
    return datetime.fromisoformat(capabilities.call(aws, "POST", "clock", seconds=by.total_seconds())["now"])


def add_fault(aws: Aws, members: Mapping[str, Any]) -> dict[str, Any]:
    """Plan a fault; gives it with its id."""
    planned: dict[str, Any] = capabilities.call(aws, "POST", "faults", **members)
    return planned


def faults(aws: Aws) -> list[dict[str, Any]]:
    """The planned faults; ``count`` is how often each still strikes, None without end."""
    planned: list[dict[str, Any]] = capabilities.call(aws, "GET", "faults")
    return planned


def clear_faults(aws: Aws, fault_id: str | None) -> list[dict[str, Any]]:
    """Forget one fault, or all; gives those that stay.

    Raises:
        NotThere: there is no fault with this id.
    """
    known = [fault["id"] for fault in faults(aws)]
    if fault_id is not None and fault_id not in known:
        raise NotThere(f"no fault {fault_id} is planned", where="faults", next_step="rehearse fault list shows them")
    left: list[dict[str, Any]] = capabilities.call(
        aws, "DELETE", "faults", **({} if fault_id is None else {"id": fault_id})
    )
    return left


@dataclass(frozen=True)
class Message:
    """An e-mail that landed on this machine instead of leaving it."""

    number: int
    to: str
    subject: str
    date: str
    text: str
    file: str

    @property
    def links(self) -> list[str]:
        """Pages of the embedded AWS that the message points to: an approval's question, say."""
        return _LINK.findall(self.text)


def confirm_subscriptions(aws: Aws) -> list[Message]:
    """Open the confirmation links of the messages that wait for it; returns those messages."""
    ours = f"{aws.endpoint_url}{_CONFIRMS}"  # a mail may name any address
    asking = {link: each for each in mailbox(aws) for link in each.links if link.startswith(ours)}
    return [message for link, message in asking.items() if _is_confirmed_by(link)]


def _is_confirmed_by(link: str) -> bool:
    """Whether opening the link confirms; not where its subscription or topic is gone."""
    try:
        urllib.request.urlopen(link, timeout=_LINK_SECONDS).close()
    except urllib.error.HTTPError:
        return False
    return True


def mailbox(aws: Aws) -> list[Message]:
    """All messages, oldest first."""
    found = capabilities.call(aws, "GET", "mailbox")["messages"]
    return [Message(**{name: each[name] for name in Message.__dataclass_fields__}) for each in found]


def message(aws: Aws, number: int | None) -> Message:
    """One message; the newest if no number is given.

    Raises:
        NotThere: there is none.
    """
    found = mailbox(aws)
    chosen = [each for each in found if number in (None, each.number)]
    if not chosen:
        what = "the mailbox is empty" if number is None else f"there is no message {number}"
        raise NotThere(what, where="mailbox", next_step="rehearse mailbox list shows what has come")
    return chosen[-1]


@dataclass(frozen=True)
class Usage:
    """What a role or user did with its permissions.

    ``used``: how often, by action; ``denied`` likewise; ``unused``: actions that its policies allow and nobody asked
    for, as they are written there.
    """

    arn: str
    used: dict[str, int]
    denied: dict[str, int]
    unused: tuple[str, ...]

    @property
    def name(self) -> str:
        """``role/...`` or ``user/...``."""
        return self.arn.rpartition(":")[2]


def usage(aws: Aws) -> list[Usage]:
    """What every role and user used and never used since the embedded AWS started."""
    return [usage_of(each) for each in capabilities.call(aws, "GET", "iam/usage")["principals"]]


def usage_of(principal: Mapping[str, Any]) -> Usage:
    """Pure."""
    used: dict[str, int] = {}
    denied: dict[str, int] = {}
    for call in principal["calls"]:
        counts = used if call["decision"] == "allowed" else denied
        counts[call["action"]] = counts.get(call["action"], 0) + call["times"]
    unused = dict.fromkeys(action for each in principal["statements"] for action in each["unusedActions"])
    return Usage(principal["arn"], used, denied, tuple(unused))
