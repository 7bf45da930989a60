"""Batch transform of a million rows beside pyarrow.csv and inplace_predict in one process: ``python -m
benchmarks.transform``.

Needs ``pip install .[benchmark]``.
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pyarrow as pa
import pyarrow.csv

from benchmarks.invoke import FEATURES, deploy, prepare, process, train
from rehearsal.localaws.ground import announcement

_BARE = """
import sys, time, numpy as np, pyarrow.csv, xgboost
booster = xgboost.Booster(model_file=sys.argv[1])
booster.set_param({"nthread": int(sys.argv[4])})
started = time.perf_counter()
table = pyarrow.csv.read_csv(sys.argv[2], read_options=pyarrow.csv.ReadOptions(autogenerate_column_names=True))
rows = np.column_stack([column.to_numpy() for column in table.columns]).astype(np.float32)
predictions = booster.inplace_predict(rows)
pyarrow.csv.write_csv(pyarrow.table({"p": predictions}), sys.argv[3], pyarrow.csv.WriteOptions(include_header=False))
print(time.perf_counter() - started)
"""


def bare(model_file: Path, data: Path, threads: int) -> float:
    """Seconds that the bare script takes to read, predict and write, imports not counted."""
    command = [sys.executable, "-c", _BARE, str(model_file), str(data), f"{data}.out", str(threads)]
    ran = subprocess.run(command, env={**os.environ, "OMP_NUM_THREADS": str(threads)}, capture_output=True, check=True)
    return float(ran.stdout)


def transform(session: Any, url: str, name: str) -> float:
    """Seconds from CreateTransformJob to Completed."""
    sagemaker = session.client("sagemaker", endpoint_url=url)
    started = time.perf_counter()
    sagemaker.create_transform_job(
        TransformJobName=name,
        ModelName="benchmark",
        MaxConcurrentTransforms=2,
        TransformInput={
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://benchmark/rows.csv"}},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        TransformOutput={"S3OutputPath": f"s3://benchmark/{name}"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )
    while (found := sagemaker.describe_transform_job(TransformJobName=name))["TransformJobStatus"] == "InProgress":
        time.sleep(0.02)
    if found["TransformJobStatus"] != "Completed":
        raise SystemExit(found)
    return time.perf_counter() - started


def main() -> None:
    """Print both times, several rounds, and their ratio."""
    model, _ = train()
    rows = np.random.default_rng(1).random((1_000_000, FEATURES), dtype=np.float32)
    with tempfile.TemporaryDirectory() as folder:
        model_file, data = Path(folder, "model.ubj"), Path(folder, "rows.csv")
        model_file.write_bytes(model)
        table = pa.table({f"f{number}": np.round(rows[:, number], 5) for number in range(FEATURES)})
        pa.csv.write_csv(table, str(data), pa.csv.WriteOptions(include_header=False))
        with process(sys.executable, "-m", "rehearsal.localaws.server", "--port", "0", "--with-parent") as server:
            assert server.stdout is not None
            found = announcement.read(int(server.stdout.readline().rsplit(":", 1)[1]))
            assert found is not None
            session = boto3.session.Session(found.access_key_id, found.secret_access_key, region_name=found.region)
            prepare(session, found.url, model)
            deploy(session, found.url)
            session.client("s3", endpoint_url=found.url).upload_fileobj(
                io.BytesIO(data.read_bytes()), "benchmark", "rows.csv"
            )
            for number in range(3):
                script, job = bare(model_file, data, 2), transform(session, found.url, f"round-{number}")
                print(
                    f"bare script {script:.2f} s, transform job {job:.2f} s: {script / job:.2f} x its speed (wanted "
                    "0.5)"
                )


if __name__ == "__main__":
    main()
