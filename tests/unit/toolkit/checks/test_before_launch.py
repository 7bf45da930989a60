"""What a first launch would run into, as an account may answer."""

from typing import Any

import pytest

from rehearsal.toolkit import project
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.checks import before_launch, resources_named
from rehearsal.toolkit.checks.findings import Finding, Verdict
from rehearsal.toolkit.data.dataset import DataFolder
from rehearsal.toolkit.workshop import Plan
from tests.unit.toolkit.fakes import Client, account, no_stack, refused

HERE = project.find()
CONNECTION = "arn:aws:codeconnections:us-east-1:111122223333:connection/c"


def plan(**parameters: str) -> Plan:
    return Plan(Workshop("sde"), HERE, DataFolder(HERE.data, {}, 12), HERE.training_config, parameters)


def change_sets(status: str = "CREATE_COMPLETE", reason: str = "") -> Client:
    change = {"Action": "Add", "LogicalResourceId": "A", "ResourceType": "AWS::S3::Bucket"}
    described = {"Status": status, "StatusReason": reason, "Changes": [{"ResourceChange": change}]}
    return Client(
        describe_stacks=no_stack,
        create_change_set={"Id": "set"},
        describe_change_set=described,
        delete_change_set={},
        delete_stack={},
    )


def examined(chosen: Plan | None = None, **clients: Client) -> dict[str, Finding]:
    known = {
        "sts": Client(get_caller_identity={"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/jane"}),
        "ec2": Client(describe_regions={"Regions": [{"OptInStatus": "opt-in-not-required"}]}),
        "s3": Client(head_bucket=refused("404", "HeadBucket")),
        "ecr": Client(batch_get_image={"images": [{}]}),
        "cloudformation": change_sets(),
        "accessanalyzer": Client(validate_policy={"findings": []}),
    }
    aws = account(**(known | clients))
    return {each.check: each for each in before_launch.examine(aws, chosen or plan())}


def test_an_account_that_is_ready_is_good_in_all() -> None:
    found = examined()
    assert {each.verdict for each in found.values()} == {Verdict.GOOD}, found
    assert "change set of mlops-pipeline-sde" in found
    assert found["policies of mlops-pipeline-sde"].found.startswith("Access Analyzer finds no fault in")


def test_change_sets_are_deleted_and_never_executed() -> None:
    client = change_sets()
    examined(cloudformation=client)
    names = [name for name, _ in client.requests]
    assert names.count("create_change_set") == names.count("delete_change_set") == 2
    assert "execute_change_set" not in names
    assert "create_stack" not in names


def test_a_change_set_that_fails_tells_the_reason() -> None:
    found = examined(cloudformation=change_sets("FAILED", "Hook refused it"))["change set of mlops-prep-sde"]
    assert found.verdict is Verdict.UNKNOWN or found.verdict is Verdict.BAD
    assert "Hook refused it" in found.found


@pytest.mark.parametrize(
    ("answer", "verdict", "says"),
    [
        (refused("403", "HeadBucket"), Verdict.BAD, "another account"),
        (refused("404", "HeadBucket"), Verdict.GOOD, "free"),
        ({}, Verdict.BAD, "no stack"),
    ],
)
def test_the_four_names_must_be_free(answer: Any, verdict: Verdict, says: str) -> None:
    found = examined(s3=Client(head_bucket=answer))["bucket mlops-builtinalgo-data-sde"]
    assert found.verdict is verdict
    assert says in found.found


def test_a_region_that_is_not_enabled_is_bad() -> None:
    ec2 = Client(describe_regions={"Regions": [{"OptInStatus": "not-opted-in"}]})
    assert examined(ec2=ec2)["region is enabled"].verdict is Verdict.BAD


def test_an_image_that_is_not_there_is_bad_and_one_that_may_not_be_asked_for_unknown() -> None:
    failures = {"images": [], "failures": [{"failureReason": "Requested image not found"}]}
    bad = examined(ecr=Client(batch_get_image=failures))["algorithm image"]
    assert (bad.verdict, "not found" in bad.found) == (Verdict.BAD, True)
    unknown = examined(ecr=Client(batch_get_image=refused("AccessDeniedException")))["algorithm image"]
    assert unknown.verdict is Verdict.UNKNOWN


def test_the_linters_errors_are_told_with_their_policy_and_its_suggestions_are_not() -> None:
    def validate(policyDocument: str, policyType: str, **_more: str) -> dict[str, Any]:
        kind = "ERROR" if policyType == "IDENTITY_POLICY" else "SUGGESTION"
        return {"findings": [{"findingType": kind, "issueCode": "INVALID_ACTION", "findingDetails": "No such action"}]}

    found = examined(accessanalyzer=Client(validate_policy=validate))["policies of mlops-pipeline-sde"]
    assert found.verdict is Verdict.WARNING
    assert "INVALID_ACTION: No such action" in found.found


def test_every_policy_reaches_the_linter_without_functions_of_the_template() -> None:
    client = Client(validate_policy={"findings": []})
    examined(plan(ProdEnvironment="true", AllowAutoscaling="true", Monitoring="true"), accessanalyzer=client)
    documents = [request["policyDocument"] for _, request in client.requests]
    assert len(documents) > 10
    assert not [text for text in documents if "Fn::" in text or "${" in text.replace("${aws:", "") or '"Ref"' in text]


# ------------------------------------------------------------------ what is named


@pytest.mark.parametrize(("status", "verdict"), [("AVAILABLE", Verdict.GOOD), ("PENDING", Verdict.BAD)])
def test_a_connection_must_be_confirmed(status: str, verdict: Verdict) -> None:
    client = Client(get_connection={"Connection": {"ConnectionStatus": status}})
    aws = account(codeconnections=client)
    found = list(resources_named.examine(aws, plan(SourceType="Connection", ConnectionArn=CONNECTION)))
    assert [each.verdict for each in found] == [verdict]


def test_code_commit_is_asked_whether_this_account_may_use_it() -> None:
    for answer, verdict in (({}, Verdict.GOOD), (refused("AccessDeniedException"), Verdict.UNKNOWN)):
        aws = account(codecommit=Client(list_repositories=answer))
        found = list(resources_named.examine(aws, plan(SourceType="CodeCommit")))
        assert [each.verdict for each in found] == [verdict]


def test_alarms_that_user_parameters_name_must_be_there() -> None:
    given = '{"env": "Dev", "alarms": ["errors", "latency"]}'
    aws = account(cloudwatch=Client(describe_alarms={"MetricAlarms": [{"AlarmName": "errors"}]}))
    found = list(resources_named.examine(aws, plan(DeployDevUserParameters=given)))
    assert [(each.verdict, each.found) for each in found] == [(Verdict.BAD, "there is no latency")]


MAIN = {"Associations": [{"Main": True}]}


@pytest.mark.parametrize(
    ("tables", "verdict"),
    [
        ([{**MAIN, "Routes": [{"GatewayId": "vpce-1"}]}], Verdict.GOOD),
        ([{**MAIN, "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}]}], Verdict.GOOD),
        ([{**MAIN, "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}]}], Verdict.BAD),
        ([{**MAIN, "Routes": [{"GatewayId": "local"}]}], Verdict.BAD),
        (
            [
                {**MAIN, "Routes": [{"GatewayId": "vpce-1"}]},
                {"Associations": [{"SubnetId": "subnet-1"}], "Routes": [{"GatewayId": "local"}]},
            ],
            Verdict.BAD,
        ),
    ],
)
def test_a_subnet_needs_a_way_to_s3_and_an_internet_gateway_is_none(tables: Any, verdict: Verdict) -> None:
    assert (
        resources_named.route_finding("subnet-1", tables, "com.amazonaws.us-east-1.s3", {"vpce-1"}).verdict is verdict
    )
