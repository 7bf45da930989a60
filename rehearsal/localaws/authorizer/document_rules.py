"""What a policy document may hold beyond what the evaluator can read: fields, resources and sizes by the kind of
policy. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from fnmatch import fnmatchcase
from typing import Any

_WHITE_SPACE = re.compile(r"\s+")
_OBJECT_ACTION = re.compile(
    r"s3:(?:AbortMultipartUpload|BypassGovernanceRetention|ListMultipartUploadParts|ObjectOwnerOverrideToBucketOwner"
    r"|InitiateReplication|Replicate\w+|(?:Delete|Get|Put|Restore|Update)Object\w*)",
    re.IGNORECASE,
)
"""The actions on objects; all others that S3 has in bucket policies are on the bucket."""
_S3_ARN = re.compile(r"arn:aws[\w-]*:s3:::(.+)", re.DOTALL)


class Kind(Enum):
    """Where a document is attached."""

    IDENTITY = "identity-based policy"
    TRUST = "role trust policy"
    BUCKET = "bucket policy"
    RESOURCE = "policy of another resource"


Statement = Mapping[str, Any]


def statements_of(document: Any) -> list[Statement]:
    """The statements of a document that the evaluator has read."""
    found = document.get("Statement", []) if isinstance(document, Mapping) else []
    return [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, Mapping)]


def size(text: str) -> int:
    """How many characters of a document count: white space does not."""
    return len(_WHITE_SPACE.sub("", text))


def objection(kind: Kind, document: Any, bucket: str = "") -> str | None:
    """What AWS says against a document that can be read; None when there is nothing. ``bucket`` is the policy's own."""
    for statement in statements_of(document):
        found = _fields(kind, statement) or (_of_bucket(statement, bucket) if kind is Kind.BUCKET else None)
        if found is not None:
            return found
    return None


def _fields(kind: Kind, statement: Statement) -> str | None:
    names_resource = "Resource" in statement or "NotResource" in statement
    names_principal = "Principal" in statement or "NotPrincipal" in statement
    if kind is Kind.TRUST and names_resource:
        return f"Has prohibited field {'Resource' if 'Resource' in statement else 'NotResource'}"
    if kind in (Kind.TRUST, Kind.BUCKET) and not names_principal:
        return "Missing required field Principal"
    if kind is Kind.BUCKET and not names_resource:
        return "Missing required field Resource"
    return None


def _of_bucket(statement: Statement, bucket: str) -> str | None:
    resources = _texts(statement.get("Resource", statement.get("NotResource")))
    if not all(_is_within(each, bucket) for each in resources):
        return "Policy has invalid resource"
    actions = _texts(statement.get("Action", statement.get("NotAction")))
    if not all(each == "*" or each.lower().startswith("s3:") for each in actions):
        return "Policy has invalid action"
    if "NotAction" in statement or "NotResource" in statement:
        return None
    if not all(any(_applies(action, each) for each in resources) for action in actions):
        return "Action does not apply to any resource(s) in statement"
    return None


def _is_within(resource: str, bucket: str) -> bool:
    """Whether a resource is the bucket, or below it."""
    found = _S3_ARN.fullmatch(resource)
    return resource == "*" or (found is not None and fnmatchcase(bucket, found[1].partition("/")[0]))


def _applies(action: str, resource: str) -> bool:
    """Whether an action is one on this kind of resource: bucket or object."""
    if "*" in action or "?" in action or resource == "*":
        return True
    tail = resource.rpartition(":::")[2]
    names_objects = "/" in tail
    return names_objects or tail.endswith("*") if _OBJECT_ACTION.fullmatch(action) else not names_objects


def principals_of(document: Any) -> Iterator[tuple[str, str]]:
    """Each principal with its type: ``("AWS", "arn:...")``, ``("Service", "lambda.amazonaws.com")``."""
    for statement in statements_of(document):
        element = statement.get("Principal", statement.get("NotPrincipal"))
        if isinstance(element, Mapping):
            for name, value in element.items():
                yield from ((str(name), each) for each in _texts(value))


def _texts(value: Any) -> list[str]:
    """What is text, or an account's number."""
    listed = value if isinstance(value, list) else [value]
    return [str(each) for each in listed if isinstance(each, str | int)]
