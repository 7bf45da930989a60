"""The main job beside a bare script on the same data: ``python -m benchmarks.run [--runs 3] [--against COMMIT]``.

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
from typing import Any

from benchmarks import checkouts
from benchmarks.checkouts import ROOT, Checkout

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
    """Print the table: medians of the runs, and what each phase takes; then the ratio to the bare script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    checkouts.add_option(parser)
    options = parser.parse_args()
    bare = statistics.median(timed_bare() for _ in range(options.runs))
    with checkouts.chosen(options.against) as chosen:
        medians = checkouts.by_turns(chosen, options.runs, rehearsal)
    checkouts.print_table(medians, options.runs)
    print(f"{'bare script: load, train, score':44} {bare:10.2f}")
    print(f"{'rehearse run, times the bare script':44} {medians[0]['rehearse run, elapsed'] / bare:10.1f}")


def timed_bare() -> float:
    """Seconds of the bare script's whole process."""
    config = ROOT / "training-config" / "winequality.json"
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", BARE_SCRIPT, ROOT / "Data", config], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def rehearsal(checkout: Checkout) -> checkouts.Figures:
    """The elapsed time of one ``rehearse run --json``, and that of its phases."""
    command = [checkout.program("rehearse"), "run", "--json"]
    done = subprocess.run(
        command, cwd=checkout.folder, env=checkouts.without_aws(), check=True, capture_output=True, text=True
    )
    document: dict[str, Any] = json.loads(done.stdout)
    return {
        "rehearse run, elapsed": document["elapsedSeconds"],
        **{f"  {phase}": seconds for phase, seconds in document["phases"].items()},
    }


if __name__ == "__main__":
    main()
