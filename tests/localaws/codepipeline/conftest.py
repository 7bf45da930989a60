"""A bucket, a role and pipelines to try CodePipeline with."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.localaws.codepipeline.workbench import Workbench, zipped

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


@pytest.fixture(scope="session")
def role_arn(aws: Any) -> str:
    iam, name = aws.client("iam"), f"codepipeline-tests-{uuid.uuid4().hex[:8]}"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=role["RoleName"], PolicyName="Everything", PolicyDocument=json.dumps(everything))
    arn: str = role["Arn"]
    return arn


@pytest.fixture(scope="session")
def silent_function(aws: Any) -> str:
    """A function that takes its job and says nothing: the test answers in its place."""
    iam = aws.client("iam")
    trust = json.loads(json.dumps(TRUST).replace("codepipeline.", "lambda."))
    role = iam.create_role(RoleName="codepipeline-tests-function", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    code = zipped(index__py="def handler(event, context):\n    return None\n")
    aws.client("lambda").create_function(
        FunctionName="silent", Runtime="python3.12", Role=role["Arn"], Handler="index.handler", Code={"ZipFile": code}
    )
    return "silent"


@pytest.fixture
def bench(aws: Any, role_arn: str, unique: Callable[[str], str]) -> Workbench:
    bucket = unique("artifacts")
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    made = Workbench(aws, bucket, role_arn, unique)
    made.upload()
    return made
