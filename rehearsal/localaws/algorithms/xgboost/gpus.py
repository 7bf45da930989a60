"""GPUs: which instance types have them, and what training makes of a request for them on this machine.

One rule: a job on an instance type with GPUs trains on the CPU, and says so, unless this machine and the installed
XGBoost have a GPU. A job that asks for a GPU on an instance type without one fails as in AWS.
"""

import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rehearsal.localaws.algorithms.xgboost.errors import UserError

log = logging.getLogger(__name__)

_TYPES = re.compile(r"ml\.(p\d|g\d|gr\d)")
_GPU_HIST = "gpu_hist"
_NO_DASK = (
    "Some configurations unsuitable for Dask GPU training were found: "
    "Dask training is only available for `gpu_hist` training on GPU instances."
)


def has_gpus(instance_type: str | None) -> bool:
    """Whether an instance type of SageMaker has GPUs. https://aws.amazon.com/sagemaker/ai/pricing/"""
    return bool(_TYPES.match(instance_type or ""))


def warning(instance_type: str) -> str:
    """What is told of a job on a type with GPUs."""
    return (
        f"{instance_type} has GPUs: on the embedded AWS this job trains on the CPU, so that its time says nothing "
        "of AWS's."
    )


def settled(values: Mapping[str, Any], instance_type: str | None) -> dict[str, Any]:
    """Validated hyperparameters with what they ask of GPUs turned into what this machine has.

    Raises:
        UserError: Dask is asked for where there is no GPU, in the image's words.
    """
    settled = {name: value for name, value in values.items() if name != "use_dask_gpu_training"}
    if values.get("use_dask_gpu_training") == "true" and not (
        has_gpus(instance_type) and values.get("tree_method") == _GPU_HIST
    ):
        raise UserError(_NO_DASK)
    if not has_gpus(instance_type):
        return settled
    if is_usable():
        log.info("Training on this machine's GPU (device=cuda)")
        settled["device"] = "cuda"
    elif values.get("tree_method") == _GPU_HIST:
        log.warning("tree_method gpu_hist is hist on the CPU of this machine")
    if values.get("tree_method") == _GPU_HIST:
        settled["tree_method"] = "hist"
    return settled


def is_usable() -> bool:
    """Whether this machine has an NVIDIA GPU and the installed XGBoost was built for it (xgboost-cpu was not)."""
    import xgboost

    return Path("/dev/nvidia0").exists() and bool(xgboost.build_info().get("USE_CUDA"))
