"""Roles and policies."""

from rehearsal.toolkit.parity.calls import Call, Removal
from rehearsal.toolkit.parity.script.common import ROLE, TAGS, allow, trust


def calls() -> tuple[Call, ...]:
    """A role of the run, and documents that IAM refuses."""
    here = {"RoleName": ROLE}
    data = "arn:{partition}:s3:::{prefix}-data"
    trusted = trust("lambda.amazonaws.com", "sagemaker.amazonaws.com", "codepipeline.amazonaws.com")
    other = {"RoleName": "{prefix}-refused"}
    policy = {**here, "PolicyName": "ReadData"}
    document = allow(f"{data}*", "s3:GetObject", "s3:PutObject", "s3:ListBucket", "logs:*", "ecr:*")
    make = {**here, "AssumeRolePolicyDocument": trusted, "Tags": TAGS}
    return (
        Call("sts-caller", "sts", "get_caller_identity"),
        Call("iam-create-role", "iam", "create_role", make, Removal("delete_role", here)),
        Call("iam-create-role-again", "iam", "create_role", make),
        Call("iam-get-role", "iam", "get_role", here),
        Call(
            "iam-put-policy",
            "iam",
            "put_role_policy",
            {**policy, "PolicyDocument": document},
            Removal("delete_role_policy", policy),
        ),
        Call("iam-get-policy", "iam", "get_role_policy", policy),
        Call("iam-bad-json", "iam", "put_role_policy", {**policy, "PolicyDocument": "{"}),
        Call(
            "iam-unknown-version",
            "iam",
            "put_role_policy",
            {**policy, "PolicyDocument": document.replace("2012-10-17", "2024-01-01")},
        ),
        Call("iam-policy-too-long", "iam", "put_role_policy", {**policy, "PolicyDocument": _long_policy()}),
        Call(
            "iam-trust-of-nobody",
            "iam",
            "create_role",
            {**other, "AssumeRolePolicyDocument": trust("nonsense.amazonaws.com")},
            Removal("delete_role", other),
        ),
        Call(
            "iam-trust-with-resource",
            "iam",
            "create_role",
            {"RoleName": "{prefix}-wide", "AssumeRolePolicyDocument": trust("lambda.amazonaws.com", Resource="*")},
            Removal("delete_role", {"RoleName": "{prefix}-wide"}),
        ),
        Call("iam-delete-full-role", "iam", "delete_role", here),
        Call("iam-missing-role", "iam", "get_role", {"RoleName": "{prefix}-nobody"}),
    )


def _long_policy() -> str:
    """Above the 10,240 characters, blanks not counted, that the inline policies of a role may have."""
    return allow("*", *(f"s3:GetObject{number:05}" for number in range(600)))
