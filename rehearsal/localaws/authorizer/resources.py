"""What the authorizer must know of the resources themselves: their ARNs, their policies and their tags, read from
moto's state.

Nothing is changed here, and nothing is made: a resource that does not exist has no policy and no tags.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.authorizer import lag
from rehearsal.localaws.authorizer.policy import Policy
from rehearsal.localaws.ground import arns
from rehearsal.localaws.moto_bridge import moto_records

PARTITION = "aws"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a caller's names are looked up: the region and account that are asked."""

    region: str
    account_id: str

    def records(self, service: str) -> Any:
        """moto's records of a service there."""
        return moto_records.of(service, self.region, self.account_id)


def identified(service: str, params: Mapping[str, Any], place: Place) -> Mapping[str, Any]:
    """The parameters, with names replaced that only the records of a service turn into an ARN."""
    if service == "cloudformation" and str(params.get("StackName") or "").startswith("arn:"):
        return {**params, "StackName": str(params["StackName"]).split("/")[1]}  # the name of that very stack
    if service == "iam":
        return {**params, **_iam_paths(params, place)}
    if service == "kms":
        return {**params, **_kms_keys(params, place)}
    if service == "secretsmanager":
        return {**params, **_secret_arn(params, place)}
    if service == "sqs":
        return {**params, **_queue_of_another(params, place)}
    if service == "sagemaker" and ("ModelPackageGroupName" in params or "ModelName" in params):
        return {**params, **_registry_of_another(params, place)}
    if service == "sagemaker" and "CallbackToken" in params:
        found = place.records("sagemaker").model_pipelines.of_token(params["CallbackToken"])
        return {**params, "ExecutionOfToken": found[0].arn.partition(":pipeline/")[2]} if found else params
    return params


def owner_of(resource: str, caller: str) -> str:
    """The account that a resource belongs to; ``caller`` for one that names none (``*``, an AWS managed policy)."""
    if resource.startswith("arn:aws:s3:::"):
        bucket = moto_records.bucket(resource[13:].partition("/")[0])
        return caller if bucket is None else str(bucket.account_id)
    account_id = arns.account_of(resource)
    return account_id if account_id.isdigit() else caller


def _queue_of_another(params: Mapping[str, Any], place: Place) -> dict[str, str]:
    """A queue by its URL, which names the account, where that is not the caller's own."""
    owner, _, name = str(params.get("QueueUrl") or "").rstrip("/").rpartition("/")
    owner = owner.rpartition("/")[2]
    if len(owner) != 12 or not owner.isdigit() or owner == place.account_id:
        return {}
    return {"QueueName": f"arn:aws:sqs:{place.region}:{owner}:{name}"}


def _registry_of_another(params: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """What a request names of another account's registry: the group that it lists, the packages that it makes a model
    of."""
    group = str(params.get("ModelPackageGroupName") or "")
    containers = [*(params.get("Containers") or ()), params.get("PrimaryContainer") or {}]
    packages = [str(each.get("ModelPackageName") or "") for each in containers]
    return {
        "GroupOfOthers": group if _is_of_another(group, place) else None,
        "PackagesOfOthers": [each for each in packages if _is_of_another(each, place)],
    }


def _is_of_another(arn: str, place: Place) -> bool:
    return arns.account_of(arn) not in ("", place.account_id)


def _secret_arn(params: Mapping[str, Any], place: Place) -> dict[str, str]:
    """A secret's name, or its ARN without the last six characters, as the whole ARN: policies name the whole one."""
    given = params.get("SecretId")
    if not isinstance(given, str):
        return {}
    secrets = place.records("secretsmanager").secrets.values()
    found = (each.arn for each in secrets if each.name == given or each.arn.rpartition("-")[0] == given)
    arn = next(found, None)
    return {"SecretId": arn} if arn else {}


def _iam_paths(params: Mapping[str, Any], place: Place) -> dict[str, Any]:
    iam = moto_records.of("iam", account_id=place.account_id)
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


def _kms_keys(params: Mapping[str, Any], place: Place) -> dict[str, str]:
    """Aliases in place of key ids, resolved: permissions on a key are always asked of the key's own ARN."""
    changed = {}
    for name in _KEY_PARAMETERS:
        given = params.get(name)
        if isinstance(given, str) and "alias/" in given:
            key = kms_key(given, place)
            changed[name] = given if key is None else key.arn
    return changed


def kms_key(identifier: str, place: Place) -> Any:
    """A KMS key by id, alias or ARN, which may name another account than the place's; None when there is none."""
    kms = moto_records.of("kms", place.region, arns.account_of(identifier) or place.account_id)
    identifier = identifier.partition(":key/")[2] or identifier
    if "alias/" in identifier:
        identifier = kms.get_key_id_from_alias("alias/" + identifier.rpartition("alias/")[2]) or ""
    return kms.keys.get(identifier)


def object_is_there(bucket_name: str, key: str) -> bool:
    """Whether a bucket has an object, in its newest version."""
    bucket = moto_records.bucket(bucket_name)
    return bucket is not None and hasattr(bucket.keys.get(key), "etag")  # a delete marker has none


def policy_of(arn: str) -> Policy | None:
    """The resource-based policy of ``arn``, None when it has none."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or (finder := _POLICIES.get(parts[2])) is None:
        return None
    text = finder(Place(parts[3], parts[4]), parts[5])
    return Policy.stored(text, arn) if text else None


def trust_policy_of(role_arn: str) -> Policy | None:
    """The trust policy of a role, None when there is no such role."""
    iam = moto_records.of("iam", account_id=arns.account_of(role_arn))
    role = next((role for role in iam.roles.values() if role.arn == role_arn), None)
    document = None if role is None else lag.trust_of(role)
    return None if document is None else Policy.stored(_text(document), role_arn)


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


def _bucket_policy(_place: Place, resource: str) -> str | None:
    bucket = moto_records.bucket(resource.partition("/")[0])
    return None if bucket is None or bucket.policy is None else _decoded(bucket.policy)


def _decoded(text: str | bytes) -> str:
    return text.decode() if isinstance(text, bytes) else text


def _key_policy(place: Place, resource: str) -> str | None:
    key = kms_key(resource.removeprefix("key/"), place)
    return None if key is None else str(key.policy)


def _queue_policy(place: Place, resource: str) -> str | None:
    queue = place.records("sqs").queues.get(resource)
    return None if queue is None else queue.policy


def _topic_policy(place: Place, resource: str) -> str | None:
    arn = f"arn:aws:sns:{place.region}:{place.account_id}:{resource}"
    topic = place.records("sns").topics.get(arn)
    return None if topic is None else str(topic.policy)


def _function_policy(place: Place, resource: str) -> str | None:
    kind, _, name = resource.partition(":")
    if kind != "function":
        return None
    name, _, qualifier = name.partition(":")
    backend = place.records("lambda")
    try:
        function = backend.get_function(name, qualifier or None)
    except Exception:  # noqa: BLE001 - moto raises differently for each way of being unknown
        return None
    statements = function.policy.statements
    return json.dumps({"Version": "2012-10-17", "Statement": statements}) if statements else None


def _secret_policy(place: Place, resource: str) -> str | None:
    arn = f"arn:aws:secretsmanager:{place.region}:{place.account_id}:{resource}"
    secret = next(
        (each for each in place.records("secretsmanager").secrets.values() if each.arn == arn),
        None,
    )
    return getattr(secret, "policy", None)


def _bus_policy(place: Place, resource: str) -> str | None:
    """Of a bus, for itself and the rules on it: ``event-bus/own``, ``rule/own/name``, ``rule/name`` on the default."""
    kind, *names = resource.split("/")
    name = names[0] if kind == "event-bus" or len(names) > 1 else "default"
    bus = place.records("events").event_buses.get(name) if kind in ("event-bus", "rule") else None
    return None if bus is None else bus.policy


def _group_policy(place: Place, resource: str) -> str | None:
    """Of a model package group, for itself and its versions."""
    kind, *names = resource.split("/")
    if kind not in ("model-package-group", "model-package") or not moto_records.is_loaded("sagemaker"):
        return None
    group = place.records("sagemaker").package_groups.find(names[0])
    return None if group is None else group.policy


_POLICIES: dict[str, Callable[[Place, str], str | None]] = {
    "s3": _bucket_policy,
    "kms": _key_policy,
    "sqs": _queue_policy,
    "sns": _topic_policy,
    "lambda": _function_policy,
    "secretsmanager": _secret_policy,
    "events": _bus_policy,
    "sagemaker": _group_policy,
}
