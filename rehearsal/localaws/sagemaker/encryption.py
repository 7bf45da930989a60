"""KMS keys of jobs and endpoints: server-side encryption of what they write to S3, and the volumes of their
instances."""

from collections.abc import Iterable

from rehearsal.localaws.authorizer import on_behalf, principals, resources
from rehearsal.localaws.authorizer.requests import Need
from rehearsal.localaws.authorizer.resources import Place
from rehearsal.localaws.ground.errors import AwsError


def by_key(key_id: str | None, region: str, account_id: str) -> dict[str, str]:
    """The members of PutObject for a ``KmsKeyId`` of an account; none without one.

    Raises:
        AwsError: KMS.NotFoundException, when there is no such key. Asked before the first object is written.
    """
    if not key_id:
        return {}
    if resources.kms_key(key_id, Place(region, account_id)) is None:
        raise AwsError("KMS.NotFoundException", f"KMS key '{key_id}' does not exist in {region}")
    return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_id}


def check_key_of_volume(key_id: str | None, region: str, account_id: str) -> None:
    """A key that volumes may be encrypted with: it is there, enabled, and the customer's own.

    Raises:
        AwsError: ValidationException.
    """
    if not key_id:
        return
    key = resources.kms_key(key_id, Place(region, account_id))
    if key is None:
        raise AwsError("ValidationException", f"KMS key '{key_id}' does not exist in {region}.")
    if not key.enabled:
        raise AwsError("ValidationException", f"KMS key '{key.arn}' is {key.key_state}.")
    if key.key_manager != "CUSTOMER" or any(name.startswith("alias/aws/") for name in key.aliases):
        raise AwsError(
            "ValidationException",
            f"KMS key '{key.arn}' is managed by AWS for another service: volumes need a customer managed key.",
        )


def check_grant(key_id: str | None, access_key_id: str, region: str, roles: Iterable[str] = ()) -> None:
    """Whoever signed, or one of ``roles``, must be able to grant SageMaker the use of a volume's key.

    CreateTrainingJob asks the caller only where the job's role lacks it; CreateEndpoint and UpdateEndpoint ask the
    caller. https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html

    Raises:
        AwsError: AccessDeniedException.
    """
    place = Place(region, principals.account_of_key(access_key_id))
    key = resources.kms_key(key_id, place) if key_id else None
    if key is None:
        return
    needs = (Need("kms:CreateGrant", key.arn, {"kms:grantisforawsresource": ("true",)}),)
    caller = principals.find(access_key_id)
    if caller is not None and on_behalf.first_refused_to(caller, needs, region) is None:
        return
    if any(on_behalf.first_refused(role, needs, region) is None for role in roles):
        return
    who = caller.arn if caller is not None else "the caller"
    raise AwsError(
        "AccessDeniedException",
        f"User: {who} is not authorized to perform: kms:CreateGrant on resource: {key.arn} because no identity-based "
        f"policy allows the kms:CreateGrant action",
    )
