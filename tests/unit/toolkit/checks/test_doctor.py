"""Quotas, keys, permissions and region, as an account may answer them."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import NoRegionError

from rehearsal.toolkit.checks import doctor
from rehearsal.toolkit.checks.doctor import Finding, Verdict
from tests.unit.toolkit.fakes import Client, account, refused

KEY = "arn:aws:kms:us-east-1:111122223333:key/k"
TRAIN = {"Train/TrainModel": '{"traincompute": "ml.m5.xlarge", "instance-count": 30}'}
ROLE = "arn:aws:sts::111122223333:assumed-role/Teacher/me"


def examined(**clients: Client) -> dict[str, Finding]:
    known = {
        "sts": Client(get_caller_identity={"Account": "111122223333", "Arn": ROLE}),
        "iam": Client(simulate_principal_policy={"EvaluationResults": []}),
        "service_quotas": Client(list_service_quotas={"Quotas": []}),
        "kms": Client(describe_key=refused("NotFoundException")),
    }
    aws = account(**(known | clients))
    return {finding.check: finding for finding in doctor.examine_account(aws, TRAIN, KEY)}


def quotas(value: float) -> Client:
    found = [
        {"QuotaName": "ml.m5.xlarge for endpoint usage", "Value": 99.0},
        {"QuotaName": "ml.m5.xlarge for training job usage", "Value": value},
    ]
    return Client(list_service_quotas={"Quotas": found})


@pytest.mark.parametrize(("allowed", "verdict"), [(2.0, Verdict.BAD), (30.0, Verdict.GOOD), (31.0, Verdict.GOOD)])
def test_a_quota_must_suffice_for_all_attendees(allowed: float, verdict: Verdict) -> None:
    found = examined(service_quotas=quotas(allowed))["quota ml.m5.xlarge for training job usage"]
    assert (found.verdict, found.found) == (verdict, f"{allowed:g} allowed, 30 needed")
    assert "Service Quotas" in found.remedy or verdict is Verdict.GOOD


def test_an_instance_type_without_quota_is_unknown() -> None:
    found = examined()["quota ml.m5.xlarge"]
    assert found.verdict is Verdict.UNKNOWN
    assert "spelling" in found.remedy


def test_quotas_that_may_not_be_read_are_unknown() -> None:
    denied = Client(list_service_quotas=refused("AccessDeniedException"))
    assert examined(service_quotas=denied)["quota ml.m5.xlarge"].verdict is Verdict.UNKNOWN


def key(**members: Any) -> Client:
    return Client(describe_key={"KeyMetadata": {"Arn": KEY, "Enabled": True, "KeyManager": "CUSTOMER", **members}})


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
    found = examined(kms=key(**members))["key"]
    assert found.verdict is verdict
    assert says in found.found


def test_a_key_that_is_not_there_is_bad() -> None:
    assert examined()["key"].verdict is Verdict.BAD


def test_permissions_are_asked_for_the_role_behind_the_session_and_the_missing_named() -> None:
    results = [
        {"EvalActionName": "s3:CreateBucket", "EvalDecision": "allowed"},
        {"EvalActionName": "iam:PassRole", "EvalDecision": "implicitDeny"},
    ]
    iam = Client(simulate_principal_policy={"EvaluationResults": results})
    found = examined(iam=iam)["permissions"]
    assert (found.verdict, found.found) == (Verdict.BAD, "not allowed: iam:PassRole")
    assert iam.requests[0][1]["PolicySourceArn"] == "arn:aws:iam::111122223333:role/Teacher"


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


def test_what_the_account_does_not_offer_is_unknown_and_nothing_can_be_done() -> None:
    missing = Client(list_service_quotas=refused("NotImplemented"))
    found = examined(service_quotas=missing)["quota ml.m5.xlarge"]
    assert (found.verdict, found.remedy) == (Verdict.UNKNOWN, "")


def test_the_machine_is_examined(tmp_path: Path) -> None:
    checks = {finding.check: finding.verdict for finding in doctor.examine_machine(0, tmp_path)}
    assert checks["Python"] is Verdict.GOOD
    assert checks["system"] is Verdict.GOOD
    assert {"port 0", "memory", "disk"} <= checks.keys()
