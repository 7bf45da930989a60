"""``rehearse exec``: a program of the user's, unchanged, against the embedded AWS."""

import json
import sys
import textwrap

from tests.conftest import EmbeddedAws
from tests.end_to_end.rehearse import rehearse

PROGRAM = """
import boto3, os, sys
named = boto3.client("sts", "eu-west-1", endpoint_url="https://sts.eu-west-1.amazonaws.com")
print(boto3.client("sts").get_caller_identity()["Arn"], named.get_caller_identity()["Account"])
print(os.environ.get("AWS_PROFILE"), os.path.basename(os.environ["SAGEMAKER_ADMIN_CONFIG_OVERRIDE"]))
sys.exit(3)
"""


def exec_program(aws: EmbeddedAws, *options: str) -> list[str]:
    """The lines of the program."""
    words = ("exec", "--port", str(aws.announced.port), *options, "--", sys.executable, "-c", textwrap.dedent(PROGRAM))
    done = rehearse(*words, env={"AWS_PROFILE": "mine", "AWS_ENDPOINT_URL_STS": "https://sts.amazonaws.com"})
    assert done.exit_code == 3, done.err
    return done.out.splitlines()


def test_a_programs_every_client_goes_there_as_the_administrator(aws) -> None:
    caller, settings = exec_program(aws)
    account = aws.announced.account_id
    assert caller == f"arn:aws:iam::{account}:user/admin {account}"
    assert settings == "None sagemaker-sdk.yaml"


def test_a_program_acts_as_a_role_that_only_a_service_may_assume(aws, unique) -> None:
    name, account = unique("notebook"), aws.announced.account_id
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)
    assert exec_program(aws, "--role", name)[0] == f"arn:aws:sts::{account}:assumed-role/{name}/SageMaker {account}"


def test_a_role_a_program_or_a_server_that_is_not_there_is_named(aws) -> None:
    port = str(aws.announced.port)
    absent = rehearse("exec", "--port", port, "--role", "nobody", "--", "true")
    assert (absent.exit_code, "there is no role 'nobody'" in absent.err) == (2, True)
    assert "there is no program nowhere" in rehearse("exec", "--port", port, "--", "nowhere").err
    assert "no embedded AWS runs on port 1" in rehearse("exec", "--port", "1", "--", "true").err
