"""Callers, permissions, quotas and keys, as an account may answer them."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import NoRegionError

from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.checks import actions, doctor, keys, machine, quotas
from rehearsal.toolkit.checks.findings import Finding, Verdict
from rehearsal.toolkit.checks.quotas import Load
from tests.unit.toolkit.fakes import Client, account, refused

ACCOUNT = "111122223333"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/Teacher/me"
SSO_PATH = "aws-reserved/sso.amazonaws.com/eu-west-1"
OPEN = '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*"}]}'


def caller(arn: str) -> Client:
    return Client(get_caller_identity={"Account": ACCOUNT, "Arn": arn})


def iam(*denied: str, role: Any = None) -> Client:
    def simulate(PolicySourceArn: str, ActionNames: list[str], ResourceArns: list[str]) -> dict[str, Any]:
        assert not any("{" in arn for arn in ResourceArns), "a resource is not filled in"
        decisions = [(name, "implicitDeny" if name in denied else "allowed") for name in ActionNames]
        return {"EvaluationResults": [{"EvalActionName": name, "EvalDecision": said} for name, said in decisions]}

    known = {"Role": {"Arn": f"arn:aws:iam::{ACCOUNT}:role/Teacher"}}
    return Client(simulate_principal_policy=simulate, get_role=role or known)


def quota_lists(applied: dict[str, float] | Exception, default: dict[str, float] | Exception) -> Client:
    def listed(values: dict[str, float] | Exception) -> Any:
        if isinstance(values, Exception):
            return values
        return {"Quotas": [{"QuotaName": name, "Value": value} for name, value in values.items()]}

    return Client(list_service_quotas=listed(applied), list_aws_default_service_quotas=listed(default))


def examined(load: Load | None = None, **clients: Client) -> dict[str, Finding]:
    known = {
        "sts": caller(SESSION),
        "iam": iam(),
        "service_quotas": quota_lists({}, {}),
        "kms": Client(describe_key=refused("NotFoundException"), get_key_policy={"Policy": OPEN}),
    }
    aws = account(**(known | clients))
    found = doctor.examine_account(aws, Workshop("sde"), load or Load(), KEY)
    return {finding.check: finding for finding in found}


# ------------------------------------------------------------------ who calls


def simulated_for(arn: str, role: Any = None) -> tuple[Finding, list[str]]:
    client = iam(role=role)
    found = examined(sts=caller(arn), iam=client)["permissions"]
    asked = [request["PolicySourceArn"] for name, request in client.requests if name == "simulate_principal_policy"]
    return found, sorted(set(asked))


def test_a_role_is_simulated_under_the_arn_with_its_path_as_identity_center_gives_every_role_one() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/{SSO_PATH}/AWSReservedSSO_Admin_01"
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_01/jane@example.com"
    found, asked = simulated_for(session, role={"Role": {"Arn": arn}})
    assert (found.verdict, asked) == (Verdict.GOOD, [arn])


def test_a_user_is_simulated_as_they_are() -> None:
    user = f"arn:aws:iam::{ACCOUNT}:user/teachers/jane"
    assert simulated_for(user)[1] == [user]


@pytest.mark.parametrize(
    ("arn", "says"),
    [
        (f"arn:aws:iam::{ACCOUNT}:root", "root user"),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/jane", "federated user"),
    ],
)
def test_who_cannot_be_simulated_is_unknown_and_not_bad(arn: str, says: str) -> None:
    found, asked = simulated_for(arn)
    assert (found.verdict, asked) == (Verdict.UNKNOWN, [])
    assert says in found.found


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchEntity"])
def test_a_role_that_may_not_be_read_is_unknown(code: str) -> None:
    assert simulated_for(SESSION, role=refused(code))[0].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("code", ["NoSuchEntity", "InvalidInput", "ValidationError", "AccessDenied"])
def test_a_simulation_that_iam_refuses_is_unknown(code: str) -> None:
    client = Client(simulate_principal_policy=refused(code), get_role={"Role": {"Arn": "arn"}})
    assert examined(iam=client)["permissions"].verdict is Verdict.UNKNOWN


# ------------------------------------------------------------------ permissions


def test_what_every_workshop_needs_is_bad_without_and_options_warn() -> None:
    found = examined(iam=iam("iam:PassRole", "codebuild:CreateProject"))
    assert (found["permissions"].verdict, found["permissions"].found) == (Verdict.BAD, "not allowed: iam:PassRole")
    option = found["permissions of BuildFunctions"]
    assert (option.verdict, option.found) == (Verdict.WARNING, "not allowed: codebuild:CreateProject")
    assert "permissions of Monitoring" not in found


def test_the_simulation_is_on_the_suffixs_own_resources() -> None:
    client = iam()
    examined(iam=client)
    arns = {
        arn
        for name, request in client.requests
        if name == "simulate_principal_policy"
        for arn in request["ResourceArns"]
    }
    assert "arn:aws:s3:::mlops-builtinalgo-data-sde" in arns
    assert f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:MLOps-BIA-TrainModel-sde" in arns
    assert all("sde" in arn for arn in arns - {"*"})


def test_every_action_is_one_that_iam_knows() -> None:
    from policy_sentry.querying.all import get_all_actions

    known = {action.lower() for action in get_all_actions()}
    assert {action for row in actions.TABLE for action in row.actions if action.lower() not in known} == set()


# ------------------------------------------------------------------ quotas

TRAINING, ENDPOINTS = "ml.m5.xlarge for training job usage", "ml.m5.large for endpoint usage"


def test_an_endpoint_more_than_environments_is_needed_because_an_update_holds_both_fleets() -> None:
    enough = {TRAINING: 1.0, ENDPOINTS: 2.0, quotas.ALL_ENDPOINTS: 3.0}
    found = examined(service_quotas=quota_lists(enough, {}))
    assert found[f"quota {TRAINING}"].verdict is Verdict.GOOD
    assert (found[f"quota {ENDPOINTS}"].verdict, found[f"quota {ENDPOINTS}"].found) == (
        Verdict.BAD,
        "2 allowed (applied), 3 needed",
    )
    assert found[f"quota {quotas.ALL_ENDPOINTS}"].verdict is Verdict.GOOD


def test_a_class_with_production_needs_all_of_it_for_everybody() -> None:
    wanted = {each.name: each.needed for each in Load(attendees=30, environments=3, builds=True).wanted()}
    assert (wanted[TRAINING], wanted[ENDPOINTS], wanted[quotas.CONCURRENT_BUILDS]) == (30, 120, 30)


def test_a_new_account_has_the_defaults_where_nothing_was_applied() -> None:
    found = examined(service_quotas=quota_lists({TRAINING: 0.0}, {TRAINING: 4.0, ENDPOINTS: 4.0}))
    assert found[f"quota {TRAINING}"].found == "0 allowed (applied), 1 needed", "what is applied wins over the default"
    assert found[f"quota {ENDPOINTS}"].found == "4 allowed (default), 3 needed"


def test_a_quota_that_neither_list_has_is_unknown() -> None:
    found = examined()[f"quota {TRAINING}"]
    assert found.verdict is Verdict.UNKNOWN
    assert "spelling" in found.remedy


def test_defaults_count_where_applied_values_may_not_be_read() -> None:
    found = examined(service_quotas=quota_lists(refused("AccessDeniedException"), {ENDPOINTS: 3.0}))
    assert found[f"quota {ENDPOINTS}"].verdict is Verdict.GOOD


@pytest.mark.parametrize(("code", "remedy"), [("AccessDeniedException", True), ("NotImplemented", False)])
def test_quotas_that_are_not_to_be_learnt_are_unknown(code: str, remedy: bool) -> None:
    found = examined(service_quotas=quota_lists(refused(code), refused(code)))["quotas"]
    assert (found.verdict, bool(found.remedy)) == (Verdict.UNKNOWN, remedy)


# ------------------------------------------------------------------ the key


@pytest.mark.parametrize(
    ("members", "verdict", "says"),
    [
        ({}, Verdict.GOOD, "is enabled"),
        ({"Enabled": False, "KeyState": "PendingDeletion"}, Verdict.BAD, "PendingDeletion"),
        ({"KeyUsage": "SIGN_VERIFY"}, Verdict.BAD, "SIGN_VERIFY"),
        ({"KeyManager": "AWS"}, Verdict.WARNING, "managed by AWS"),
    ],
)
def test_a_key_must_be_usable_by_the_services_that_need_it(
    members: dict[str, Any], verdict: Verdict, says: str
) -> None:
    described = {"KeyMetadata": {"Arn": KEY, "Enabled": True, "KeyManager": "CUSTOMER", **members}}
    found = examined(kms=Client(describe_key=described, get_key_policy={"Policy": OPEN}))
    assert found["key"].verdict is verdict
    assert says in found["key"].found
    assert ("key policy" in found) == (verdict is Verdict.GOOD)


def test_a_key_that_is_not_there_is_bad() -> None:
    assert examined()["key"].verdict is Verdict.BAD


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": ["kms:*"]}, Verdict.GOOD),
        ({"Principal": {"AWS": [ACCOUNT]}, "Action": "kms:*"}, Verdict.GOOD),
        ({"Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "kms:*"}, Verdict.WARNING),
        ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/Admin"}, "Action": "kms:*"}, Verdict.WARNING),
        ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:Describe*"}, Verdict.WARNING),
    ],
)
def test_a_keys_policy_must_leave_it_to_iam(statement: dict[str, Any], verdict: Verdict) -> None:
    policy = {"Statement": [{"Effect": "Allow", **statement}]}
    assert keys.policy_finding(policy, ACCOUNT).verdict is verdict


# ------------------------------------------------------------------ the rest


def test_bad_credentials_are_bad_and_end_the_examination() -> None:
    found = examined(sts=Client(get_caller_identity=refused("ExpiredToken")))
    assert list(found) == ["credentials"]
    assert found["credentials"].verdict is Verdict.BAD
    assert "expired" in found["credentials"].found


def test_settings_that_name_no_account_are_a_finding() -> None:
    found = doctor.unreachable(NoRegionError())
    assert (found.check, found.verdict) == ("account", Verdict.BAD)
    assert "region" in found.found
    assert "--region" in found.remedy


def test_the_machine_is_examined(tmp_path: Path) -> None:
    checks = {finding.check: finding.verdict for finding in machine.examine(0, tmp_path)}
    assert checks["Python"] is Verdict.GOOD
    assert checks["system"] is Verdict.GOOD
    assert {"port 0", "memory", "disk"} <= checks.keys()
