"""AWS's managed policies come in when somebody asks for one."""

from types import SimpleNamespace

import pytest

from rehearsal.localaws.authorizer.iam import managed_policies
from rehearsal.localaws.authorizer.iam.managed_policies import ManagedPolicies

AWS_OWN = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def backend(monkeypatch):
    """An IAM backend as the policies see it, with one policy of AWS's and a note of each reading."""
    made = SimpleNamespace(account_id="123456789012", region_name="us-east-1", aws_managed_policies=[], reads=0)

    def read(_backend):
        made.reads += 1
        return [SimpleNamespace(arn=AWS_OWN)]

    monkeypatch.setattr(managed_policies, "_aws_policies", read)
    return made


def test_policies_of_the_account_do_not_read_them(backend):
    policies = ManagedPolicies(backend)
    policies["arn:aws:iam::123456789012:policy/mine"] = "mine"
    assert "arn:aws:iam::123456789012:policy/other" not in policies
    assert policies["arn:aws:iam::123456789012:policy/mine"] == "mine"
    assert backend.reads == 0


def test_one_of_aws_and_all_of_them_read_them_once(backend):
    policies = ManagedPolicies(backend)
    assert AWS_OWN in policies
    assert policies.get(AWS_OWN).arn == AWS_OWN
    assert [policy.arn for policy in policies.values()] == [AWS_OWN]
    assert backend.reads == 1
