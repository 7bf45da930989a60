"""S3 and DynamoDB.

S3: the service whose API operations and IAM actions differ most.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from rehearsal.localaws.authorizer.actions.table import Operation, Service, Tagging, on, only, words

BUCKET = "arn:aws:s3:::{Bucket}"
OBJECT = "arn:aws:s3:::{Bucket}/{Key}"

_RENAMED_ON_BUCKET = {
    "HeadBucket": "ListBucket",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "GetBucketReplication": "GetReplicationConfiguration",
    "PutBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "PutBucketCors": "PutBucketCORS",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "GetBucketAnalyticsConfiguration": "GetAnalyticsConfiguration",
    "ListBucketAnalyticsConfigurations": "GetAnalyticsConfiguration",
    "PutBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "DeleteBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "GetBucketInventoryConfiguration": "GetInventoryConfiguration",
    "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
    "PutBucketInventoryConfiguration": "PutInventoryConfiguration",
    "DeleteBucketInventoryConfiguration": "PutInventoryConfiguration",
    "GetBucketMetricsConfiguration": "GetMetricsConfiguration",
    "ListBucketMetricsConfigurations": "GetMetricsConfiguration",
    "PutBucketMetricsConfiguration": "PutMetricsConfiguration",
    "DeleteBucketMetricsConfiguration": "PutMetricsConfiguration",
    "GetBucketIntelligentTieringConfiguration": "GetIntelligentTieringConfiguration",
    "ListBucketIntelligentTieringConfigurations": "GetIntelligentTieringConfiguration",
    "PutBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "DeleteBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "GetBucketMetadataConfiguration": "GetBucketMetadataTableConfiguration",
    "CreateBucketMetadataConfiguration": "CreateBucketMetadataTableConfiguration",
    "DeleteBucketMetadataConfiguration": "DeleteBucketMetadataTableConfiguration",
}

_RENAMED_ON_OBJECT = {
    "HeadObject": "GetObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "ListParts": "ListMultipartUploadParts",
    "SelectObjectContent": "GetObject",
}

VERSIONED = {
    "GetObject": "GetObjectVersion",
    "DeleteObject": "DeleteObjectVersion",
    "GetObjectAcl": "GetObjectVersionAcl",
    "PutObjectAcl": "PutObjectVersionAcl",
    "GetObjectTagging": "GetObjectVersionTagging",
    "PutObjectTagging": "PutObjectVersionTagging",
    "DeleteObjectTagging": "DeleteObjectVersionTagging",
    "GetObjectAttributes": "GetObjectVersionAttributes",
}
"""The actions that a request naming a version needs instead."""

_COPY = Operation(
    ("GetObject", "GetObjectVersion", "PutObject"),
    ("arn:aws:s3:::{NewestSources[]}", "arn:aws:s3:::{SourcesOfVersions[]}", OBJECT),
)
"""A source that is named with its version is read as that version."""

_OPERATIONS: dict[str, Operation] = {
    "ListBuckets": only("ListAllMyBuckets", "*"),
    "DeleteObjects": Operation(
        ("DeleteObject", "DeleteObjectVersion"),
        ("arn:aws:s3:::{Bucket}/{KeysToMark[]}", "arn:aws:s3:::{Bucket}/{KeysOfVersions[]}"),
    ),
    "CopyObject": _COPY,
    "UploadPartCopy": _COPY,
    "GetObjectAttributes": Operation(("GetObject", "GetObjectAttributes"), (OBJECT, OBJECT)),
    "GetBucketLocation": on(BUCKET),
    **{name: only(action, BUCKET) for name, action in _RENAMED_ON_BUCKET.items()},
    **{name: only(action, OBJECT) for name, action in _RENAMED_ON_OBJECT.items()},
}

S3 = Service(
    prefix="s3",
    templates=(OBJECT, BUCKET),
    operations=_OPERATIONS,
    tagging=(
        Tagging("PutObjectTagging", "Tagging", ("PutObject", "CopyObject", "CreateMultipartUpload")),
        Tagging("PutObjectAcl", "ACL", ("PutObject", "CopyObject", "CreateMultipartUpload")),
        Tagging("TagResource", "CreateBucketConfiguration.Tags", ("CreateBucket",)),
    ),
    context_keys={
        "s3:prefix": "Prefix",
        "s3:delimiter": "Delimiter",
        "s3:max-keys": "MaxKeys",
        "s3:versionid": "VersionId",
        "s3:x-amz-acl": "ACL",
        "s3:x-amz-copy-source": "CopySource",
        "s3:x-amz-metadata-directive": "MetadataDirective",
        "s3:x-amz-server-side-encryption": "ServerSideEncryption",
        "s3:x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
        "s3:x-amz-server-side-encryption-customer-algorithm": "SSECustomerAlgorithm",
        "s3:x-amz-storage-class": "StorageClass",
        "s3:x-amz-website-redirect-location": "WebsiteRedirectLocation",
        "s3:x-amz-object-ownership": "ObjectOwnership",
        "s3:object-lock-mode": "ObjectLockMode",
        "s3:locationconstraint": "CreateBucketConfiguration.LocationConstraint",
        "s3:if-match": "IfMatch",
        "s3:if-none-match": "IfNoneMatch",
    },
)

_TABLE = "table/{TableName}"
_INDEX = "table/{TableName}/index/{IndexName}"
_WRITES = ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")

DYNAMODB = Service(
    prefix="dynamodb",
    templates=(
        "{ResourceArn}",
        "{TableArn}",
        "{BackupArn}",
        "{ExportArn}",
        "{ImportArn}",
        "{StreamArn}",
        _INDEX,
        _TABLE,
    ),
    operations={
        "BatchGetItem": on("table/{TablesOfItems[]}"),
        "BatchWriteItem": on("table/{TablesOfItems[]}"),
        "TransactGetItems": only("GetItem", "table/{TransactItems[].Get.TableName}"),
        "RestoreTableToPointInTime": on("{SourceTableArn}", "table/{SourceTableName}", "table/{TargetTableName}"),
        "TransactWriteItems": Operation(_WRITES, tuple(f"table/{{Writes[].{action}}}" for action in _WRITES)),
        "RestoreTableFromBackup": on("{BackupArn}", "table/{TargetTableName}"),
        "CreateGlobalTable": on("arn:aws:dynamodb::{account}:global-table/{GlobalTableName}"),
        "DescribeGlobalTable": on("arn:aws:dynamodb::{account}:global-table/{GlobalTableName}"),
        "UpdateGlobalTable": on("arn:aws:dynamodb::{account}:global-table/{GlobalTableName}"),
        "DescribeGlobalTableSettings": on("arn:aws:dynamodb::{account}:global-table/{GlobalTableName}"),
        "UpdateGlobalTableSettings": on("arn:aws:dynamodb::{account}:global-table/{GlobalTableName}"),
        "ImportTable": on("table/{TableCreationParameters.TableName}"),
    },
    without_resource=words("ListTables ListBackups ListExports ListImports ListContributorInsights"),
    tagging=(Tagging("TagResource", operations=("CreateTable",)),),
    context_keys={
        "dynamodb:Select": "Select",
        "dynamodb:ReturnValues": "ReturnValues",
        "dynamodb:ReturnConsumedCapacity": "ReturnConsumedCapacity",
    },
)
