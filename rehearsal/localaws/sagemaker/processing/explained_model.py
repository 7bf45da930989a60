"""The artifact of the model that a Clarify job explains, laid into its container with the model's own role.

Clarify asks an endpoint for the answers that it explains; the checker here reads them off the model itself, and the
job's role, which may do what AWS's container does, need not be able to read the artifact.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rehearsal.localaws.sagemaker.hosting import model_data
from rehearsal.localaws.sagemaker.hosting.model import Model
from rehearsal.localaws.sagemaker.named import Catalogue
from rehearsal.localaws.sagemaker.processing.container import Container

_FOLDER = "explained-model"


def supply(container: Container, request: Mapping[str, Any], models: Catalogue[Model], region: str) -> None:
    """Fetch the artifact where the job's analysis asks for SHAP values of a model that is there.

    Raises:
        ModelDataError: the artifact cannot be had.
    """
    analysis = _analysis(container, request)
    if not isinstance(analysis.get("methods"), dict) or "shap" not in analysis["methods"]:
        return
    name = (analysis.get("predictor") or {}).get("model_name") or (request.get("Environment") or {}).get("model_name")
    model = models.find(name) if isinstance(name, str) else None
    if model is not None and model.container.data_url:
        folder = container.base / _FOLDER
        model_data.fetch(
            model.container.data_url, model.role_arn, folder, hostname=model.container.hostname, region=region
        )


def _analysis(container: Container, request: Mapping[str, Any]) -> dict[str, Any]:
    """What analysis_config.json says; nothing where it cannot be read: the checker then says so."""
    for each in request.get("ProcessingInputs") or ():
        if each["InputName"] == "analysis_config":
            file = container.place(each["S3Input"]["LocalPath"]) / "analysis_config.json"
            return _read(file)
    return {}


def _read(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
