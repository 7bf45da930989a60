"""What the authorizer must know of the resources themselves: their ARNs, their policies and their tags, read from
moto's state.

Nothing is changed here, and nothing is made: a resource that does not exist has no policy and no tags.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from rehearsal.localaws.authorizer import lag
from rehearsal.localaws.authorizer.policy import Policy
from rehearsal.localaws.ground import host
from rehearsal.localaws.moto_bridge import moto_records

PARTITION = "aws"


def identified(service: str, params: Mapping[str, Any], region: str) -> Mapping[str, Any]:
    """The parameters, with names replaced that only the records of a service turn into an ARN."""
    if service == "iam":
        return {**params, **_iam_paths(params)}
    if service == "kms":
        return {**params, **_kms_keys(params, region)}
    if service == "secretsmanager":
        return {**params, **_secret_arn(params, region)}
    if service == "sagemaker" and "CallbackToken" in params:
        found = moto_records.of("sagemaker", region).model_pipelines.of_token(params["CallbackToken"])
        return {**params, "ExecutionOfToken": found[0].arn.partition(":pipeline/")[2]} if found else params
    return params


def _secret_arn(params: Mapping[str, Any], region: str) -> dict[str, str]:
    """A secret's name, or its ARN without the last six characters, as the whole ARN: policies name the whole one."""
    given = params.get("SecretId")
    if not isinstance(given, str):
        return {}
    secrets = moto_records.of("secretsmanager", region).secrets.values()
    found = (each.arn for each in secrets if each.name == given or each.arn.rpartition("-")[0] == given)
    arn = next(found, None)
    return {"SecretId": arn} if arn else {}


def _iam_paths(params: Mapping[str, Any]) -> dict[str, Any]:
    iam = moto_records.of("iam")
    for name, holders in (
        ("RoleName", iam.roles.values()),
        ("UserName", iam.users.values()),
        ("GroupName", iam.groups.values()),
        ("InstanceProfileName", iam.instance_profiles.values()),
    ):
        wanted = params.get(name)
        found = next((each for each in holders if each.name == wanted), None) if wanted else None
        if found is not None:
            arn = (
                next((role.arn for role in iam.roles.values() if role.name == wanted), None)
                if name == "RoleName"
                else None
            )
            return {"Path": found.path, **({"PassedRoleArn": arn} if arn else {})}
    return {}


_KEY_PARAMETERS = ("KeyId", "TargetKeyId", "SourceKeyId", "DestinationKeyId")


def _kms_keys(params: Mapping[str, Any], region: str) -> dict[str, str]:
    """Aliases in place of key ids, resolved: permissions on a key are always asked of the key's own ARN."""
    changed = {}
    for name in _KEY_PARAMETERS:
        given = params.get(name)
        if isinstance(given, str) and "alias/" in given:
            key = kms_key(given, region)
            changed[name] = given if key is None else key.arn
    return changed


def kms_key(identifier: str, region: str) -> Any:
    """A KMS key by id, ARN or alias; None when there is none."""
    kms = moto_records.of("kms", region)
    identifier = identifier.partition(":key/")[2] or identifier
    if "alias/" in identifier:
        identifier = kms.get_key_id_from_alias("alias/" + identifier.rpartition("alias/")[2]) or ""
    return kms.keys.get(identifier)


def object_is_there(bucket_name: str, key: str) -> bool:
    """Whether a bucket has an object, in its newest version."""
    bucket = moto_records.of("s3").buckets.get(bucket_name)
    return bucket is not None and hasattr(bucket.keys.get(key), "etag")  # a delete marker has none


def policy_of(arn: str) -> Policy | None:
    """The resource-based policy of ``arn``, None when it has none."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or (finder := _POLICIES.get(parts[2])) is None:
        return None
    text = finder(parts[3], parts[5])
    return Policy.stored(text, arn) if text else None


def trust_policy_of(role_arn: str) -> Policy | None:
    """The trust policy of a role, None when there is no such role."""
    iam = moto_records.of("iam")
    role = next((role for role in iam.roles.values() if role.arn == role_arn), None)
    document = None if role is None else lag.trust_of(role)
    return None if document is None else Policy.stored(_text(document), role_arn)


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


def _bucket_policy(_region: str, resource: str) -> str | None:
    bucket = moto_records.of("s3").buckets.get(resource.partition("/")[0])
    return None if bucket is None or bucket.policy is None else _decoded(bucket.policy)


def _decoded(text: str | bytes) -> str:
    return text.decode() if isinstance(text, bytes) else text


def _key_policy(region: str, resource: str) -> str | None:
    key = kms_key(resource.removeprefix("key/"), region)
    return None if key is None else str(key.policy)


def _queue_policy(region: str, resource: str) -> str | None:
    queue = moto_records.of("sqs", region).queues.get(resource)
    return None if queue is None else queue.policy


def _topic_policy(region: str, resource: str) -> str | None:
    arn = f"arn:aws:sns:{region}:{host.current().account_id}:{resource}"
    topic = moto_records.of("sns", region).topics.get(arn)
    return None if topic is None else str(topic.policy)


def _function_policy(region: str, resource: str) -> str | None:
    kind, _, name = resource.partition(":")
    if kind != "function":
        return None
    name, _, qualifier = name.partition(":")
    backend = moto_records.of("lambda", region)
    try:
        function = backend.get_function(name, qualifier or None)
    except Exception:  # noqa: BLE001 - moto raises differently for each way of being unknown
        return None
    statements = function.policy.statements
    return json.dumps({"Version": "2012-10-17", "Statement": statements}) if statements else None


def _secret_policy(region: str, resource: str) -> str | None:
    arn = f"arn:aws:secretsmanager:{region}:{host.current().account_id}:{resource}"
    secret = next(
        (each for each in moto_records.of("secretsmanager", region).secrets.values() if each.arn == arn),
        None,
    )
    return getattr(secret, "policy", None)


_POLICIES: dict[str, Callable[[str, str], str | None]] = {
    "s3": _bucket_policy,
    "kms": _key_policy,
    "sqs": _queue_policy,
    "sns": _topic_policy,
    "lambda": _function_policy,
    "secretsmanager": _secret_policy,
}
