"""AssumeRole between accounts: the role's trust policy on one side, the caller's own policies on the other."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from tests.localaws.accounts.support import Account, allow, document, trust

Unique = Callable[[str], str]


def test_an_account_has_an_identity_and_resources_of_its_own(build: Account, staging: Account) -> None:
    who = staging.client("sts").get_caller_identity()
    assert (who["Account"], who["Arn"]) == ("222222222222", "arn:aws:iam::222222222222:user/admin")
    assert build.client("sts").get_caller_identity()["Account"] == build.id != staging.id


def test_both_sides_must_allow(build: Account, staging: Account, unique: Unique) -> None:
    role = staging.role(unique("Deploy"), trust(build.id))
    caller = build.somebody(unique("Caller"))
    with pytest.raises(ClientError) as refused:
        caller.client("sts").assume_role(RoleArn=role, RoleSessionName="xx")
    assert refused.value.response["Error"] == {
        "Type": "Sender",
        "Code": "AccessDenied",
        "Message": f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on resource: {role} because no "
        "identity-based policy allows the sts:AssumeRole action",
    }
    caller.may(allow("sts:AssumeRole", role))
    made = caller.client("sts").assume_role(RoleArn=role, RoleSessionName="xx")
    told = build.aws.client("sts", credentials=made["Credentials"]).get_caller_identity()
    assert told["Account"] == staging.id and told["Arn"] == made["AssumedRoleUser"]["Arn"]

    staging.client("iam").update_assume_role_policy(
        RoleName=role.rpartition("/")[2], PolicyDocument=trust("cloudformation.amazonaws.com")
    )
    with pytest.raises(ClientError, match=r"not authorized to perform: sts:AssumeRole on resource: \S+$"):
        caller.client("sts").assume_role(RoleArn=role, RoleSessionName="xx")


def test_a_trust_policy_that_names_the_caller_does_not_replace_the_callers_own(
    build: Account, staging: Account, unique: Unique
) -> None:
    caller = build.somebody(unique("Caller"))
    role = staging.role(unique("Deploy"), trust(caller.role))
    with pytest.raises(ClientError, match="no identity-based policy allows the sts:AssumeRole action"):
        caller.client("sts").assume_role(RoleArn=role, RoleSessionName="xx")


def test_a_role_of_an_account_that_is_not_there_is_nobodys(build: Account) -> None:
    with pytest.raises(ClientError, match="is not authorized to perform: sts:AssumeRole on resource") as refused:
        build.client("sts").assume_role(RoleArn="arn:aws:iam::999999999999:role/Deploy", RoleSessionName="xx")
    assert refused.value.response["Error"]["Code"] == "AccessDenied"


def test_the_external_id_and_the_callers_account_are_conditions(
    build: Account, staging: Account, unique: Unique
) -> None:
    condition = {"StringEquals": {"sts:ExternalId": "rehearsal", "aws:PrincipalAccount": build.id}}
    trusted = document(
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": condition}
    )
    role = staging.role(unique("Deploy"), trusted)
    with pytest.raises(ClientError, match="AccessDenied"):
        build.client("sts").assume_role(RoleArn=role, RoleSessionName="xx")
    assert build.client("sts").assume_role(RoleArn=role, RoleSessionName="xx", ExternalId="rehearsal")["Credentials"]


def test_a_role_of_another_account_is_not_passed(build: Account, staging: Account, unique: Unique) -> None:
    role = staging.role(unique("Jobs"), trust("sagemaker.amazonaws.com"))
    with pytest.raises(ClientError) as refused:
        build.client("sagemaker").create_model(ModelName=unique("m"), ExecutionRoleArn=role)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert refused.value.response["Error"]["Message"] == "Cross-account pass role is not allowed."


def test_a_policy_names_principals_that_are_there(build: Account, staging: Account, unique: Unique) -> None:
    with pytest.raises(ClientError, match="MalformedPolicyDocument"):
        build.role(unique("R"), trust(f"arn:aws:iam::{staging.id}:role/{unique('Nobody')}"))
    known = staging.role(unique("Somebody"), trust(staging.id))
    assert build.role(unique("R2"), trust(known))


def test_only_the_first_account_makes_others_and_is_given_keys(staging: Account) -> None:
    import json
    import urllib.error
    import urllib.request

    assert staging.keys is not None
    request = urllib.request.Request(
        f"{staging.aws.url}/_rehearsal/accounts",
        headers={"Authorization": f"Bearer {staging.keys['SecretAccessKey']}"},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert "made and listed with the keys of account" in json.load(refused.value)["message"]
