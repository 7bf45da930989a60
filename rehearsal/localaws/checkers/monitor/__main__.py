"""The checker as a program, in a container's folders (``SAGEMAKER_BASE_DIR``, else ``/opt/ml``), told by environment
variables.

Exit code 0: checked, with violations or without; ``output/message`` says which. 1: it could not be checked, and why
stands there.
"""

import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

from rehearsal.localaws.checkers import container
from rehearsal.localaws.checkers.container import CheckFailed
from rehearsal.localaws.checkers.data import batches, formats
from rehearsal.localaws.checkers.monitor import data_quality, model_quality
from rehearsal.localaws.checkers.monitor.attributes import Attributes
from rehearsal.localaws.checkers.monitor.data_quality import Result

_SCRIPTS = ("record_preprocessor_script", "post_analytics_processor_script")


def main(variables: Mapping[str, str] = os.environ) -> int:
    """Check; returns the process's exit code."""
    try:
        result = _checked(variables)
        _write(result, container.place(_required(variables, "output_path")))
    except CheckFailed as error:
        return container.failed(str(error))
    except Exception as error:  # noqa: BLE001  the outermost edge: the service must be told
        traceback.print_exc()
        return container.failed(f"{type(error).__name__}: {error}")
    _tell(result)
    return container.succeeded(len(result.violations or ()))


def _checked(variables: Mapping[str, str]) -> Result:
    for script in _SCRIPTS:
        if variables.get(script):
            raise CheckFailed(
                f"{script}: the embedded AWS runs no scripts of your own within this image; leave it out."
            )
    source = container.place(_required(variables, "dataset_source"))
    rows = formats.parse(variables.get("dataset_format")).batches(batches.files(source))
    constraints = container.baseline(variables, "baseline_constraints", "constraints.json")
    kind = variables.get("analysis_type") or "DATA_QUALITY"
    if kind == "DATA_QUALITY":
        return data_quality.check(
            rows, constraints, container.baseline(variables, "baseline_statistics", "statistics.json")
        )
    if kind == "MODEL_QUALITY":
        return model_quality.check(rows, variables.get("problem_type"), Attributes.read(variables), constraints)
    raise CheckFailed(f"analysis_type {kind!r}: this image checks DATA_QUALITY and MODEL_QUALITY.")


def _required(variables: Mapping[str, str], name: str) -> str:
    if not variables.get(name):
        raise CheckFailed(f"The variable {name} is missing in the job's Environment.")
    return variables[name]


def _write(result: Result, folder: Path) -> None:
    container.write_json(folder / "statistics.json", result.statistics)
    container.write_json(folder / "constraints.json", result.constraints)
    if result.violations is not None:
        container.write_json(folder / "constraint_violations.json", {"violations": result.violations})


def _tell(result: Result) -> None:
    print(f"Looked at {result.statistics['dataset']['item_count']} rows.")
    for violation in result.violations or ():
        print(violation.get("feature_name") or violation.get("metric_name"), violation["constraint_check_type"])
        print("   ", violation["description"])


if __name__ == "__main__":
    sys.exit(main())
