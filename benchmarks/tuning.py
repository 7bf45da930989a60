"""What a search finds and what it costs: ``python -m benchmarks.tuning [--data abalone.csv] [--seeds 20] [--trials
50]``.

First the best objective of 20 Bayesian trials beside that of 20 random ones, medians over the seeds: the strategies
choose, and XGBoost trains in this process. The data are a CSV file whose last column is the label (or its first, with
``--label-first``), else made by seed. Then tuning jobs of 50 trials on an embedded AWS, 1, 2 and 4 at a time: the
overhead is the time in which a place for a trial had none, for each trial. The goals: Bayesian search is no worse, and
the overhead is below 200 ms.
"""

import argparse
import csv
import json
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
import xgboost

from rehearsal.localaws.sagemaker.tuning import strategies
from rehearsal.localaws.sagemaker.tuning.ranges import space_of
from rehearsal.localaws.sagemaker.tuning.strategies import Search, Tried
from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws

GOAL_SECONDS = 0.200
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
BUCKET = "bench-tuning"
ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_TRIALS_OF_A_SEARCH = 20
_ROUNDS = 60


def _range(name: str, low: str, high: str, scaling: str = "Linear") -> dict[str, str]:
    return {"Name": name, "MinValue": low, "MaxValue": high, "ScalingType": scaling}


RANGES = {
    "ContinuousParameterRanges": [
        _range("eta", "0.005", "0.8", "Logarithmic"),
        _range("subsample", "0.3", "1"),
        _range("colsample_bytree", "0.3", "1"),
        _range("min_child_weight", "0.5", "60", "Logarithmic"),
        _range("lambda", "0.01", "100", "Logarithmic"),
        _range("gamma", "0", "5"),
    ],
    "IntegerParameterRanges": [_range("max_depth", "1", "10")],
}
"""Much of this space is poor: too slow to learn in 60 rounds, or too quick."""


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--label-first", action="store_true")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--only", choices=("search", "overhead"))
    options = parser.parse_args()
    rows = read(options.data, options.label_first) if options.data else made()
    if options.only != "overhead":
        compare(rows, options.seeds)
    if options.only != "search":
        measure_overhead(rows, options.trials)


def read(file: Path, label_first: bool) -> np.ndarray:
    """Label first; words become numbers of their own, and a header is left out."""
    with open(file, newline="") as opened:
        lines = [line for line in csv.reader(opened) if line]
    body = lines[1:] if not any(_is_number(cell) for cell in lines[0]) else lines
    columns = list(zip(*body, strict=True))
    table = np.column_stack([_numbers(column) for column in columns])
    return table if label_first else np.roll(table, 1, axis=1)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _numbers(column: tuple[str, ...]) -> np.ndarray:
    if all(_is_number(cell) for cell in column):
        return np.array(column, dtype=float)
    return np.unique(np.array(column), return_inverse=True)[1].astype(float)


def made(count: int = 3000) -> np.ndarray:
    """A rule with bends and noise, label first."""
    random = np.random.default_rng(11)
    features = random.random((count, 8))
    labels = 10 * np.sin(features[:, 0] * features[:, 1] * 3) + 20 * (features[:, 2] - 0.5) ** 2 + 5 * features[:, 3]
    return np.column_stack([labels + random.normal(0, 1, count), features])


class Model:
    """Trains with the values of a trial and gives the RMSE on the rows held back."""

    def __init__(self, rows: np.ndarray) -> None:
        order = np.random.default_rng(0).permutation(len(rows))
        cut = int(0.75 * len(rows))
        train, held = rows[order[:cut]], rows[order[cut:]]
        self.train = xgboost.DMatrix(train[:, 1:], label=train[:, 0])
        self.held = xgboost.DMatrix(held[:, 1:], label=held[:, 0])

    def loss(self, values: dict[str, str]) -> float:
        settings = {**{name: float(value) for name, value in values.items()}, "max_depth": int(values["max_depth"])}
        told: dict[str, Any] = {}
        xgboost.train(
            {"objective": "reg:squarederror", "nthread": 1, "seed": 1, **settings},
            self.train,
            _ROUNDS,
            evals=[(self.held, "held")],
            evals_result=told,
            verbose_eval=False,
        )
        return float(told["held"]["rmse"][-1])


def compare(rows: np.ndarray, seeds: int) -> None:
    """Medians over the seeds of the best of 20 trials."""
    model, space = Model(rows), space_of(RANGES)
    found: dict[str, list[float]] = {}
    for strategy in ("Random", "Bayesian"):
        found[strategy] = [best_of(strategy, model, space, seed) for seed in range(seeds)]
    print(f"best RMSE of {_TRIALS_OF_A_SEARCH} trials on {len(rows):,} rows, {seeds} seeds")
    print(f"{'strategy':10} {'median':>9} {'best':>9} {'worst':>9}")
    for strategy, losses in found.items():
        print(f"{strategy:10} {statistics.median(losses):9.5f} {min(losses):9.5f} {max(losses):9.5f}")
    wins = sum(one < other for one, other in zip(found["Bayesian"], found["Random"], strict=True))
    no_worse = statistics.median(found["Bayesian"]) <= statistics.median(found["Random"])
    verdict = "no worse than random" if no_worse else "WORSE than random"
    print(f"Bayesian search is {verdict}; it finds the better one for {wins} of {seeds} seeds", flush=True)


def best_of(strategy: str, model: Model, space: Any, seed: int) -> float:
    """The best objective of one search, a trial after the other."""
    tried: list[Tried] = []
    for index in range(_TRIALS_OF_A_SEARCH):
        values = strategies.suggest(strategy, Search(space, False, seed, index, tuple(tried)))
        tried.append(Tried(values, model.loss(values), is_over=True))
    return min(each.objective for each in tried if each.objective is not None)


def measure_overhead(rows: np.ndarray, trials: int) -> None:
    """Tuning jobs of so many trials, more and more of them at a time."""
    aws = start_embedded_aws()
    try:
        bench = Bench(aws, rows)
        bench.run("Random", 2, 2)  # the first makes clients
        bench.run("Bayesian", 2, 2)  # and imports Optuna
        print(f"{'tuning job':34} {'seconds':>8} {'a trial itself':>15} {'overhead a trial':>17}")
        for strategy in ("Random", "Bayesian"):
            for parallel in (1, 2, 4):
                line(f"{strategy}, {trials} trials, {parallel} at a time", *bench.run(strategy, trials, parallel))
    finally:
        stop_embedded_aws(aws)


def line(what: str, seconds: float, own: float, overhead: float) -> None:
    """One line of the table."""
    verdict = "" if overhead < GOAL_SECONDS else f"   ABOVE the goal of {GOAL_SECONDS * 1000:.0f} ms"
    print(f"{what:34} {seconds:8.2f} {own * 1000:12.0f} ms {overhead * 1000:14.0f} ms{verdict}", flush=True)


class Bench:
    """The data in S3, a role, and tuning jobs that are run to their end."""

    def __init__(self, aws: EmbeddedAws, rows: np.ndarray) -> None:
        self.sagemaker, iam, s3 = aws.client("sagemaker"), aws.client("iam"), aws.client("s3")
        trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        self.role = iam.create_role(RoleName="bench", AssumeRolePolicyDocument=document)["Role"]["Arn"]
        iam.put_role_policy(RoleName="bench", PolicyName="All", PolicyDocument=json.dumps(ALLOW_ALL))
        s3.create_bucket(Bucket=BUCKET)
        for name, part in (("train", rows[::2]), ("validation", rows[1::2])):
            body = "\n".join(",".join(f"{cell:.6g}" for cell in row) for row in part)
            s3.put_object(Bucket=BUCKET, Key=f"{name}/rows.csv", Body=body.encode())
        self.made = 0

    def run(self, strategy: str, trials: int, parallel: int) -> tuple[float, float, float]:
        """The whole time, the mean time of a trial, and how long a place stood empty for each trial; in seconds."""
        self.made += 1
        name = f"bench-{self.made}"
        began = time.perf_counter()
        self.sagemaker.create_hyper_parameter_tuning_job(**self._request(name, strategy, trials, parallel))
        while (job := self._describe(name))["HyperParameterTuningJobStatus"] == "InProgress":
            time.sleep(0.02)
        seconds = time.perf_counter() - began
        if job["TrainingJobStatusCounters"]["Completed"] != trials:
            raise RuntimeError(job)
        listed = self.sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job")
        rows = [
            row for page in listed.paginate(HyperParameterTuningJobName=name) for row in page["TrainingJobSummaries"]
        ]
        own = sum((row["TrainingEndTime"] - row["CreationTime"]).total_seconds() for row in rows)
        return seconds, own / trials, (seconds * parallel - own) / trials

    def _describe(self, name: str) -> Any:
        return self.sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)

    def _request(self, name: str, strategy: str, trials: int, parallel: int) -> dict[str, Any]:
        def channel(each: str) -> dict[str, Any]:
            source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/{each}/"}
            return {"ChannelName": each, "ContentType": "text/csv", "DataSource": {"S3DataSource": source}}

        return {
            "HyperParameterTuningJobName": name,
            "HyperParameterTuningJobConfig": {
                "Strategy": strategy,
                "RandomSeed": 1,
                "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:rmse"},
                "ResourceLimits": {"MaxNumberOfTrainingJobs": trials, "MaxParallelTrainingJobs": parallel},
                "ParameterRanges": RANGES,
            },
            "TrainingJobDefinition": {
                "RoleArn": self.role,
                "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
                "StaticHyperParameters": {"num_round": str(_ROUNDS), "objective": "reg:squarederror"},
                "InputDataConfig": [channel("train"), channel("validation")],
                "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
                "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
                "StoppingCondition": {"MaxRuntimeInSeconds": 600},
            },
        }


if __name__ == "__main__":
    main()
