"""The Principal and NotPrincipal elements of resource-based policies, and the callers they may name. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from rehearsal.localaws.authorizer import patterns
from rehearsal.localaws.authorizer.conditions import MalformedPolicy


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a user, a role session, an AWS service, or (all None) nobody known.

    ``arn`` is the user's or the session's; ``role_arn`` the session's role.
    """

    account_id: str | None = None
    arn: str | None = None
    role_arn: str | None = None
    service: str | None = None
    unique_id: str | None = None
    """The user's or the session's role's."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every text by which an AWS principal may be named, the account's two forms last."""
        own = tuple(name for name in (self.arn, self.role_arn) if name)
        if self.account_id is None:
            return own
        return (*own, f"arn:aws:iam::{self.account_id}:root", self.account_id)


class Scope(Enum):
    """How closely a Principal element names a caller.

    CALLER allows by itself; ROLE allows within the session's boundary and session policy; ACCOUNT only lets the
    account's own policies decide.
    """

    CALLER = "caller"
    ROLE = "role"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class PrincipalElement:
    """The parsed element: ``excludes`` for NotPrincipal."""

    anyone: bool
    aws: tuple[str, ...]
    services: tuple[str, ...]
    others: tuple[str, ...]
    excludes: bool = False

    @classmethod
    def parse(cls, statement: Mapping[str, Any]) -> "PrincipalElement | None":
        """The element of a statement, None when it has none (an identity-based policy)."""
        excludes = "NotPrincipal" in statement
        element = statement.get("NotPrincipal" if excludes else "Principal")
        if element is None:
            return None
        if element == "*":
            return cls(True, (), (), (), excludes)
        if not isinstance(element, Mapping):
            raise MalformedPolicy(f"Invalid principal in policy: {element!r}")
        aws = _texts(element.get("AWS", ()))
        return cls(
            "*" in aws,
            aws,
            _texts(element.get("Service", ())),
            (*_texts(element.get("Federated", ())), *_texts(element.get("CanonicalUser", ()))),
            excludes,
        )

    def scope_for(self, caller: Caller) -> Scope | None:
        """How closely ``caller`` is named, None when it is not."""
        named = self._named(caller)
        if not self.excludes:
            return named
        return Scope.CALLER if named is None else None

    def _named(self, caller: Caller) -> Scope | None:
        if caller.service is not None:
            fits = self.anyone or any(patterns.matches(each, caller.service) for each in self.services)
            return Scope.CALLER if fits else None
        is_named_by_id = caller.unique_id is not None and caller.unique_id in self.aws
        if self.anyone or (caller.arn is not None and caller.arn in self.aws):
            return Scope.CALLER
        if caller.role_arn is None and is_named_by_id:
            return Scope.CALLER
        if caller.role_arn is not None and (caller.role_arn in self.aws or is_named_by_id):
            return Scope.ROLE
        if caller.account_id is not None and not {*caller.names[-2:]}.isdisjoint(self.aws):
            return Scope.ACCOUNT
        return None


def _texts(value: Any) -> tuple[str, ...]:
    listed = tuple(value) if isinstance(value, list | tuple) else (value,)
    if not all(isinstance(each, str | int) for each in listed):
        raise MalformedPolicy(f"Invalid principal in policy: {value!r}")
    return tuple(str(each) for each in listed)
