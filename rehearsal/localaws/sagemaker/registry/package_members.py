"""What each member of a request about a model package does here. Data; see ``request_members``.

The registry keeps what describes a package and gives it back, as AWS does; approvals act. What AWS does with other
members (a validation by transform jobs, a listing on the Marketplace) is refused.
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
"""

from collections.abc import Mapping

from rehearsal.localaws.sagemaker.member_verdicts import Members, below

UNREAD_DATA = {
    "ModelDataSource.S3DataSource.ModelAccessConfig": "there are no models of JumpStart",
    "ModelDataSource.S3DataSource.HubAccessConfig": "there are no model hubs",
    "ModelDataSource.S3DataSource.ManifestS3Uri": "models come as one archive",
    "ModelDataSource.S3DataSource.ETag": "the object is not compared with an ETag",
    "ModelDataSource.S3DataSource.ManifestEtag": "models come as one archive",
    "AdditionalModelDataSources": "a model has one archive",
}
"""What of a container's definition says of its data and is not read here, in a model's request and in a package's."""

_MARKETPLACE = "nothing is bought or sold on the Marketplace"
_CONTAINER_REFUSED = {
    **UNREAD_DATA,
    "AdditionalS3DataSource": "a model has one archive",
    "ModelDataETag": "the object is not compared with an ETag",
    "ProductId": _MARKETPLACE,
    "IsCheckpoint": "there are no models of JumpStart",
    "BaseModel": "there are no models of JumpStart",
}
_RECOMMENDER = "Inference Recommender alone reads it, and it is not offered"
_CONTAINER_WITHOUT_EFFECT = {
    "ImageDigest": "images are not pulled",
    "ModelInput": _RECOMMENDER,
    "Framework": _RECOMMENDER,
    "FrameworkVersion": _RECOMMENDER,
    "NearestModelName": _RECOMMENDER,
}


def _of_containers(table: Mapping[str, str], *specifications: str) -> dict[str, str]:
    found = (below(f"{each}.Containers", table) for each in specifications)
    return {path: reason for part in found for path, reason in part.items()}


_SPECIFICATIONS = ("InferenceSpecification", "AdditionalInferenceSpecifications")
_UPDATED_SPECIFICATIONS = ("InferenceSpecification", "AdditionalInferenceSpecificationsToAdd")
_ONCE = "a request that comes twice changes nothing"

_CREATE = Members(
    acting=(
        *("ModelPackageName", "ModelPackageGroupName", "ModelPackageDescription", "ModelPackageRegistrationType"),
        *("ModelApprovalStatus", "ModelMetrics", "DriftCheckBaselines", "MetadataProperties", "SourceUri", "Tags"),
        *("CustomerMetadataProperties", "ModelCard", "ModelLifeCycle", "ClientToken", *_SPECIFICATIONS),
    ),
    without_effect={
        **_of_containers(_CONTAINER_WITHOUT_EFFECT, *_SPECIFICATIONS),
        "Domain": _RECOMMENDER,
        "Task": _RECOMMENDER,
        "SamplePayloadUrl": _RECOMMENDER,
        "SkipModelValidation": "no package is validated",
        "SecurityConfig": "the disk is this machine's",
    },
    refused={
        **_of_containers(_CONTAINER_REFUSED, *_SPECIFICATIONS),
        "ValidationSpecification": "packages are not validated by transform jobs",
        "SourceAlgorithmSpecification": "there are no algorithms that are resources",
        "CertifyForMarketplace": _MARKETPLACE,
        "ManagedStorageType": "models lie in buckets of the account",
    },
)
_UPDATE = Members(
    acting=(
        *("ModelPackageArn", "ModelApprovalStatus", "ApprovalDescription", "ModelPackageRegistrationType", "SourceUri"),
        *("CustomerMetadataProperties", "CustomerMetadataPropertiesToRemove", "ModelCard", "ModelLifeCycle"),
        *_UPDATED_SPECIFICATIONS,
    ),
    without_effect={**_of_containers(_CONTAINER_WITHOUT_EFFECT, *_UPDATED_SPECIFICATIONS), "ClientToken": _ONCE},
    refused=_of_containers(_CONTAINER_REFUSED, *_UPDATED_SPECIFICATIONS),
)
PACKAGE_OPERATIONS: Mapping[str, Members] = {
    "CreateModelPackage": _CREATE,
    "CreateModelPackageGroup": Members(
        acting=("ModelPackageGroupName", "ModelPackageGroupDescription", "Tags"),
        refused={"ManagedConfiguration": "models lie in buckets of the account"},
    ),
    "UpdateModelPackage": _UPDATE,
}
