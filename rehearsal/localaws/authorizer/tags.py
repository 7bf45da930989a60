"""The tags that resources carry, for the condition keys ``aws:ResourceTag/...`` and ``s3:ExistingObjectTag/...``."""

from collections.abc import Mapping

from moto.core.resource_tagging import iter_taggable_backends

from rehearsal.localaws.authorizer.principals import tags_of_holder
from rehearsal.localaws.ground import accounts
from rehearsal.localaws.moto_bridge import moto_records

_STREAM = ":log-stream:"


def of_resource(arn: str, region: str, account_id: str) -> Mapping[str, str]:
    """The tags of ``arn`` in ``region`` and account; none when it has none or does not exist."""
    service = arn.split(":")[2] if arn.count(":") > 4 else ""
    if service == "iam":
        return _of_identity(arn, account_id)
    if service == "s3" and "/" in arn:
        return _of_object(arn)
    arn = arn.partition(_STREAM)[0]  # permissions on a log group are asked of its streams
    for backend in iter_taggable_backends(account_id or accounts.first(), region):
        if service == backend.SERVICE_NAMESPACE:
            return next((found.tags for found in backend.iter_tagged_resources() if found.arn == arn), {})
    return {}


def _of_identity(arn: str, account_id: str) -> Mapping[str, str]:
    iam = moto_records.of("iam", account_id=account_id)
    holders = (*iam.roles.values(), *iam.users.values(), *iam.managed_policies.values())
    return next((dict(tags_of_holder(holder)) for holder in holders if holder.arn == arn), {})


def _of_object(arn: str) -> Mapping[str, str]:
    bucket_name, _, key = arn.rpartition(":")[2].partition("/")
    bucket = moto_records.bucket(bucket_name)
    found = None if bucket is None else bucket.keys.get(key)
    if found is None:
        return {}
    s3 = moto_records.of("s3", account_id=bucket.account_id)
    return s3.tagger.get_tag_dict_for_resource(found.arn)
