"""Who signs with an access key, and which policies bind them: read from IAM's and STS's state at every request.

Nothing about a principal is kept between requests, so a changed policy counts from the next request on. What is kept
is the parsed form of a policy's text, under the text itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from rehearsal.localaws.authorizer import lag
from rehearsal.localaws.authorizer.held_policies import default_version, held_by
from rehearsal.localaws.authorizer.policy import Policy
from rehearsal.localaws.authorizer.principal_element import Caller
from rehearsal.localaws.ground import accounts, arns

PARTITION = "aws"


@dataclass(frozen=True)
class Principal:
    """A user or a role session, with its key's secret and the policies in force. ``expires_at`` is on the embedded
    clock."""

    arn: str
    user_id: str
    secret_access_key: str
    identity: tuple[Policy, ...]
    user_name: str | None = None
    role_arn: str | None = None
    session_name: str | None = None
    session_token: str | None = None
    issued_at: float | None = None
    expires_at: float | None = None
    boundary: Policy | None = None
    session_policies: tuple[Policy, ...] | None = None
    tags: tuple[tuple[str, str], ...] = ()
    source_identity: str | None = None

    @property
    def is_session(self) -> bool:
        return self.session_token is not None

    @property
    def caller(self) -> Caller:
        """The principal as resource-based policies name it."""
        return Caller(self.account_id, self.arn, self.role_arn, unique_id=self.user_id.partition(":")[0])

    @property
    def account_id(self) -> str:
        """The account that the user or role belongs to."""
        return arns.account_of(self.arn)


def find(access_key_id: str) -> Principal | None:
    """The principal of an access key; None when no active key has that id, or its role is gone."""
    found = _find_in(accounts.first(), access_key_id)
    if found is not None or not accounts.added:
        return found
    return next((found for account_id in accounts.added if (found := _find_in(account_id, access_key_id))), None)


def account_of_key(access_key_id: str) -> str:
    """The account that an access key belongs to; the first for one that nobody has."""
    found = find(access_key_id)
    return accounts.first() if found is None else found.account_id


def _find_in(account_id: str, access_key_id: str) -> Principal | None:
    sts = sts_backends[account_id][PARTITION]
    if (session := sts.sessions.get(access_key_id)) is not None:
        return _session_principal(account_id, session)
    if (user_session := sts.user_sessions.get(access_key_id)) is not None:
        return _user_session_principal(account_id, user_session)
    key = iam_backends[account_id][PARTITION].access_keys.get(access_key_id)
    if key is None or key.status != "Active" or key.user_name is None:
        return None
    return _user_principal(account_id, key)


def _user_principal(account_id: str, key: Any) -> Principal | None:
    iam = iam_backends[account_id][PARTITION]
    user = iam.users.get(key.user_name)
    return None if user is None else user_principal(iam, user, key.secret_access_key)


def user_principal(iam: Any, user: Any, secret_access_key: str = "") -> Principal:
    """A user with the policies of their groups."""
    groups = [group for group in iam.groups.values() if user in group.users]
    return Principal(
        arn=user.arn,
        user_id=user.id,
        secret_access_key=secret_access_key,
        identity=tuple(policy for holder in (user, *groups) for policy in policies_of(holder)),
        user_name=user.name,
        boundary=_managed(iam, getattr(user, "permissions_boundary_arn", None)),
        tags=tags_of_holder(user),
    )


def _user_session_principal(account_id: str, session: Any) -> Principal | None:
    iam = iam_backends[account_id][PARTITION]
    user = iam.users.get(session.user_name)
    if user is None:
        return None
    principal = replace(
        user_principal(iam, user, session.secret_access_key),
        session_token=session.session_token,
        issued_at=session.issued_at,
        expires_at=session.expires_at,
    )
    if session.federated_as is None:
        return principal
    return replace(
        principal,
        arn=f"arn:aws:sts::{account_id}:federated-user/{session.federated_as}",
        user_id=f"{account_id}:{session.federated_as}",
        user_name=None,
        session_policies=session_policies(iam, session) or (),  # without a policy it may do nothing
    )


def _session_principal(account_id: str, session: Any) -> Principal | None:
    iam = iam_backends[account_id][PARTITION]
    role = iam.roles.get(session.role_id)  # by its id: a later one of the same name is another
    if role is None:
        return None
    return Principal(
        arn=session.arn,
        user_id=f"{role.id}:{session.session_name}",
        secret_access_key=session.secret_access_key,
        identity=tuple(policies_of(role)),
        role_arn=role.arn,
        session_name=session.session_name,
        session_token=session.session_token,
        issued_at=session.issued_at,
        expires_at=session.expires_at,
        boundary=_managed(iam, role.permissions_boundary_arn),
        session_policies=session_policies(iam, session),
        tags=(*tags_of_holder(role), *session.tags),
        source_identity=session.source_identity,
    )


def role_principal(iam: Any, role: Any) -> Principal:
    """A role as the policy simulator sees it: without a session."""
    return Principal(
        arn=role.arn,
        user_id=role.id,
        secret_access_key="",
        identity=tuple(policies_of(role)),
        role_arn=role.arn,
        boundary=_managed(iam, role.permissions_boundary_arn),
        tags=tags_of_holder(role),
    )


def policies_of(holder: Any) -> Iterable[Policy]:
    """The inline and attached policies of a user, group or role that count: with a lag, those of some seconds ago."""
    then = lag.holder(holder.arn)
    return held_by(holder) if then is None else then.policies


def _managed(iam: Any, arn: str | None) -> Policy | None:
    if not arn:
        return None
    managed = iam.managed_policies.get(arn)
    if managed is None:  # a boundary that was deleted allows nothing
        return Policy(arn, ())
    return Policy.stored(default_version(managed), arn)


def session_policies(iam: Any, session: Any) -> tuple[Policy, ...] | None:
    """The policies passed to AssumeRole; None when there were none."""
    found = [_managed(iam, arn) for arn in session.policy_arns]
    if session.policy:
        found.append(Policy.stored(session.policy, "session policy"))
    return tuple(policy for policy in found if policy is not None) or None


def tags_of_holder(holder: Any) -> tuple[tuple[str, str], ...]:
    """The tags of a user, role or policy, which moto keeps as a list or by key."""
    tags = holder.tags or []
    listed = tags.values() if isinstance(tags, dict) else tags
    return tuple((tag["Key"], tag["Value"]) for tag in listed)
