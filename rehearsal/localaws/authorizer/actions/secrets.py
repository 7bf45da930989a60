"""KMS and Secrets Manager."""

from rehearsal.localaws.authorizer.actions.table import Operation, Service, Tagging, on, only, words

_KEY = "key/{KeyId}"
_ALIAS = "alias/{AliasName}"

KMS = Service(
    prefix="kms",
    templates=(_KEY,),
    operations={
        "CreateAlias": on(_ALIAS, "key/{TargetKeyId}"),
        "UpdateAlias": on(_ALIAS, "key/{TargetKeyId}"),
        "DeleteAlias": on(_ALIAS),
        "CreateKey": on("*"),
        "ReEncrypt": Operation(("ReEncryptFrom", "ReEncryptTo"), ("key/{SourceKeyId}", "key/{DestinationKeyId}")),
    },
    without_resource=words("ListAliases ListKeys GenerateRandom ListRetirableGrants"),
    tagging=(Tagging("TagResource", operations=("CreateKey", "ReplicateKey")),),
    context_keys={
        "kms:GrantOperations": "Operations[]",
        "kms:KeySpec": "KeySpec",
        "kms:KeyUsage": "KeyUsage",
        "kms:GranteePrincipal": "GranteePrincipal",
        "kms:EncryptionAlgorithm": "EncryptionAlgorithm",
    },
)

SECRETS_MANAGER = Service(
    prefix="secretsmanager",
    templates=("secret:{SecretId}", "secret:{Name}-??????"),
    operations={
        "BatchGetSecretValue": Operation(("BatchGetSecretValue",), ("*",)),
        "AssociateCrossAccountReplica": only("ReplicateSecretToRegions"),
        "DisassociateCrossAccountReplica": only("RemoveRegionsFromReplication"),
        "ListResourcePolicies": only("GetResourcePolicy"),
    },
    without_resource=words("ListSecrets GetRandomPassword"),
    tagging=(Tagging("TagResource", operations=("CreateSecret",)),),
    context_keys={
        "secretsmanager:Name": "Name",
        "secretsmanager:SecretId": "SecretId",
        "secretsmanager:VersionStage": "VersionStage",
        "secretsmanager:VersionId": "VersionId",
        "secretsmanager:KmsKeyId": "KmsKeyId",
        "secretsmanager:ForceDeleteWithoutRecovery": "ForceDeleteWithoutRecovery",
        "secretsmanager:RecoveryWindowInDays": "RecoveryWindowInDays",
    },
)
