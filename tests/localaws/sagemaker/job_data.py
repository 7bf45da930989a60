"""What tests of jobs share: data in S3, and a role that SageMaker may assume."""

import json
from typing import Any

import numpy as np
import pytest


def rows(count: int, seed: int) -> np.ndarray:
    """Label first, four features."""
    features = np.random.default_rng(seed).random((count, 4)).round(4)
    return np.column_stack([features @ [1, 2, 3, 4], features]).astype(np.float32)


def csv(table: np.ndarray) -> bytes:
    return "".join(",".join(str(cell) for cell in row) + "\n" for row in table).encode()


TRAIN, VALIDATION = rows(300, 1), rows(100, 2)


@pytest.fixture(scope="session")
def job_role(aws) -> str:
    """A role that SageMaker may assume, for jobs."""
    return make_role(aws)


RUNNING = [
    {"Effect": "Allow", "Action": ["ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"], "Resource": "*"},
    {
        "Effect": "Allow",
        "Action": ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"],
        "Resource": "arn:aws:ecr:*:*:repository/*",
    },
    {
        "Effect": "Allow",
        "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": "arn:aws:logs:*:*:log-group:/aws/sagemaker/*",
    },
]
"""What SageMaker does as a role besides reading and writing data: pull the image, write logs and metrics."""


def make_role(aws: Any, name: str = "training") -> str:
    """Make a role that SageMaker may assume."""
    iam = aws.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    made = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    allowed = [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"], "Resource": "*"},
        {"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Encrypt", "kms:Decrypt"], "Resource": "*"},
        *RUNNING,
    ]
    iam.put_role_policy(
        RoleName=name,
        PolicyName="CanUseData",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": allowed}),
    )
    return made["Role"]["Arn"]


@pytest.fixture(scope="session")
def data(aws) -> str:
    """A bucket with ``train/train.csv`` and ``validation/validation.csv``."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="training-data")
    s3.put_object(Bucket="training-data", Key="train/train.csv", Body=csv(TRAIN))
    s3.put_object(Bucket="training-data", Key="validation/validation.csv", Body=csv(VALIDATION))
    return "training-data"
