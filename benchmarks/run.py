"""The main job beside a bare script on the same data: ``python benchmarks/run.py [--runs 3]``.

The bare script is what the workshop's pipeline does without any pipeline: load the CSV files, train, score the test
set. The rest of a run is what a rehearsal adds: two stacks, uploads, seven function calls with cold starts, two
endpoints, IAM.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]

BARE_SCRIPT = """
import json, sys
import numpy as np, xgboost
from pathlib import Path
data, given = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())["TrainModel"]
config = {name[3:].replace("-", "_"): value for name, value in given.items() if name.startswith("hp-")}
load = lambda name: np.loadtxt(data / name / f"{name}.csv", delimiter=",")
train, test = load("train"), load("test")
rounds = int(config.pop("num_round", 100))
booster = xgboost.train(config, xgboost.DMatrix(train[:, 1:], train[:, 0]), rounds)
difference = booster.predict(xgboost.DMatrix(test[:, 1:])) - test[:, 0]
print(json.dumps({"rmse": float(np.sqrt(np.mean(difference**2)))}))
"""


def main() -> None:
    """Print the table: medians of the runs, and each phase's ratio to the bare script's whole process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    bare = statistics.median(timed_bare() for _ in range(runs))
    results = [rehearsal() for _ in range(runs)]
    print(f"{'what':38} {'seconds':>8} {'x bare':>8}   (medians of {runs} runs)")
    row("bare script: load, train, score", bare, bare)
    row("rehearse run, elapsed", median(results, "elapsedSeconds"), bare)
    for phase in results[0]["phases"]:
        row(f"  {phase}", statistics.median(result["phases"][phase] for result in results), bare)
    print("rmse of FullTest:", results[0]["evaluations"]["FullTest"]["metrics"]["rmse"])


def timed_bare() -> float:
    """Seconds of the bare script's whole process."""
    config = ROOT / "training-config" / "winequality.json"
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", BARE_SCRIPT, ROOT / "Data", config], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def rehearsal() -> dict[str, Any]:
    """The document of one ``rehearse run --json``."""
    command = [sys.executable, "-m", "rehearsal.cli.main", "run", "--json"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def median(results: list[dict[str, Any]], name: str) -> float:
    """The median of a number of the documents."""
    return statistics.median(result[name] for result in results)


def row(what: str, seconds: float, bare: float) -> None:
    """One line of the table."""
    print(f"{what:38} {seconds:8.2f} {seconds / bare:8.1f}")


if __name__ == "__main__":
    main()
