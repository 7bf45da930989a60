"""Server-side encryption of what jobs and endpoints write to S3, with the key that their request names."""

from rehearsal.localaws.authorizer import resources
from rehearsal.localaws.ground.errors import AwsError


def by_key(key_id: str | None, region: str) -> dict[str, str]:
    """The members of PutObject for a ``KmsKeyId``; none without one.

    Raises:
        AwsError: KMS.NotFoundException, when there is no such key. Asked before the first object is written.
    """
    if not key_id:
        return {}
    if resources.kms_key(key_id, region) is None:
        raise AwsError("KMS.NotFoundException", f"KMS key '{key_id}' does not exist in {region}")
    return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_id}
