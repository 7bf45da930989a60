"""The surroundings of a training run: the folders and configuration files of a SageMaker training container.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html names them, under
``/opt/ml``; ``SAGEMAKER_BASE_DIR`` moves them, as it does for the service's own toolkit.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.localaws.algorithms.xgboost.errors import PlatformError

DEFAULT_BASE = "/opt/ml"


@dataclass(frozen=True)
class TrainingEnvironment:
    """One container of a training job."""

    base: Path
    hyperparameters: Mapping[str, str]
    channels: Mapping[str, Mapping[str, Any]]
    hosts: tuple[str, ...]
    current_host: str
    checkpoints: Path | None
    instance_type: str | None = None

    @classmethod
    def read(cls, variables: Mapping[str, str] = os.environ) -> "TrainingEnvironment":
        """Read ``input/config``.

        Raises:
            PlatformError: a configuration file is missing or is no JSON object.
        """
        base = Path(variables.get("SAGEMAKER_BASE_DIR") or DEFAULT_BASE)
        resources = _config(base, "resourceconfig.json") or {}
        checkpoint = _config(base, "checkpointconfig.json") or {}
        current_host = resources.get("current_host", "algo-1")
        return cls(
            base=base,
            hyperparameters=_required(base, "hyperparameters.json"),
            channels=_required(base, "inputdataconfig.json"),
            hosts=tuple(sorted(resources.get("hosts", [current_host]))),
            current_host=current_host,
            checkpoints=Path(checkpoint["LocalPath"]) if checkpoint.get("LocalPath") else None,
            instance_type=resources.get("current_instance_type"),
        )

    def channel(self, name: str) -> Path:
        """The folder with the files of a channel."""
        return self.base / "input" / "data" / name

    @property
    def model(self) -> Path:
        return self.base / "model"

    @property
    def output_data(self) -> Path:
        return self.base / "output" / "data"


def write_failure(message: str, variables: Mapping[str, str] = os.environ) -> None:
    """Leave the reason in ``output/failure``, from where the service takes the job's FailureReason."""
    output = Path(variables.get("SAGEMAKER_BASE_DIR") or DEFAULT_BASE) / "output"
    output.mkdir(parents=True, exist_ok=True)
    (output / "failure").write_text(message)


def _config(base: Path, name: str) -> dict[str, Any] | None:
    file = base / "input" / "config" / name
    try:
        content = json.loads(file.read_text())
    except FileNotFoundError:
        return None
    except json.JSONDecodeError as error:
        raise PlatformError(f"{file} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise PlatformError(f"{file} must hold a JSON object")
    return content


def _required(base: Path, name: str) -> dict[str, Any]:
    content = _config(base, name)
    if content is None:
        raise PlatformError(f"{base / 'input' / 'config' / name} is missing; SAGEMAKER_BASE_DIR says where /opt/ml is")
    return content
