"""The stand-ins are enough for the pinned XGBoost, and nobody else sees them."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = """
from rehearsal.localaws.algorithms.xgboost import lean_import
lean_import.install()
import sys, warnings
warnings.simplefilter("error")
import numpy as np, xgboost
rows = np.random.default_rng(1).random((50, 3)).astype(np.float32)
model = xgboost.train({"nthread": 1}, xgboost.DMatrix(rows, label=rows[:, 0]), 3)
assert np.allclose(model.inplace_predict(rows), model.predict(xgboost.DMatrix(rows)))
heavy = [
    name
    for name, module in sys.modules.items()
    if name.startswith(("sklearn.", "pandas.", "scipy.")) and getattr(module, "__file__", None)
]
print(xgboost.__version__, heavy)
"""


def test_xgboost_trains_without_scipy_scikit_learn_and_pandas() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert done.stdout == "3.2.0 []\n", done.stderr


def test_importing_the_algorithm_leaves_the_process_as_it_is() -> None:
    program = "import rehearsal.localaws.algorithms.xgboost.training, scipy.sparse; print(scipy.__file__ is not None)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert done.stdout == "True\n", done.stderr
