"""The model's limits (required, length, range, enum, pattern), held against parameters that were read. Pure.

What a service answers is its own: S3 and EC2 word their limits themselves, member by member, and some services of the
embedded AWS check theirs where they are modelled, so that their own errors come first.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from moto.core.model import OperationModel

from rehearsal.localaws.authorizer.denials import Denial
from rehearsal.localaws.entrance.contract import words
from rehearsal.localaws.ground import constraints

_CHECK_THEIRS = frozenset({"codebuild", "codecommit", "codepipeline", "sagemaker"})
_ONLY_REQUIRED = frozenset({"cloudfront", "ec2", "route53", "s3", "sns", "sqs", "stepfunctions"})
"""Their limits have words of their own in AWS, which moto's operations know."""


def violated(service: str, protocol: str, operation: OperationModel, params: Mapping[str, Any]) -> Denial | None:
    """The answer to parameters that break a limit."""
    shape = operation.input_shape
    if shape is None:
        return None
    left_out = [name for name in ALSO_REQUIRED.get((service, operation.name), ()) if not _at(params, name)]
    if left_out:
        return words.missing(service, protocol, left_out)
    if service == "s3":
        if not _is_source(params.get("CopySource", "b/k")):
            return words.no_source()
        if any(len((params.get(document) or {}).get("Rules", ())) > 1 for document in _OF_ONE_RULE):
            return words.too_many_rules()
        if any(name.startswith("Grant") and not _GRANT.match(str(value)) for name, value in params.items()):
            return words.no_grant()
    wrong = next((each for each in _no_arns(shape, params) if (service, each[1]) != ANY_RESOURCE), None)
    if wrong is not None:
        return words.no_arn(service, protocol, *wrong)
    if service in _CHECK_THEIRS:
        return None
    if service in _ONLY_REQUIRED:
        missing = list(_missing(shape, params))
        return words.missing(service, protocol, missing) if missing else None
    found = constraints.violations(
        shape, {name: value for name, value in params.items() if (service, name) not in _OWN_WORDS}
    )
    return words.invalid(service, protocol, found) if found else None


_OWN_WORDS = frozenset({("lambda", "Runtime")})
"""Members of which the service says itself what it takes."""
_GRANTS = "ACL|GrantFullControl|GrantRead|GrantReadACP|GrantWrite|GrantWriteACP|AccessControlPolicy"
ALSO_REQUIRED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("apigateway", "UpdateAccount"): ("patchOperations",),
    ("apigateway", "UpdateRestApi"): ("patchOperations",),
    ("codecommit", "GetBranch"): ("repositoryName", "branchName"),
    ("dynamodb", "TransactWriteItems"): ("TransactItems.Put|Update|Delete|ConditionCheck",),
    ("ecr", "PutRegistryScanningConfiguration"): ("rules",),
    ("events", "PutPartnerEvents"): ("Entries.Source",),
    ("kms", "GenerateRandom"): ("NumberOfBytes",),
    ("kms", "RetireGrant"): ("GrantToken|KeyId",),
    ("logs", "PutDeliveryDestination"): ("deliveryDestinationConfiguration",),
    ("logs", "StartQuery"): ("logGroupName|logGroupNames|logGroupIdentifiers",),
    ("s3", "CompleteMultipartUpload"): ("MultipartUpload",),
    ("s3", "PutBucketAcl"): (_GRANTS,),
    ("s3", "PutObjectAcl"): (_GRANTS,),
    ("s3", "PutBucketLifecycleConfiguration"): ("LifecycleConfiguration",),
    ("s3", "PutObjectLegalHold"): ("LegalHold",),
    ("s3", "PutObjectLockConfiguration"): ("ObjectLockConfiguration",),
    ("s3", "PutObjectRetention"): ("Retention",),
    ("s3", "RestoreObject"): ("RestoreRequest",),
    ("secretsmanager", "CreateSecret"): ("AddReplicaRegions?.Region", "Tags?.Key"),
    ("secretsmanager", "ReplicateSecretToRegions"): ("AddReplicaRegions.Region",),
    ("secretsmanager", "TagResource"): ("Tags.Key",),
    ("sns", "Publish"): ("TopicArn|TargetArn|PhoneNumber",),
    ("stepfunctions", "ListExecutions"): ("stateMachineArn|mapRunArn",),
}
"""Members that AWS requires though its model does not say so: ``Tags.Key`` is one of each element, ``Tags?.Key`` where
there are any, ``A|B`` either of two."""
_OF_ONE_RULE = ("OwnershipControls", "ServerSideEncryptionConfiguration")
_BUCKET = re.compile(r"[A-Za-z0-9._-]+$")
_GRANT = re.compile(r'\s*(id|uri|emailAddress)="?[^",]+"?(\s*,\s*(id|uri|emailAddress)="?[^",]+"?)*\s*$')
_ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.", re.DOTALL)
ANY_RESOURCE = ("iam", "*")
"""The policy simulator takes it where ARNs of resources stand."""
_ARN_MEMBER = re.compile(r"(?:^a|A)(?:rn|RN)s?$")


def _at(value: Any, path: str) -> bool:
    """Whether there is something at ``path``; of a list in each element."""
    if isinstance(value, list):
        return all(_at(each, path) for each in value)
    names, _, rest = path.partition(".")
    members = value if isinstance(value, Mapping) else {}
    given = [members[name] for name in names.rstrip("?").split("|") if members.get(name) is not None]
    if not given:
        return names.endswith("?")
    return not rest or _at(given[0], rest)


def _is_source(text: str) -> bool:
    """``bucket/key``, with or without a slash before it, or the ARN of an access point."""
    bucket, _, key = unquote(text).lstrip("/").partition("/")
    return bool(key and (_BUCKET.match(bucket) or bucket.startswith("arn:")))


def _no_arns(shape: Any, value: Any) -> Iterator[tuple[str, str]]:
    """Members whose name says that they are ARNs, and which are none."""
    if shape.type_name == "structure" and not shape.is_document_type:
        for name, member in shape.members.items():
            given = value.get(name)
            if given is None:
                continue
            if _ARN_MEMBER.search(name):
                texts = given if isinstance(given, list) else [given]
                yield from ((name, text) for text in texts if isinstance(text, str) and not _ARN.match(text))
            yield from _no_arns(member, given)
    elif shape.type_name == "list" and shape.member.type_name in ("structure", "list", "map"):
        for each in value:
            if each is not None:
                yield from _no_arns(shape.member, each)


def _missing(shape: Any, value: Any) -> Iterator[str]:
    """Required members that were left out, at any depth; elements of lists and maps that are null."""
    if shape.type_name == "structure" and not shape.is_document_type:
        for name, member in shape.members.items():
            given = value.get(name)
            if given is not None:
                yield from _missing(member, given)
            elif name in shape.required_members:
                yield name
    elif shape.type_name == "list":
        for each in value:
            yield from _missing(shape.member, each) if each is not None else (shape.name,)
    elif shape.type_name == "map":
        for each in value.values():
            yield from _missing(shape.value, each) if each is not None else (shape.name,)
