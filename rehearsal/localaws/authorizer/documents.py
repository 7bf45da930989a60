"""Policy documents on their way in: what the evaluator could not read later is refused when it is handed in, as AWS does.

moto checks the documents of IAM itself; the others keep any text.
"""

from collections.abc import Mapping
from typing import Any

from rehearsal.localaws.authorizer.conditions import MalformedPolicy
from rehearsal.localaws.authorizer.denials import Denial
from rehearsal.localaws.authorizer.policy import Policy
from rehearsal.localaws.authorizer.requests import values_at

_PLACES: dict[tuple[str, str], tuple[str, str]] = {
    ("s3", "PutBucketPolicy"): ("Policy", "MalformedPolicy"),
    ("kms", "CreateKey"): ("Policy", "MalformedPolicyDocumentException"),
    ("kms", "PutKeyPolicy"): ("Policy", "MalformedPolicyDocumentException"),
    ("sqs", "CreateQueue"): ("Attributes.Policy", "InvalidAttributeValue"),
    ("sqs", "SetQueueAttributes"): ("Attributes.Policy", "InvalidAttributeValue"),
    ("sns", "CreateTopic"): ("Attributes.Policy", "InvalidParameter"),
    ("secretsmanager", "PutResourcePolicy"): ("ResourcePolicy", "MalformedPolicyDocumentException"),
    ("sts", "AssumeRole"): ("Policy", "MalformedPolicyDocument"),
    ("sts", "GetFederationToken"): ("Policy", "MalformedPolicyDocument"),
    ("iam", "CreateRole"): ("AssumeRolePolicyDocument", "MalformedPolicyDocument"),
    ("iam", "UpdateAssumeRolePolicy"): ("PolicyDocument", "MalformedPolicyDocument"),
    ("iam", "PutRolePolicy"): ("PolicyDocument", "MalformedPolicyDocument"),
    ("iam", "PutUserPolicy"): ("PolicyDocument", "MalformedPolicyDocument"),
    ("iam", "PutGroupPolicy"): ("PolicyDocument", "MalformedPolicyDocument"),
    ("iam", "CreatePolicy"): ("PolicyDocument", "MalformedPolicyDocument"),
    ("iam", "CreatePolicyVersion"): ("PolicyDocument", "MalformedPolicyDocument"),
}
"""Where an operation takes a document, and the code with which its service refuses one."""


def refusal(service: str, operation: str, params: Mapping[str, Any]) -> Denial | None:
    """The answer to a request whose policy document cannot be read; None when there is nothing to object to."""
    if service == "sns" and operation == "SetTopicAttributes" and params.get("AttributeName") == "Policy":
        path, code = "AttributeValue", "InvalidParameter"
    elif (place := _PLACES.get((service, operation))) is not None:
        path, code = place
    else:
        return None
    for text in values_at({**params, **_decoded(params)}, path):
        try:
            Policy.parse(text)
        except MalformedPolicy as error:
            return Denial(400, code, str(error))
    return None


def _decoded(params: Mapping[str, Any]) -> dict[str, str]:
    """S3 takes the document as the body's bytes."""
    policy = params.get("Policy")
    return {"Policy": policy.decode()} if isinstance(policy, bytes) else {}
