"""The container's surroundings of a checker: its folders, and what it leaves as ExitMessage.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-contract-inputs.html
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_CONTAINER_BASE = "/opt/ml"


class CheckFailed(Exception):
    """The check cannot be made; the text says what of the job's request or data is wrong, and what to do."""


def base(variables: Mapping[str, str] = os.environ) -> Path:
    """The folder that stands for ``/opt/ml``."""
    return Path(variables.get("SAGEMAKER_BASE_DIR") or _CONTAINER_BASE)


def place(path: str, variables: Mapping[str, str] = os.environ) -> Path:
    """Where a path of the container lies on this machine."""
    if path == _CONTAINER_BASE or path.startswith(_CONTAINER_BASE + "/"):
        return base(variables) / path[len(_CONTAINER_BASE) :].lstrip("/")
    return Path(path)


def leave_message(text: str) -> None:
    """What becomes the job's ExitMessage."""
    file = base() / "output" / "message"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text[:1024])


def succeeded(violations: int) -> int:
    """Tell the end of a check; gives the process's exit code."""
    found = f"{violations} violation{'s' if violations != 1 else ''}" if violations else "no violations"
    outcome = "CompletedWithViolations" if violations else "Completed"
    leave_message(f"{outcome}: Job completed successfully with {found}.")
    print(f"Checked: {found}.", flush=True)
    return 0


def failed(reason: str) -> int:
    """Tell that the check could not be made, and why; gives the process's exit code."""
    print(f"Error: {reason}", flush=True)
    leave_message(f"Error: {reason}")
    return 1


def baseline(variables: Mapping[str, str], name: str, file_name: str) -> Any:
    """A file of the baseline, which the variable names itself or by its folder; None where there is none.

    Raises:
        CheckFailed: it is missing or is no JSON.
    """
    if not variables.get(name):
        return None
    file = place(variables[name])
    return read_json(file / file_name if file.is_dir() else file)


def read_json(file: Path) -> Any:
    """The content of a JSON file.

    Raises:
        CheckFailed: it is missing or is no JSON.
    """
    try:
        return json.loads(file.read_text())
    except FileNotFoundError:
        raise CheckFailed(f"{file.name} is missing: is it among the job's inputs, at {file.parent}?") from None
    except ValueError as error:
        raise CheckFailed(f"{file.name} is no JSON: {error}") from error


def write_json(file: Path, content: Any) -> None:
    """Write a result, readable for people."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=2) + "\n")
