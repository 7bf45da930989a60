"""One start of the console: which account, what it may change, and the secrets by which it knows its user."""

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar

from rehearsal.console.works import Works
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.translation import FAILURES
from rehearsal.toolkit.embedded import beyond_aws

T = TypeVar("T")
_REMEMBERED = 200


@dataclass
class Session:
    """``port`` is where it listens; ``embedded_port`` is that of the embedded AWS, None on a real account."""

    aws: Aws
    port: int
    is_embedded: bool
    is_read_only: bool
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    works: Works = field(default_factory=Works)
    closing: threading.Event = field(default_factory=threading.Event, repr=False)
    """Set when the console is told to stop: streams end by themselves then."""
    _memory: dict[Any, Any] = field(default_factory=dict, repr=False)
    _recent: dict[Any, tuple[float, Any]] = field(default_factory=dict, repr=False)

    def remembered(self, key: Any, make: Callable[[], T]) -> T:
        """What does not change any more, read once; the oldest of many is forgotten."""
        if key not in self._memory:
            while len(self._memory) >= _REMEMBERED:
                self._memory.pop(next(iter(self._memory)), None)
            self._memory[key] = make()
        found: T = self._memory[key]
        return found

    def recent(self, key: Any, seconds: float, make: Callable[[], T]) -> T:
        """What is asked anew when it is older than so many seconds; the oldest of many is forgotten."""
        kept = self._recent.get(key)
        if kept is None or time.monotonic() - kept[0] >= seconds:
            while len(self._recent) >= _REMEMBERED:
                self._recent.pop(next(iter(self._recent)), None)
            kept = self._recent[key] = (time.monotonic(), make())
        found: T = kept[1]
        return found

    @property
    def link(self) -> str:
        """What the user opens: it has the token, without which no page is shown."""
        return f"http://127.0.0.1:{self.port}/?token={self.token}"

    @property
    def cookie_name(self) -> str:
        """Cookies of a host are those of all its ports: each console has a name of its own."""
        return f"rehearsal-console-{self.port}"

    @cached_property
    def cookie(self) -> str:
        """What the browser shows instead of the token."""
        return self._derived("cookie")

    @cached_property
    def form_token(self) -> str:
        """What each form carries: a page of another port, which gets the cookie too, does not have it."""
        return self._derived("form")

    def _derived(self, purpose: str) -> str:
        return hmac.new(self.token.encode(), purpose.encode(), hashlib.sha256).hexdigest()

    @cached_property
    def account_id(self) -> str:
        """The account that is shown on every page."""
        return self.aws.identity.account_id

    @property
    def kind(self) -> str:
        """The word for what is looked at."""
        return "Embedded AWS" if self.is_embedded else "Real account"

    @property
    def clock_ahead(self) -> int:
        """Seconds by which the account's clock is ahead of this machine's: that of the embedded AWS can be moved."""
        if not self.is_embedded:
            return 0
        try:
            return round((beyond_aws.clock(self.aws) - datetime.now(UTC)).total_seconds())
        except FAILURES:
            return 0  # it does not answer now: the page says so elsewhere

    @property
    def hidden(self) -> tuple[str, ...]:
        """The console's own secrets, which no page may show."""
        credentials = self.aws.session.get_credentials()
        own = (credentials.secret_key, credentials.token) if credentials else ()
        return tuple(value for value in (self.token, self.cookie, *own) if value)
