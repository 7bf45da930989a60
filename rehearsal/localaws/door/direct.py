"""A second way into the server for requests that come by the thousand: answered on the event loop, without WSGI
between."""

from collections.abc import Callable
from dataclasses import dataclass

from rehearsal.localaws.ground.http_messages import Head

Reply = Callable[[bytes], None]
"""Takes the whole answer. To be called on the event loop's thread, now or later."""


@dataclass(frozen=True)
class Service:
    """Who answers requests that begin with ``prefix`` (``b"POST /endpoints/"``). None of its functions may wait."""

    prefix: bytes
    serve: Callable[[Head, bytes, bool, Reply], None]
    """Takes head and body, and whether the connection stays open, which the answer has to say."""
    refuse: Callable[[Head], bytes | None]
    """The answer to a head whose body is not worth reading, or too long for memory; None for all others."""
    complain: Callable[[str], bytes]
    """The answer to what is not HTTP."""


_services: list[Service] = []


def add(service: Service) -> None:
    """Have it answer."""
    _services.append(service)


def service_of(start: bytes | bytearray) -> Service | None:
    """Who serves a request that begins so."""
    return next((service for service in _services if start.startswith(service.prefix)), None)
