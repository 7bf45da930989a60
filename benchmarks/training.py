"""A training job beside a bare script that trains the same: ``python -m benchmarks.training`` prints a table with
ratios.

Both train 100,000 x 30 rows for 100 rounds, the script as a whole process from its start to its saved model, the job
from CreateTrainingJob to Completed. The runs alternate, on an idle machine and with one core kept busy; the table has
medians.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import numpy as np

from rehearsal.localaws.ground import announcement

BUCKET = "benchmark-training"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
HYPERPARAMETERS = {"objective": "reg:squarederror", "max_depth": "6", "eta": "0.3"}
SCRIPT = """
import sys
import numpy as np
import xgboost
table = np.loadtxt(sys.argv[1], delimiter=",", dtype=np.float32)
matrix = xgboost.DMatrix(table[:, 1:], label=table[:, 0])
parameters = {"objective": "reg:squarederror", "max_depth": 6, "eta": 0.3}
model = xgboost.train(parameters, matrix, int(sys.argv[2]), evals=[(matrix, "train")], verbose_eval=False)
model.save_model(sys.argv[3])
"""
JOB_LIMIT, SCRIPT_LIMIT_BUSY = 1.4, 2.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--columns", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, embedded_aws() as found:
        data = write_data(Path(folder, "train.csv"), options.rows, options.columns)
        account = Account(found, data)
        idle = measure(data, account, options)
        with busy_core():
            busy = measure(data, account, options)
    print(f"{options.rows:,} x {options.columns}, {options.rounds} rounds: medians of {options.repeat}, seconds")
    print(f"{'machine':18} {'bare script':>12} {'job':>8} {'ratio':>7} {'limit':>7}")
    print(f"{'idle':18} {idle[0]:12.2f} {idle[1]:8.2f} {idle[1] / idle[0]:7.2f} {JOB_LIMIT:7.1f}")
    print(f"{'one core busy':18} {busy[0]:12.2f} {busy[1]:8.2f} {busy[1] / busy[0]:7.2f}")
    print(f"{'job busy / script':18} {idle[0]:12.2f} {busy[1]:8.2f} {busy[1] / idle[0]:7.2f} {SCRIPT_LIMIT_BUSY:7.1f}")


def write_data(file: Path, rows: int, columns: int) -> Path:
    """Label first; a linear rule with noise."""
    random = np.random.default_rng(1)
    features = random.random((rows, columns))
    labels = features @ np.linspace(1, 3, columns) + random.normal(0, 0.1, rows)
    np.savetxt(file, np.column_stack([labels, features]), delimiter=",", fmt="%.6g")
    return file


def measure(data: Path, account: "Account", options: argparse.Namespace) -> tuple[float, float]:
    """Medians of the script and of the job."""
    account.job_seconds(1)  # the first job also makes clients
    pairs = [(script_seconds(data, options.rounds), account.job_seconds(options.rounds)) for _ in range(options.repeat)]
    scripts, jobs = zip(*pairs, strict=True)
    return statistics.median(scripts), statistics.median(jobs)


def script_seconds(data: Path, rounds: int) -> float:
    """The bare script's whole process."""
    started = time.perf_counter()
    model = data.with_name("model.ubj")
    subprocess.run([sys.executable, "-c", SCRIPT, str(data), str(rounds), str(model)], check=True)
    return time.perf_counter() - started


class Account:
    """The data in S3, a role, and jobs."""

    def __init__(self, found: announcement.Announcement, data: Path) -> None:
        self._session = boto3.session.Session(found.access_key_id, found.secret_access_key, region_name=found.region)
        self._url = found.url
        self._jobs = 0
        s3 = self._client("s3")
        s3.create_bucket(Bucket=BUCKET)
        s3.upload_file(str(data), BUCKET, "train/train.csv")
        self._sagemaker = self._client("sagemaker")
        self._role = self._make_role()

    def _client(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self._url)

    def _make_role(self) -> str:
        iam = self._client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        policy = {"Effect": "Allow", "Action": ["s3:*", "ecr:*", "logs:*", "cloudwatch:*"], "Resource": "*"}
        role = iam.create_role(RoleName="benchmark", AssumeRolePolicyDocument=document(trust))
        iam.put_role_policy(RoleName="benchmark", PolicyName="data", PolicyDocument=document(policy))
        return str(role["Role"]["Arn"])

    def job_seconds(self, rounds: int) -> float:
        """From CreateTrainingJob to Completed."""
        self._jobs += 1
        name = f"benchmark-{self._jobs}"
        source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/train/"}
        started = time.perf_counter()
        self._sagemaker.create_training_job(
            TrainingJobName=name,
            RoleArn=self._role,
            AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            HyperParameters={**HYPERPARAMETERS, "num_round": str(rounds)},
            InputDataConfig=[
                {"ChannelName": "train", "ContentType": "text/csv", "DataSource": {"S3DataSource": source}}
            ],
            OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/models"},
            ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
            StoppingCondition={"MaxRuntimeInSeconds": 600},
        )
        while (job := self._sagemaker.describe_training_job(TrainingJobName=name))["TrainingJobStatus"] == "InProgress":
            time.sleep(0.02)
        seconds = time.perf_counter() - started
        if job["TrainingJobStatus"] != "Completed":
            raise RuntimeError(job["FailureReason"])
        return seconds


def document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@contextmanager
def embedded_aws() -> Iterator[announcement.Announcement]:
    """One on a free port."""
    program = [sys.executable, "-m", "rehearsal.localaws.server", "--port", "0", "--with-parent"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        line = server.stdout.readline()
        found = announcement.read(int(line.rsplit(":", 1)[1]))
        assert found is not None
        yield found
        server.stdin.close()


@contextmanager
def busy_core() -> Iterator[None]:
    """A process that never rests."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as spinning:
        yield
        spinning.kill()


if __name__ == "__main__":
    main()
