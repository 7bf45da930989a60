"""Policy documents on their way in: what AWS would not take is refused when it is handed in, in the words of its
service.

moto checks the grammar of IAM's own documents; the others keep any text.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rehearsal.localaws.authorizer import document_rules, known_principals
from rehearsal.localaws.authorizer.conditions import MalformedPolicy
from rehearsal.localaws.authorizer.denials import Denial
from rehearsal.localaws.authorizer.document_rules import Kind
from rehearsal.localaws.authorizer.policy import Policy
from rehearsal.localaws.authorizer.requests import values_at

_PRINCIPAL = "Invalid principal in policy"
_MALFORMED = "MalformedPolicyDocument"
_TRUST_CHARACTERS = 2_048
_MANAGED_CHARACTERS = 6_144
_SESSION_CHARACTERS = 2_048


@dataclass(frozen=True)
class _Place:
    """Where an operation takes a document, the code with which its service refuses one, and its words for an unknown
    principal."""

    path: str
    code: str
    kind: Kind
    principal: str = _PRINCIPAL
    longest: tuple[int, str] | None = None
    """Characters without white space, and the message of LimitExceeded."""


_INLINE = _Place("PolicyDocument", _MALFORMED, Kind.IDENTITY)
_MANAGED = _Place(
    "PolicyDocument",
    _MALFORMED,
    Kind.IDENTITY,
    longest=(_MANAGED_CHARACTERS, f"Cannot exceed quota for PolicySize: {_MANAGED_CHARACTERS}"),
)
_TRUST = _Place(
    "AssumeRolePolicyDocument",
    _MALFORMED,
    Kind.TRUST,
    longest=(_TRUST_CHARACTERS, f"Cannot exceed quota for ACLSizePerRole: {_TRUST_CHARACTERS}"),
)
_KEY = _Place(
    "Policy",
    "MalformedPolicyDocumentException",
    Kind.RESOURCE,
    "Policy contains a statement with one or more invalid principals.",
)
_QUEUE = _Place("Attributes.Policy", "InvalidAttributeValue", Kind.RESOURCE, "Invalid value for the parameter Policy.")
_TOPIC = _Place(
    "Attributes.Policy", "InvalidParameter", Kind.RESOURCE, "Invalid parameter: Policy Error: PrincipalNotFound"
)
_SECRET = _Place(
    "ResourcePolicy",
    "MalformedPolicyDocumentException",
    Kind.RESOURCE,
    "This resource policy contains an unsupported principal.",
)
_GROUP = _Place("ResourcePolicy", "ValidationException", Kind.RESOURCE)
_BUS = _Place("Policy", "ValidationException", Kind.RESOURCE)
_SESSION = _Place("Policy", _MALFORMED, Kind.IDENTITY)
_PLACES: dict[tuple[str, str], _Place] = {
    ("s3", "PutBucketPolicy"): _Place("Policy", "MalformedPolicy", Kind.BUCKET),
    ("kms", "CreateKey"): _KEY,
    ("kms", "PutKeyPolicy"): _KEY,
    ("sqs", "CreateQueue"): _QUEUE,
    ("sqs", "SetQueueAttributes"): _QUEUE,
    ("sns", "CreateTopic"): _TOPIC,
    ("secretsmanager", "PutResourcePolicy"): _SECRET,
    ("sagemaker", "PutModelPackageGroupPolicy"): _GROUP,
    ("events", "PutPermission"): _BUS,
    ("sts", "AssumeRole"): _SESSION,
    ("sts", "GetFederationToken"): _SESSION,
    ("iam", "CreateRole"): _TRUST,
    ("iam", "UpdateAssumeRolePolicy"): replace(_TRUST, path="PolicyDocument"),
    ("iam", "PutRolePolicy"): _INLINE,
    ("iam", "PutUserPolicy"): _INLINE,
    ("iam", "PutGroupPolicy"): _INLINE,
    ("iam", "CreatePolicy"): _MANAGED,
    ("iam", "CreatePolicyVersion"): _MANAGED,
}


def refusal(service: str, operation: str, params: Mapping[str, Any]) -> Denial | None:
    """The answer to a request whose policy document AWS would not take; None when there is nothing to object to."""
    if service == "sns" and operation == "SetTopicAttributes" and params.get("AttributeName") == "Policy":
        place: _Place | None = replace(_TOPIC, path="AttributeValue")
    else:
        place = _PLACES.get((service, operation))
    if place is None:
        return None
    if place is _SESSION and (too_long := _session_refusal(params)) is not None:
        return too_long
    found = (_objection(place, text, params) for text in values_at({**params, **_decoded(params)}, place.path))
    return next(filter(None, found), None)


def _objection(place: _Place, text: str, params: Mapping[str, Any]) -> Denial | None:
    try:
        Policy.parse(text)
    except MalformedPolicy as error:
        return Denial(400, place.code, str(error))
    document = json.loads(text)
    wrong = document_rules.objection(place.kind, document, str(params.get("Bucket", "")))
    if wrong is None and place.kind is not Kind.IDENTITY:
        wrong = _unknown_principal(place, document)
    if wrong is not None:
        return Denial(400, place.code, wrong)
    if place.longest is not None and document_rules.size(text) > place.longest[0]:
        return Denial(409, "LimitExceeded", place.longest[1])
    return None


def _unknown_principal(place: _Place, document: Any) -> str | None:
    for kind, name in document_rules.principals_of(document):
        if not known_principals.exists(kind, name):
            return f'{place.principal}: "{kind}":"{name}"' if place.code == _MALFORMED else place.principal
    return None


def _session_refusal(params: Mapping[str, Any]) -> Denial | None:
    """Session policies are limited as they are sent, white space included."""
    policy = params.get("Policy") or ""
    if len(policy) > _SESSION_CHARACTERS:
        told = (
            f"1 validation error detected: Value '{policy}' at 'policy' failed to satisfy constraint: "
            f"Member must have length less than or equal to {_SESSION_CHARACTERS}"
        )
        return Denial(400, "ValidationError", told)
    together = len(policy) + sum(len(arn) for arn in values_at(params, "PolicyArns[].arn"))
    if together > _SESSION_CHARACTERS:
        share = together * 100 // _SESSION_CHARACTERS
        told = f"Packed policy consumes {share}% of allotted space, please use smaller policy."
        return Denial(400, "PackedPolicyTooLarge", told)
    return None


def _decoded(params: Mapping[str, Any]) -> dict[str, str]:
    """S3 takes the document as the body's bytes."""
    policy = params.get("Policy")
    return {"Policy": policy.decode(errors="replace")} if isinstance(policy, bytes) else {}
