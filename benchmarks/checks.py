"""Checks of a million rows: seconds and the most memory, of each kind of check in a process of its own.

    python -m benchmarks.checks [--rows 1000000]

The goal is 512 MB each.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

GOAL_MB = 512
COLUMNS = 12
NAMES = ["label", *(f"f{number}" for number in range(COLUMNS - 2)), "sex"]
_BLOCK = 50_000


def write_rows(file: Path, count: int) -> None:
    """A label of 0 and 1, ten numbers and a category, with a header."""
    random = np.random.default_rng(1)
    with file.open("w") as rows:
        rows.write(",".join(NAMES) + "\n")
        for start in range(0, count, _BLOCK):
            size = min(_BLOCK, count - start)
            numbers = random.normal(size=(size, COLUMNS - 2)).round(4)
            labels, sexes = random.integers(0, 2, size), random.choice(["f", "m"], size)
            rows.writelines(
                f"{label},{','.join(map(str, cells))},{sex}\n"
                for label, cells, sex in zip(labels, numbers.tolist(), sexes, strict=True)
            )


def monitor(folder: Path, more: Mapping[str, str]) -> Callable[[], int]:
    """A check of the analyzer's image."""

    def run() -> int:
        from rehearsal.localaws.checkers.monitor.__main__ import main

        told = {"dataset_source": str(folder / "data"), "output_path": str(folder / "out")}
        return main({"dataset_format": '{"csv": {"header": true}}', **told, **more})

    return run


def analysis(folder: Path, methods: dict[str, Any]) -> Callable[[], int]:
    """An analysis of Clarify's image, with an endpoint that costs nothing."""

    class Answering:
        def answers(self, rows: list[Any]) -> list[list[str]]:
            return [["0.7"]] * len(rows)

    def run() -> int:
        from rehearsal.localaws.algorithms.xgboost import lean_import

        lean_import.install()
        from rehearsal.localaws.checkers.clarify import dataset
        from rehearsal.localaws.checkers.clarify.analysis import Analysis
        from rehearsal.localaws.checkers.clarify.config import parse

        config = parse(
            {
                "label": "label",
                "label_values_or_threshold": [1],
                "facet": [{"name_or_index": "sex"}, {"name_or_index": "f0", "value_or_threshold": [0]}],
                "excluded_columns": ["sex"],
                "predictor": {"model_name": "m"},
                "methods": methods,
            },
            None,
        )
        endpoint: Any = Answering()
        found = Analysis(config, endpoint, folder / "model", folder / "out")
        print(len(json.dumps(found.run(dataset.batches(config, [folder / "data" / "rows.csv"])))), file=sys.stderr)
        return 0

    return run


def write_model(folder: Path) -> None:
    """A booster of twenty trees over the ten numbers."""
    import xgboost

    random = np.random.default_rng(2)
    rows = random.normal(size=(5_000, COLUMNS - 2)).astype(np.float32)
    booster = xgboost.train({"nthread": 2, "max_depth": 4}, xgboost.DMatrix(rows, label=rows.sum(axis=1)), 20)
    folder.mkdir()
    (folder / "xgboost-model").write_bytes(bytes(booster.save_raw("ubj")))


def measured(run: Callable[[], int]) -> tuple[float, float]:
    """Seconds and megabytes of a forked process that does the work."""
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os._exit(run())
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"a check ended with {os.waitstatus_to_exitcode(status)}")
    return time.monotonic() - began, usage.ru_maxrss / 1024


def main() -> None:
    """Print a line for each check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    count = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["SAGEMAKER_BASE_DIR"] = str(folder)
        (folder / "data").mkdir()
        make = os.fork()  # so that what this takes is not counted as the checks'
        if make == 0:
            write_rows(folder / "data" / "rows.csv", count)
            write_model(folder / "model")
            os._exit(0)
        os.waitpid(make, 0)
        quality = {"analysis_type": "MODEL_QUALITY", "ground_truth_attribute": "label"}
        checks = {
            "data quality": monitor(folder, {}),
            "model quality": monitor(folder, {**quality, "problem_type": "Regression", "inference_attribute": "f0"}),
            "two classes": monitor(
                folder, {**quality, "problem_type": "BinaryClassification", "probability_attribute": "f0"}
            ),
            "bias": analysis(folder, {"pre_training_bias": {}, "post_training_bias": {}}),
            "shap": analysis(folder, {"shap": {"save_local_shap_values": True}}),
        }
        print(f"{count:,} rows of {COLUMNS} columns, {(folder / 'data' / 'rows.csv').stat().st_size / 1e6:.0f} MB")
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        for title, run in checks.items():
            seconds, megabytes = measured(run)
            print(f"{title:15} {seconds:6.1f} s {megabytes:6.0f} MB of {GOAL_MB}", flush=True)
        print(f"{'(at the start)':15}          {own:6.0f} MB")


if __name__ == "__main__":
    main()
