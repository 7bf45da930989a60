"""EvaluateModel's speed and memory: ``python -m benchmarks.evaluate [--rows N ...]`` prints a table and the ratios.

The real function in its sandbox of 256 MB evaluates a file of N rows on the embedded AWS, beside

    (a) one row a call over one connection, as the well-known version of the workshop does it (on a sample), and
    (b) pyarrow.csv and XGBoost's inplace_predict in one process, which needs no endpoint at all.

Several ``--rows`` show that memory stays flat: ``--rows 1800000 18000000`` are 0.1 and 1 GB. Needs pyarrow.
"""

import argparse
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rehearsal.cli import embedded
from rehearsal.cli.embedded import Launch
from rehearsal.toolkit import workshop
from rehearsal.toolkit.aws import account
from rehearsal.toolkit.aws.account import Access, Aws
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.data import dataset
from rehearsal.toolkit.data.dataset import DataFolder
from rehearsal.toolkit.project import Project
from rehearsal.toolkit.workshop import Phases, Plan

ROOT = Path(__file__).parents[1]
SAMPLE_ROWS = 1_000
WORKSHOP = Workshop("bench")
ENDPOINT = "winequality-bench-Test"
REPORT = re.compile(r"\bDuration: ([0-9.]+) ms.*Max Memory Used: ([0-9]+) MB")

ONE_PROCESS = """
import sys, time, json, numpy as np, pyarrow.csv as csv, xgboost as xgb
booster = xgb.Booster(model_file=sys.argv[1])
began = time.perf_counter()
table = csv.read_csv(sys.argv[2], read_options=csv.ReadOptions(autogenerate_column_names=True))
columns = [column.to_numpy() for column in table.columns]
labels, features = columns[0], np.column_stack(columns[1:]).astype(np.float32)
rmse = float(np.sqrt(np.mean((labels - booster.inplace_predict(features)) ** 2)))
print(json.dumps({"seconds": time.perf_counter() - began, "rmse": rmse}))
"""


@dataclass(frozen=True)
class Measured:
    """What one file showed."""

    rows: int
    function_seconds: float
    function_megabytes: int
    calls: int
    one_row_a_second: float
    one_process_seconds: float

    def lines(self) -> list[str]:
        """For people."""
        speed, process = self.rows / self.function_seconds, self.rows / self.one_process_seconds
        return [
            f"{self.rows:>12,} rows   {speed:>10,.0f} rows/s   {self.function_megabytes} MB   in {self.calls} call(s)",
            f"   (a) one row a call     {self.one_row_a_second:>10,.0f} rows/s   the function is "
            f"{speed / self.one_row_a_second:,.0f} x",
            f"   (b) one process        {process:>10,.0f} rows/s   the function is {speed / process:.2f} x",
        ]


def measure(rows: int) -> Measured:
    """Run the workshop with a test file of ``rows`` rows."""
    with tempfile.TemporaryDirectory(prefix="evaluate-") as name, embedded.running(Launch()) as running:
        folder, announced = Path(name), running.announced
        keys = {"access_key_id": announced.access_key_id, "secret_access_key": announced.secret_access_key}
        aws = account.reach(Access(region=announced.region, endpoint_url=announced.url, **keys))
        data = _data(folder / "data", rows)
        plan = Plan(WORKSHOP, Project(ROOT), data, ROOT / "training-config")
        found = workshop.rehearse(aws, plan, folder, Phases(), lambda _: None)
        evaluation = next(each for each in found.evaluations if each.action == "FullTest")
        assert evaluation.rows == rows
        invocations = _invocations(aws)
        process_seconds, rmse = _one_process(aws, folder)
        assert abs(rmse - evaluation.metrics["rmse"]) < 1e-5 * rmse, (rmse, evaluation.metrics)
        return Measured(
            rows=rows,
            function_seconds=sum(seconds for seconds, _ in invocations),
            function_megabytes=max(megabytes for _, megabytes in invocations),
            calls=len(invocations),
            one_row_a_second=_one_row_a_call(aws, folder / "data/test/test.csv"),
            one_process_seconds=process_seconds,
        )


def _data(folder: Path, rows: int) -> DataFolder:
    """The project's data, its test rows repeated."""
    for name in ("train", "validation", "test"):
        (folder / name).mkdir(parents=True)
        source = (ROOT / "Data" / name / f"{name}.csv").read_text()
        lines = source.splitlines(keepends=True)
        with (folder / name / f"{name}.csv").open("w") as file:
            whole, rest = divmod(rows, len(lines)) if name == "test" else (1, 0)
            for _ in range(whole):
                file.write(source)
            file.writelines(lines[:rest])
    return dataset.check(folder)


def _invocations(aws: Aws) -> list[tuple[float, int]]:
    """Seconds and megabytes of each call of the full test: all but the first, which is the smoke test's."""
    pages = aws.client("logs").get_paginator("filter_log_events")
    group = f"/aws/lambda/MLOps-BIA-EvaluateModel-{WORKSHOP.suffix}"
    events = [
        each
        for page in pages.paginate(logGroupName=group, filterPattern='"REPORT RequestId"')
        for each in page["events"]
    ]
    found = [REPORT.search(each["message"]) for each in sorted(events, key=lambda event: event["timestamp"])]
    return [(float(each[1]) / 1000, int(each[2])) for each in found if each][1:]


def _one_process(aws: Aws, folder: Path) -> tuple[float, float]:
    model = _model(aws, folder)
    program = [sys.executable, "-c", ONE_PROCESS, str(model), str(folder / "data/test/test.csv")]
    told = json.loads(subprocess.run(program, stdout=subprocess.PIPE, text=True, check=True).stdout)
    return told["seconds"], told["rmse"]


def _model(aws: Aws, folder: Path) -> Path:
    sagemaker = aws.client("sagemaker")
    config = sagemaker.describe_endpoint(EndpointName=ENDPOINT)["EndpointConfigName"]
    model = sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"][0]["ModelName"]
    bucket, _, key = sagemaker.describe_model(ModelName=model)["PrimaryContainer"]["ModelDataUrl"][5:].partition("/")
    aws.client("s3").download_file(bucket, key, str(folder / "model.tar.gz"))
    with tarfile.open(folder / "model.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return (folder / "xgboost-model").rename(folder / "model.ubj")


def _one_row_a_call(aws: Aws, file: Path) -> float:
    """Rows a second of the simplest loop."""
    runtime = aws.client("sagemaker-runtime")
    with file.open() as lines:
        sample = [next(lines).partition(",")[2].strip() for _ in range(SAMPLE_ROWS)]
    began = time.perf_counter()
    for row in sample:
        answer = runtime.invoke_endpoint(EndpointName=ENDPOINT, ContentType="text/csv", Body=row)
        float(answer["Body"].read())
    return SAMPLE_ROWS / (time.perf_counter() - began)


def main() -> None:
    """Measure each size."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    for rows in options.parse_args().rows:
        print("\n".join(measure(rows).lines()), flush=True)


if __name__ == "__main__":
    main()
