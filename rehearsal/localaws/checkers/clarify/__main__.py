"""The checker as a program, in a container's folders (``SAGEMAKER_BASE_DIR``, else ``/opt/ml``).

The job's inputs named ``analysis_config`` and ``dataset`` and its output ``analysis_result`` say where it reads and
writes. Exit code 0: analysed, with violations of a baseline or without; 1: not, and ``output/message`` says why.
"""

import os
import signal
import sys
import traceback
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rehearsal.localaws.algorithms.xgboost import lean_import
from rehearsal.localaws.checkers import container
from rehearsal.localaws.checkers.clarify import dataset, drift
from rehearsal.localaws.checkers.clarify.analysis import Analysis
from rehearsal.localaws.checkers.clarify.config import PARQUET, Config, parse
from rehearsal.localaws.checkers.clarify.endpoint import shadow
from rehearsal.localaws.checkers.clarify.report import report
from rehearsal.localaws.checkers.container import CheckFailed
from rehearsal.localaws.checkers.data import batches

MODEL_FOLDER = "explained-model/model"
"""Below the container's folder: the unpacked artifact of the model to explain, which the service lays there."""


def main(variables: Mapping[str, str] = os.environ) -> int:
    """Analyse; returns the process's exit code."""
    try:
        return container.succeeded(_analyse(variables))
    except CheckFailed as error:
        return container.failed(str(error))
    except Exception as error:  # noqa: BLE001  the outermost edge: the service must be told
        traceback.print_exc()
        return container.failed(f"{type(error).__name__}: {error}")


def _analyse(variables: Mapping[str, str]) -> int:
    """Gives the number of violations."""
    job = container.read_json(container.base() / "config" / "processingjobconfig.json")
    given = container.read_json(_input(job, "analysis_config") / "analysis_config.json")
    config, output = parse(given, variables.get("model_name")), _output(job)
    if config.shap is not None and config.dataset_type != PARQUET:
        lean_import.install()  # pyarrow would ask for what this leaves out
    with ExitStack() as stack:
        endpoint = None
        if config.predictor is not None and (config.post_training is not None or config.shap is not None):
            endpoint = stack.enter_context(shadow(config.predictor))
        analysis = Analysis(config, endpoint, container.base() / MODEL_FOLDER, output)
        found = analysis.run(dataset.batches(config, batches.files(_input(job, "dataset"))))
    return _write(config, found, variables, output)


def _write(config: Config, found: Mapping[str, Any], variables: Mapping[str, str], output: Path) -> int:
    container.write_json(output / "analysis.json", found)
    if config.report is not None:
        name, title = config.report.get("name", "report"), config.report.get("title", "SageMaker Analysis Report")
        (output / f"{Path(name).name}.html").write_text(report(title, found))
    baseline = container.baseline(variables, "baseline_constraints", "analysis.json")
    if baseline is None:
        return 0
    violations = drift.violations(found, baseline)
    container.write_json(output / "constraint_violations.json", {"version": drift.VERSION, "violations": violations})
    for violation in violations:
        print(violation["metric_name"], violation["description"])
    return len(violations)


def _input(job: Mapping[str, Any], name: str) -> Path:
    for each in job.get("ProcessingInputs") or ():
        if each["InputName"] == name:
            return container.place(each["S3Input"]["LocalPath"])
    raise CheckFailed(f"The job has no input named {name!r}.")


def _output(job: Mapping[str, Any]) -> Path:
    for each in (job.get("ProcessingOutputConfig") or {}).get("Outputs") or ():
        if each["OutputName"] == "analysis_result":
            return container.place(each["S3Output"]["LocalPath"])
    raise CheckFailed("The job has no output named 'analysis_result'.")


def _end_orderly() -> None:
    """A job that is stopped removes its shadow endpoint first: the service leaves it two minutes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


if __name__ == "__main__":
    _end_orderly()
    sys.exit(main())
