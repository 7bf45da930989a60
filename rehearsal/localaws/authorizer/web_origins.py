"""Whom a request addresses (Host) and which web page sends it (Origin): what keeps other people's pages away. Pure.

A page in the user's browser can send requests to this machine. It cannot choose the Host that the browser writes (the
name of the site that it comes from, even if that name was made to resolve to this machine), and it cannot leave the
Origin out. https://fetch.spec.whatwg.org/#origin-header
"""

import ipaddress
import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?", re.IGNORECASE)
_LOOPBACK_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback")
_BELOW_ADDRESS = re.compile(r"(?P<bucket>.+)\.(?P<base>127(\.\d{1,3}){3})")


@dataclass(frozen=True)
class Guests:
    """What the user lets in beyond loopback: names of hosts (without a port), and origins (``https://name:port``)."""

    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Addressed:
    """A Host that is served: the server's own name or address, and the bucket that stands below it, if one does."""

    base: str
    bucket: str | None = None


class Sender(Enum):
    """What an Origin says of a request."""

    NO_PAGE = "no page"
    OWN_PAGE = "own page"
    GUEST = "guest"
    STRANGER = "stranger"


@lru_cache(maxsize=1024)
def addressed(host: str | None, guests: Guests) -> Addressed | None:
    """Whom a Host header addresses; None when it is nobody here."""
    found = _HOST.fullmatch(host or "")
    if found is None:
        return None
    name = found["name"].lower().removesuffix(".")
    if _is_loopback(name):
        return Addressed(name)
    below = _BELOW_ADDRESS.fullmatch(name)
    if below is not None and _is_loopback(below["base"]):
        return Addressed(below["base"], below["bucket"])
    for base in (*_LOOPBACK_NAMES, *(each.lower() for each in guests.hosts)):
        if name == base:
            return Addressed(base)
        if name.endswith(f".{base}"):
            return Addressed(base, name.removesuffix(f".{base}"))
    return None


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def sender(origin: str | None, host: str | None, guests: Guests) -> Sender:
    """Who sends a request with this Origin to this Host, which is served."""
    if origin is None:
        return Sender.NO_PAGE
    origin = origin.lower()
    if origin == f"http://{(host or '').lower()}":
        return Sender.OWN_PAGE
    return Sender.GUEST if origin in (each.lower() for each in guests.origins) else Sender.STRANGER
