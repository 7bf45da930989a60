"""EvaluateModel's auc above five million rows, which is a sketch, beside scikit-learn's of all rows at once:
``python -m benchmarks.auc --rows 8000000``. Prints both, their difference, and the bound that the report states.
"""

import argparse
import sys
import time
from array import array
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

sys.path.insert(0, str(Path(__file__).parents[1] / "PipelineLambdaFunctions"))
from pipeline_job.evaluation.binary import Binary

BATCH_ROWS = 50_000


def main() -> None:
    """Score two overlapping bell curves in batches, as they come from an endpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=8_000_000)
    count = parser.parse_args().rows
    random = np.random.default_rng(3)
    labels = random.random(count) < 0.3
    scores = np.clip(random.normal(0.4 + 0.15 * labels, 0.15), 1e-6, 1 - 1e-6).astype(np.float32)
    began = time.perf_counter()
    measured = Binary.begin({"objective": "binary:logistic", "cutoff": 0.5})
    for start in range(0, count, BATCH_ROWS):
        end = min(start + BATCH_ROWS, count)
        answers = [repr(float(score)).encode() for score in scores[start:end]]
        measured.add(array("d", labels[start:end].astype(float)), answers)
    found, bound = measured.metrics()["auc"], measured.report()["auc_error_bound"]
    seconds = time.perf_counter() - began
    exact = float(roc_auc_score(labels, scores.astype(float)))
    print(f"{count:,} rows in {seconds:.0f} s: auc {found:.10f}, scikit-learn {exact:.10f}")
    print(f"difference {abs(found - exact):.1e}, stated bound {bound:.1e}, wanted below 1e-4")


if __name__ == "__main__":
    main()
