"""Whether builds reach the network, and what is said in the log of one that misses it."""

from collections.abc import Iterable
from dataclasses import dataclass

NOWHERE = "http://127.0.0.1:9"
"""The port of discard, on which nothing listens: programs that follow a proxy fail at once."""
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy")
_BROKEN = ("connection broken by", "Failed to establish a new connection", "Temporary failure in name resolution")
_NOT_FOUND = "No matching distribution found for"
FORBIDDEN = (
    "[Container] No package index was reached: this embedded AWS keeps builds off the network (--no-build-network). "
    "Start it without that option, or bring the packages with the source."
)
MISSING = (
    "[Container] A package index could not be reached: builds use the network of this machine, which gave no "
    "connection."
)


@dataclass
class Network:
    """That of one build: whether it is ``allowed``, and whether its commands have missed it."""

    allowed: bool
    missed: bool = False

    def variables(self, known: dict[str, str]) -> dict[str, str]:
        """What a build's environment says of it."""
        if self.allowed:
            return known
        proxies = {name: NOWHERE for proxy in _PROXIES for name in (proxy, proxy.upper())}
        local = dict.fromkeys(("no_proxy", "NO_PROXY"), "127.0.0.1,localhost")
        return {**known, **proxies, **local, "PIP_RETRIES": "0"}

    def hear(self, lines: Iterable[str]) -> None:
        """Notice in what the commands print that pip finds no index."""
        signs = _BROKEN if self.allowed else (*_BROKEN, _NOT_FOUND)
        self.missed = self.missed or any(sign in line for line in lines for sign in signs)

    @property
    def sentence(self) -> str:
        """For the log of a build that has failed and missed it."""
        return MISSING if self.allowed else FORBIDDEN
