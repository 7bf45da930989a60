"""What IAM tells of policies and instance profiles."""

from collections.abc import Callable
from typing import Any

from tests.localaws.authorizer.support import TRUST_ACCOUNT, allow, document


def test_a_policy_counts_whom_it_bounds(aws: Any, unique: Callable[[str], str]) -> None:
    iam, name = aws.client("iam"), unique("bounding")
    arn = iam.create_policy(PolicyName=name, PolicyDocument=document(allow("s3:*")))["Policy"]["Arn"]
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST_ACCOUNT, PermissionsBoundary=arn)
    iam.create_user(UserName=name, PermissionsBoundary=arn)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["PermissionsBoundaryUsageCount"] == 2
    iam.delete_user_permissions_boundary(UserName=name)
    (listed,) = [each for each in iam.list_policies(Scope="Local")["Policies"] if each["Arn"] == arn]
    assert listed["PermissionsBoundaryUsageCount"] == 1


def test_the_tags_of_an_instance_profile_are_listed_in_pages(aws: Any, unique: Callable[[str], str]) -> None:
    iam, name = aws.client("iam"), unique("tagged")
    first, second = {"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}
    iam.create_instance_profile(InstanceProfileName=name, Tags=[first])
    iam.tag_instance_profile(InstanceProfileName=name, Tags=[second])
    page = iam.list_instance_profile_tags(InstanceProfileName=name, MaxItems=1)
    assert (page["Tags"], page["IsTruncated"]) == ([first], True)
    rest = iam.list_instance_profile_tags(InstanceProfileName=name, Marker=page["Marker"])
    assert (rest["Tags"], rest["IsTruncated"]) == ([second], False)
