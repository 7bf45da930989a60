"""The types of steps: every one that a definition may have is a row here, and those that are refused are named.

A new type is a file of this folder with its ``Kind``, and a row in ``KINDS``.
"""

from typing import Any

from rehearsal.localaws.sagemaker.pipelines.invalid import InvalidDefinition, unparsable
from rehearsal.localaws.sagemaker.pipelines.steps.callback import CALLBACK
from rehearsal.localaws.sagemaker.pipelines.steps.checks import CLARIFY_CHECK, QUALITY_CHECK
from rehearsal.localaws.sagemaker.pipelines.steps.deciding import CONDITION, FAIL
from rehearsal.localaws.sagemaker.pipelines.steps.endpoints import ENDPOINT, ENDPOINT_CONFIG
from rehearsal.localaws.sagemaker.pipelines.steps.function import LAMBDA
from rehearsal.localaws.sagemaker.pipelines.steps.kind import Kind
from rehearsal.localaws.sagemaker.pipelines.steps.model import MODEL
from rehearsal.localaws.sagemaker.pipelines.steps.processing import PROCESSING
from rehearsal.localaws.sagemaker.pipelines.steps.register_model import REGISTER_MODEL
from rehearsal.localaws.sagemaker.pipelines.steps.training import TRAINING
from rehearsal.localaws.sagemaker.pipelines.steps.transform import TRANSFORM
from rehearsal.localaws.sagemaker.pipelines.steps.tuning import TUNING

_ROWS = (
    PROCESSING,
    TRAINING,
    TRANSFORM,
    TUNING,
    MODEL,
    REGISTER_MODEL,
    CONDITION,
    LAMBDA,
    CALLBACK,
    FAIL,
    ENDPOINT_CONFIG,
    ENDPOINT,
    QUALITY_CHECK,
    CLARIFY_CHECK,
)
KINDS: dict[str, Kind] = {kind.type: kind for kind in _ROWS}

REFUSED = (
    "EMR",
    "EMRServerless",
    "AutoML",
    "InferenceComponent",
    "Lineage",
    "Job",
    "Athena",
    "Cleanup",
    "ForEach",
    "HubContent",
    "BedrockCustomModel",
    "BedrockCustomModelDeployment",
    "BedrockProvisionedModelThroughput",
    "BedrockModelImport",
)
"""Types that AWS runs and the embedded AWS does not."""


def kind_of(given: Any, step: str) -> Kind:
    """The type of a step by its name in a definition.

    Raises:
        InvalidDefinition: there is none of that name, or it is not offered here.
    """
    if given in REFUSED:
        offered = ", ".join(KINDS)
        raise InvalidDefinition(
            f"Step '{step}': the embedded AWS does not run steps of type {given}. It runs these: {offered}."
        )
    if given not in KINDS:
        raise unparsable(f"Unknown step type '{given}'.")
    return KINDS[given]
