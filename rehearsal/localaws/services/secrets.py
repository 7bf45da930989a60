"""Secrets Manager: what moto takes and AWS refuses, in AWS's words; rotation by a function that lets the service in.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html
"""

import json
import re
import uuid
from functools import wraps
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.secretsmanager.exceptions import SecretHasNoValueException, SecretNotFoundException
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend
from werkzeug.exceptions import HTTPException

from rehearsal.localaws.authorizer.policy import Policy
from rehearsal.localaws.authorizer.trust import service_may
from rehearsal.localaws.ground import arns, clock
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge.replacing import around, replace

PRINCIPAL = "secretsmanager.amazonaws.com"
_NAME = re.compile(r"[\w/+=.@!-]+", re.ASCII)
_STEPS = ("create", "set", "test", "finish")
_DELETED = "You can't perform this operation on the secret because it was marked for deletion."
_DAY = 86_400


def install() -> None:
    """Names, deleted secrets, stages, rotation and what is told of a secret."""
    around(SecretsManagerBackend, "create_secret", _of_a_name)
    around(SecretsManagerBackend, "describe_secret", _of_this_name)
    around(SecretsManagerBackend, "get_secret_value", _of_a_stage)
    for operation in ("tag_resource", "untag_resource"):
        around(SecretsManagerBackend, operation, _of_a_kept_secret)
    replace(SecretsManagerBackend, "rotate_secret", _rotate)
    around(FakeSecret, "to_dict", _with_access)


def _check_name(name: str) -> None:
    if not name.startswith("arn:") and not _NAME.fullmatch(name):
        text = (
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
        )
        raise AwsError("ValidationException", text)


def _of_a_name(create: Any) -> Any:
    @wraps(create)
    def created(backend: Any, name: str, *args: Any, **named: Any) -> Any:
        _check_name(name)
        if name in backend.secrets and backend.secrets[name].is_deleted():
            raise AwsError(
                "InvalidRequestException",
                "You can't create this secret because a secret with this name is already scheduled for deletion.",
            )
        return create(backend, name, *args, **named)

    return created


def _of_this_name(describe: Any) -> Any:
    @wraps(describe)
    def described(backend: Any, secret_id: str) -> Any:
        _check_name(secret_id)
        return describe(backend, secret_id)

    return described


def _of_a_stage(get: Any) -> Any:
    @wraps(get)
    def got(backend: Any, secret_id: str, version_id: str, version_stage: str) -> Any:
        _check_name(secret_id)
        secret = backend.secrets.get(secret_id) if secret_id in backend.secrets else None
        if secret is not None and not version_id and version_stage:
            stages = [stage for version in secret.versions.values() for stage in version["version_stages"]]
            if version_stage not in stages:
                raise SecretHasNoValueException(version_stage)
        answer = get(backend, secret_id, version_id, version_stage)
        if secret is not None:
            secret.last_accessed_day = clock.timestamp() // _DAY * _DAY
        return answer

    return got


def _of_a_kept_secret(change: Any) -> Any:
    @wraps(change)
    def changed(backend: Any, arn: str, *args: Any, **named: Any) -> Any:
        if arn in backend.secrets and backend.secrets[arn].is_deleted():
            raise AwsError("InvalidRequestException", _DELETED)
        return change(backend, arn, *args, **named)

    return changed


def _with_access(tell: Any) -> Any:
    """The day of the last look at its value; moto has no such thing."""

    @wraps(tell)
    def told(secret: Any) -> dict[str, Any]:
        return {**tell(secret), "LastAccessedDate": getattr(secret, "last_accessed_day", None)}

    return told


def _rotate(
    backend: Any,
    secret_id: str,
    client_request_token: str | None = None,
    rotation_lambda_arn: str | None = None,
    rotation_rules: dict[str, Any] | None = None,
    rotate_immediately: bool = True,
) -> str:
    """Have the function make, set, test and finish a new version, of which it is told by the secret's ARN."""
    if secret_id not in backend.secrets:
        raise SecretNotFoundException()
    secret = backend.secrets[secret_id]
    if secret.is_deleted():
        raise AwsError("InvalidRequestException", _DELETED)
    function = rotation_lambda_arn or secret.rotation_lambda_arn
    if not function:
        raise AwsError("InvalidRequestException", "No Lambda rotation function ARN is associated with this secret.")
    _check_may_invoke(function, secret.arn)
    days = (rotation_rules or {}).get("AutomaticallyAfterDays", 0)
    if days:
        secret.auto_rotate_after_days, secret.next_rotation_date = days, int(clock.timestamp()) + days * _DAY
    secret.rotation_requested, secret.rotation_enabled, secret.rotation_lambda_arn = True, True, function
    version_id = client_request_token or str(uuid.uuid4())
    _run(secret, function, version_id, _STEPS if rotate_immediately else ("test",))
    secret.last_rotation_date = int(clock.timestamp())
    return str(secret.to_short_dict(version_id=version_id))


def _check_may_invoke(function: str, secret_arn: str) -> None:
    account_id, region = function.split(":")[4], function.split(":")[3]
    try:
        policy = json.loads(lambda_backends[account_id][region].get_policy(function))["Policy"]
        keys = {"aws:SourceAccount": arns.account_of(secret_arn), "aws:SourceArn": secret_arn}
        allowed = service_may(Policy.stored(policy, function), PRINCIPAL, "lambda:InvokeFunction", function, keys)
    except HTTPException:  # moto's way to say that there is no function, or no policy of it
        allowed = False
    if not allowed:
        raise AwsError(
            "AccessDeniedException",
            "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants "
            f"access to the principal {PRINCIPAL}.",
        )


def _run(secret: Any, function: str, version_id: str, steps: tuple[str, ...]) -> None:
    secret.remove_version_stages_from_old_versions(["AWSPENDING"])
    secret.versions[version_id] = {
        "createdate": int(clock.timestamp()),
        "version_id": version_id,
        "version_stages": ["AWSPENDING"],
    }
    functions = lambda_backends[function.split(":")[4]][function.split(":")[3]]
    for step in steps:
        event = {"Step": f"{step}Secret", "SecretId": secret.arn, "ClientRequestToken": version_id}
        functions.invoke(function, None, json.dumps(event), {}, {})
