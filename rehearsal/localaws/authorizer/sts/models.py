"""Sessions of roles and users, found by their access key, with their expiry on the embedded clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import AssumedRole, STSBackend
from moto.sts.utils import random_session_token

from rehearsal.localaws.ground import clock

_TOLD_EXPIRED_SECONDS = 24 * 3600.0


class Session(AssumedRole):
    """A role session: when it was issued and expires (seconds since the epoch), and what limits it.

    ``role_id`` tells the role from a later one of the same name, which the session is worth nothing for.
    """

    def __init__(self, *, role_id: str | None, **members: Any) -> None:
        super().__init__(**members)
        self.role_id = role_id
        self.issued_at = clock.timestamp()
        self.expires_at = self.issued_at + members["duration"]
        self.expiration = datetime.fromtimestamp(self.expires_at, UTC)
        self.policy_arns: Sequence[str] = ()
        self.tags: Sequence[tuple[str, str]] = ()
        self.transitive: frozenset[str] = frozenset()
        """Keys, in lower case, of the tags that sessions begun with this one get too."""
        self.source_identity: str | None = None


@dataclass(frozen=True)
class UserSession:
    """What GetSessionToken and GetFederationToken give a user: keys that end. ``federated_as`` names the latter's
    user."""

    user_name: str
    access_key_id: str
    secret_access_key: str
    session_token: str
    issued_at: float
    expires_at: float
    federated_as: str | None = None
    policy: str | None = None
    policy_arns: tuple[str, ...] = ()

    @property
    def expiration(self) -> datetime:
        return datetime.fromtimestamp(self.expires_at, UTC)


class StsBackend(STSBackend):
    """STS of the embedded account."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.sessions: dict[str, Session] = {}
        self.user_sessions: dict[str, UserSession] = {}

    def assume_role(
        self,
        region_name: str,
        role_session_name: str,
        role_arn: str,
        policy: str | None,
        duration: int,
        external_id: str | None,
    ) -> Session:
        """A new session of the role; whether it may be had is the authorizer's to say."""
        account_id, access_key = self._create_access_key(role=role_arn)
        roles = iam_backends[account_id][self.partition].roles.values()
        session = Session(
            role_id=next((role.id for role in roles if role.arn == role_arn), None),
            account_id=account_id,
            region_name=region_name,
            access_key=access_key,
            role_session_name=role_session_name,
            role_arn=role_arn,
            policy=policy,
            duration=duration,
            external_id=external_id,
        )
        access_key.role_arn = role_arn
        self._forget_expired()
        self.sessions[session.access_key_id] = session
        return session

    def user_session(self, user_name: str, duration: int, **limits: Any) -> UserSession:
        """Keys of a user that end after ``duration`` seconds."""
        key = iam_backends[self.account_id][self.partition].create_temp_access_key()
        now = clock.timestamp()
        session = UserSession(
            user_name, key.access_key_id, key.secret_access_key, random_session_token(), now, now + duration, **limits
        )
        self.user_sessions[session.access_key_id] = session
        return session

    def handed_on(self, access_key_id: str) -> dict[str, str]:
        """The tags that a session hands on to sessions begun with it."""
        session = self.sessions.get(access_key_id)
        keys = getattr(session, "transitive", ())  # states of earlier versions have none
        return {key: value for key, value in session.tags if key.lower() in keys} if session is not None else {}

    def _forget_expired(self) -> None:
        """A day after their end keys are unknown; services take new ones every hour, and would never stop."""
        ended = clock.timestamp() - _TOLD_EXPIRED_SECONDS
        keys = iam_backends[self.account_id][self.partition].access_keys
        kinds: tuple[dict[str, Any], ...] = (self.sessions, self.user_sessions)
        for sessions in kinds:
            for key, _ in [*takewhile(lambda pair: pair[1].expires_at < ended, list(sessions.items()))]:
                sessions.pop(key)
                keys.pop(key, None)

    def get_assumed_role_from_access_key(self, access_key_id: str) -> Session | None:
        """By the session's own key."""
        return self.sessions.get(access_key_id)
