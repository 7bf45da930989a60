"""What tests of hosting share: a small trained model, its artifact in S3, a role that may read it, and endpoints that
are removed again."""

import io
import json
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from tests.localaws.sagemaker.job_data import RUNNING, data, job_role
from tests.localaws.waiting import wait_until

__all__ = ["data", "job_role"]  # fixtures

FEATURES = 4
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"


@dataclass(frozen=True)
class Trained:
    """A booster and the rows that it was trained on."""

    booster: xgboost.Booster
    rows: np.ndarray

    def artifact(self) -> bytes:
        """model.tar.gz"""
        return tar_gz({"xgboost-model": bytes(self.booster.save_raw("ubj"))})

    def predictions(self, count: int) -> list[float]:
        return self.booster.inplace_predict(self.rows[:count]).tolist()

    def csv(self, count: int) -> bytes:
        return "".join(",".join(map(repr, map(float, row))) + "\n" for row in self.rows[:count]).encode()


def tar_gz(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def train(seed: int) -> Trained:
    random = np.random.default_rng(seed)
    rows = random.random((200, FEATURES)).astype(np.float32)
    labels = rows @ np.arange(1, FEATURES + 1) + seed
    settings = {"max_depth": 3, "nthread": 1, "base_score": 0.5}
    return Trained(xgboost.train(settings, xgboost.DMatrix(rows, label=labels), 10), rows)


@pytest.fixture(scope="session")
def trained() -> Trained:
    return train(0)


@pytest.fixture(scope="session")
def trained_otherwise() -> Trained:
    """Answers far from those of ``trained``."""
    return train(100)


@pytest.fixture(scope="session")
def role(aws) -> str:
    """A role that SageMaker may assume and that may do what hosting needs in S3."""
    iam = aws.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    made = iam.create_role(
        RoleName="hosting", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    actions = ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "kms:GenerateDataKey", "kms:Decrypt"]
    actions.append("cloudwatch:DescribeAlarms")  # those that may roll an update back
    allowed = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    iam.put_role_policy(
        RoleName="hosting",
        PolicyName="CanUseData",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed, *RUNNING]}),
    )
    return made["Role"]["Arn"]


@pytest.fixture(scope="session")
def bucket(aws, trained, trained_otherwise) -> str:
    """Holds ``model.tar.gz`` and ``other.tar.gz``."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="hosted-models")
    s3.put_object(Bucket="hosted-models", Key="model.tar.gz", Body=trained.artifact())
    s3.put_object(Bucket="hosted-models", Key="other.tar.gz", Body=trained_otherwise.artifact())
    return "hosted-models"


def model_servers(aws: Any) -> list[int]:
    """The process ids of the servers that the embedded AWS's model host has forked."""
    hosts = [child for child in _children(aws.announced.pid) if "model_host" in _told(f"/proc/{child}/cmdline")]
    return [server for host in hosts for server in _children(host)]


def _children(process_id: int) -> list[int]:
    threads = Path(f"/proc/{process_id}/task").glob("*/children")
    return [int(child) for thread in threads for child in _told(thread).split()]


def _told(file: str | Path) -> str:
    """What /proc says; nothing of a process or thread that has just ended."""
    try:
        return Path(file).read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


@dataclass
class Hosting:
    """Makes models, configurations and endpoints of names of its own."""

    client: Any
    runtime: Any
    s3: Any
    role: str
    bucket: str
    unique: Callable[[str], str]
    made: list[str]

    def model(self, key: str = "model.tar.gz", **container: Any) -> str:
        name = self.unique("model") + f"-{len(self.made)}"
        self.made.append(name)
        definition = {"Image": IMAGE, "ModelDataUrl": f"s3://{self.bucket}/{key}", **container}
        self.client.create_model(ModelName=name, ExecutionRoleArn=self.role, PrimaryContainer=definition)
        return name

    def variant(self, model: str, name: str = "AllTraffic", *, count: int = 1, weight: float = 1.0) -> dict[str, Any]:
        return {
            "VariantName": name,
            "ModelName": model,
            "InstanceType": "ml.m5.large",
            "InitialInstanceCount": count,
            "InitialVariantWeight": weight,
        }

    def config(self, *variants: dict[str, Any], **members: Any) -> str:
        name = self.unique("config") + f"-{len(self.made)}"
        self.made.append(name)
        self.client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[*variants], **members)
        return name

    def endpoint(self, config: str | None = None, **members: Any) -> str:
        """An endpoint in service."""
        name = self.unique("endpoint") + f"-{len(self.made)}"
        self.made.append(name)
        self.client.create_endpoint(
            EndpointName=name, EndpointConfigName=config or self.config(self.variant(self.model())), **members
        )
        description = self.settled(name)
        assert description["EndpointStatus"] == "InService", description
        return name

    def settled(self, name: str) -> dict[str, Any]:
        """The endpoint's description once nothing is under way."""

        def description() -> Any:
            answer = self.client.describe_endpoint(EndpointName=name)
            return answer if answer["EndpointStatus"] in ("InService", "Failed", "OutOfService") else None

        return wait_until(description, f"{name} settles")

    def invoke(self, name: str, body: bytes, **members: Any) -> bytes:
        answer = self.runtime.invoke_endpoint(EndpointName=name, Body=body, **{"ContentType": "text/csv", **members})
        return answer["Body"].read()


@pytest.fixture
def hosting(aws, role, bucket, unique) -> Iterator[Hosting]:
    made = Hosting(aws.client("sagemaker"), aws.client("sagemaker-runtime"), aws.client("s3"), role, bucket, unique, [])
    yield made
    for name in made.made:
        if name.startswith("endpoint"):
            made.settled(name) if _exists(made.client, name) else None
            made.client.delete_endpoint(EndpointName=name) if _exists(made.client, name) else None


@pytest.fixture(scope="module")
def served(aws, role, bucket, request) -> str:
    """The name of one endpoint that all tests of a module ask."""
    module = request.module.__name__.rpartition("_")[2]
    clients = aws.client("sagemaker"), aws.client("sagemaker-runtime"), aws.client("s3")
    return Hosting(*clients, role, bucket, lambda stem: f"{stem}-of-{module}", []).endpoint()


def _exists(client: Any, name: str) -> bool:
    return any(found["EndpointName"] == name for found in client.list_endpoints(NameContains=name)["Endpoints"])
