"""A bucket's CORS configuration: which pages of other sites may use it, and what their browsers are told. Pure.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NOT_ENABLED = "CORSResponse: CORS is not enabled for this bucket."
NOT_ALLOWED = (
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / "
    "Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."
)
"""S3's own words, its spelling included."""

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Rule:
    """One CORSRule. Origins and headers may hold one ``*`` each, which stands for any text."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    max_age_seconds: int | None = None

    def lets(self, origin: str, method: str, headers: Iterable[str]) -> bool:
        """Whether a page of ``origin`` may send ``method`` with ``headers``."""
        return (
            any(_fits(each, origin) for each in self.origins)
            and method in self.methods
            and all(any(_fits(each.lower(), name) for each in self.headers) for name in headers)
        )


def _fits(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None


def rule_for(rules: Sequence[Rule], origin: str, method: str, headers: Iterable[str] = ()) -> Rule | None:
    """The first rule that lets the request pass."""
    wanted = tuple(headers)
    return next((rule for rule in rules if rule.lets(origin, method, wanted)), None)


def requested_headers(text: str | None) -> tuple[str, ...]:
    """The names in an Access-Control-Request-Headers."""
    return tuple(name.strip().lower() for name in (text or "").split(",") if name.strip())


def told(rule: Rule, origin: str) -> Headers:
    """What the browser is told with the answer to any request."""
    is_anyone = "*" in rule.origins
    found = [
        ("Access-Control-Allow-Origin", "*" if is_anyone else origin),
        ("Access-Control-Allow-Methods", ", ".join(rule.methods)),
        ("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"),
    ]
    if not is_anyone:
        found.append(("Access-Control-Allow-Credentials", "true"))
    if rule.exposed:
        found.append(("Access-Control-Expose-Headers", ", ".join(rule.exposed)))
    return found


def told_before(rule: Rule, origin: str, headers: Sequence[str]) -> Headers:
    """What it is told with the answer to a preflight."""
    found = told(rule, origin)
    if headers:
        found.append(("Access-Control-Allow-Headers", ", ".join(headers)))
    if rule.max_age_seconds is not None:
        found.append(("Access-Control-Max-Age", str(rule.max_age_seconds)))
    return found
