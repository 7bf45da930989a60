"""Credentials of a role for a person's program: ``POST /_rehearsal/role-session`` with ``{"RoleName": ...}``.

A notebook of SageMaker has its execution role from the service, which the role trusts; a person at a laptop has not. So
the administrator gets a session of any role that trusts some service, as if that service had begun it.
"""

from typing import Any

from moto.iam.models import iam_backends

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.door import capabilities
from rehearsal.localaws.ground import host

SECONDS = 12 * 3600
"""A working day's: nothing renews the session."""
_SESSION_NAME = "SageMaker"


def _begin(members: dict[str, Any]) -> dict[str, Any]:
    name = str(members.get("RoleName", ""))
    roles = {role.name: role for role in iam_backends[capabilities.asking_account()]["aws"].roles.values()}
    if name not in roles:
        raise ValueError(f"there is no role {name!r}; there are: {', '.join(sorted(roles)) or 'none'}")
    arn = str(roles[name].arn)
    made = identity.new_session(arn, _SESSION_NAME, host.current().settings.region, SECONDS)
    return {
        "RoleArn": arn,
        "AccessKeyId": made.access_key_id,
        "SecretAccessKey": made.secret_access_key,
        "SessionToken": made.session_token,
    }


capabilities.offer("POST", "role-session", _begin)
