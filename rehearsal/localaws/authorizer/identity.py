"""Whose credentials a call carries: role sessions for services that act as a role, and boto3 clients against this very
server.

Services of the embedded AWS never act as administrator for a user: a pipeline action, a function, a training job and an
endpoint each call back through the wire with the credentials of their role, so that IAM is enforced everywhere.
"""

import threading
from dataclasses import dataclass
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from rehearsal.localaws.authorizer import administrator, lag, on_behalf, own_clients, principals, trust
from rehearsal.localaws.authorizer.own_clients import Wanted
from rehearsal.localaws.authorizer.requests import Need
from rehearsal.localaws.ground import clock, host
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.ground.host import Credentials

SESSION_SECONDS = 3600
_RENEW_BEFORE_SECONDS = 300


@dataclass(frozen=True)
class _Session:
    credentials: Credentials
    expires_at: float


_sessions: dict[tuple[str, str], _Session] = {}
_sessions_lock = threading.Lock()


def assume_role(
    role_arn: str, session_name: str, *, service: str, region: str | None = None, source_arn: str | None = None
) -> Credentials:
    """Credentials of ``role_arn`` for the service principal ``service`` (``lambda.amazonaws.com``), one hour long,
    renewed early.

    ``source_arn`` is the resource on whose behalf the service acts, for trust policies that ask for ``aws:SourceArn``.

    Raises:
        AwsError: AccessDenied, when the role is missing or its trust policy does not let the service in.
    """
    role_id = _trusting_role(role_arn, service, source_arn)
    return _session_of(role_id, role_arn, session_name, region or host.current().settings.region)


def _session_of(role_id: str, role_arn: str, session_name: str, region: str) -> Credentials:
    with _sessions_lock:
        session = _sessions.get((role_id, session_name))
        if session is None or _is_ending(session):
            _forget_ending()
            credentials = new_session(role_arn, session_name, region)
            session = _Session(credentials, clock.timestamp() + SESSION_SECONDS)
            _sessions[role_id, session_name] = session
    return session.credentials


def assume_role_through(through: Credentials, role_arn: str, session_name: str, *, region: str) -> Credentials:
    """Credentials of ``role_arn`` for the holder of others, who may do so by its own policies and by the role's trust.

    So a service acts as a further role, of another account too: as its own role it assumes that one.

    Raises:
        AwsError: AccessDenied, naming who lacks what.
    """
    holder = principals.find(through.access_key_id)
    need = Need("sts:AssumeRole", role_arn, {})
    if holder is None or on_behalf.first_refused_to(holder, [need], region) is not None:
        who = "nobody" if holder is None else holder.arn
        message = f"User: {who} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
        raise AwsError("AccessDenied", message)
    return _session_of(_role(role_arn, holder.arn).id, role_arn, session_name, region)


def _is_ending(session: _Session) -> bool:
    return session.expires_at - clock.timestamp() < _RENEW_BEFORE_SECONDS


def _forget_ending() -> None:
    """Nobody is given these any more; their clients are closed. Jobs and executions have sessions of their own
    names."""
    for key, session in list(_sessions.items()):
        if _is_ending(session):
            del _sessions[key]
            own_clients.drop(session.credentials)


def _trusting_role(role_arn: str, service: str, source_arn: str | None) -> str:
    """The id of a role that trusts the service now, whatever it did when a session was made."""
    account_id, role = role_arn.split(":")[4], _role(role_arn, service)
    document = lag.trust_of(role)
    if document is None or not trust.service_may_assume(
        document, service, account_id=account_id, source_arn=source_arn, role_arn=role_arn
    ):
        raise AwsError(
            "AccessDenied", f"{service} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
        )
    return str(role.id)


def _role(role_arn: str, who: str) -> Any:
    """The record of a role that ``who`` wants to assume."""
    roles = list(iam_backends[role_arn.split(":")[4]]["aws"].roles.values())
    role = next((role for role in roles if role.arn == role_arn), None)
    if role is None:
        raise AwsError("AccessDenied", f"{who} cannot assume {role_arn}: there is no such role")
    return role


def new_session(role_arn: str, session_name: str, region: str, seconds: int = SESSION_SECONDS) -> Credentials:
    """Credentials of a role for so long, without a look at its trust policy."""
    made = sts_backends[role_arn.split(":")[4]]["aws"].assume_role(
        region_name=region,
        role_session_name=session_name[:64],
        role_arn=role_arn,
        policy=None,
        duration=seconds,
        external_id=None,
    )
    return Credentials(made.access_key_id, made.secret_access_key, made.session_token)


def credentials_of(access_key_id: str) -> Credentials:
    """The whole credentials that belong to an access key of a signed request.

    Raises:
        AwsError: InvalidClientTokenId, when no user or session has that key.
    """
    principal = principals.find(access_key_id)
    if principal is None:
        raise AwsError("InvalidClientTokenId", "The security token included in the request is invalid.")
    return Credentials(access_key_id, principal.secret_access_key, principal.session_token)


def arn_of(access_key_id: str) -> str:
    """The ARN of the user or session that an access key of a signed request belongs to; the root user's when
    unknown."""
    principal = principals.find(access_key_id)
    return f"arn:aws:iam::{host.current().account_id}:root" if principal is None else principal.arn


def administrator_of(account_id: str) -> Credentials:
    """The keys of an account's administrator, for what a person does there by a page of the embedded AWS.

    Raises:
        AwsError: AccessDenied, for an account that has none.
    """
    here = host.current()
    found = here.admin if account_id == here.account_id else administrator.find(account_id)
    if found is None:
        raise AwsError("AccessDenied", f"account {account_id} has no administrator {administrator.USER_NAME}")
    return found


def client(
    service: str,
    credentials: Credentials | None = None,
    region: str | None = None,
    *,
    attempts: int = 3,
    timeout_seconds: int = 960,
) -> Any:
    """A boto3 client of ``service`` against this server, signed with ``credentials`` (the administrator's when
    omitted).

    ``attempts`` is how often a call is made at most that is throttled or finds the service at fault.
    """
    here = host.current()
    signer, place = credentials or here.admin, region or here.settings.region
    return own_clients.client(Wanted(service, signer, place, here.endpoint_url, attempts, timeout_seconds))
