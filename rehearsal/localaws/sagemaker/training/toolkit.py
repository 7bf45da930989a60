"""The variables that SageMaker's training toolkit gives the program of a training container. Pure.

https://github.com/aws/sagemaker-training-toolkit/blob/master/ENVIRONMENT_VARIABLES.md
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.localaws.sagemaker.training import user_script
from rehearsal.localaws.sagemaker.training.user_script import UserScript, as_variable

GROUP = "homogeneousCluster"
_LOG_LEVEL_INFO = 20


@dataclass(frozen=True)
class Layout:
    """Where a container is: the folder that stands for its /opt/ml, its name, and the names of all of the job's."""

    base: Path
    host: str
    hosts: tuple[str, ...]


def variables(
    layout: Layout, request: Mapping[str, Any], config: Mapping[str, Any], script: UserScript | None
) -> dict[str, str]:
    """``SM_...`` for one container; ``config`` is what its ``input/config`` holds, by file."""
    values = user_script.decoded(request.get("HyperParameters") or {})
    own = user_script.of_the_user(values)
    channels = sorted(channel["ChannelName"] for channel in request.get("InputDataConfig") or ())
    folders = {name: str(layout.base / "input" / "data" / name) for name in channels}
    resources = config["resourceconfig.json"]
    told = {
        **_folders(layout),
        **_machine(layout, resources),
        "hps": own,
        "user_args": user_script.arguments(own),
        "log_level": values.get("sagemaker_container_log_level", _LOG_LEVEL_INFO),
        "framework_params": {},
        "framework_module": None,
        "resource_config": resources,
        "input_data_config": config["inputdataconfig.json"],
        "channels": channels,
    }
    if script is not None:
        told |= {"user_entry_point": script.entry_point, "module_name": script.module_name}
        told["module_dir"] = script.source or str(layout.base / "code")
    told["training_env"] = _training_env(told, folders, request)
    named = {f"channel_{name}": folder for name, folder in folders.items()}
    named |= {f"hp_{name}": value for name, value in own.items()}
    return {f"SM_{name}".upper().replace("-", "_"): as_variable(value) for name, value in (told | named).items()}


def _folders(layout: Layout) -> dict[str, str]:
    base = layout.base
    return {
        "model_dir": str(base / "model"),
        "input_dir": str(base / "input"),
        "input_config_dir": str(base / "input" / "config"),
        "output_dir": str(base / "output"),
        "output_data_dir": str(base / "output" / "data"),
        "output_intermediate_dir": str(base / "output" / "intermediate"),
    }


def _machine(layout: Layout, resources: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "current_host": layout.host,
        "hosts": [*layout.hosts],
        "current_instance_type": resources["current_instance_type"],
        "current_instance_group": GROUP,
        "current_instance_group_hosts": [*layout.hosts],
        "instance_groups": [GROUP],
        "instance_groups_dict": {GROUP: resources["instance_groups"][0]},
        "distribution_instance_groups": [],
        "is_hetero": False,
        "network_interface_name": resources["network_interface_name"],
        "num_cpus": max(1, (os.cpu_count() or 1) // len(layout.hosts)),
        "num_gpus": 0,
    }


def _training_env(told: Mapping[str, Any], folders: Mapping[str, str], request: Mapping[str, Any]) -> dict[str, Any]:
    """The same in one object, as scripts with ``json.loads(os.environ["SM_TRAINING_ENV"])`` read it."""
    left_out = ("user_args", "framework_params", "hps", "channels")
    names = {"hyperparameters": told["hps"], "channel_input_dirs": {**folders}, "job_name": request["TrainingJobName"]}
    additional = {"additional_framework_parameters": told["framework_params"]}
    is_master = told["current_host"] == told["hosts"][0]
    kept = {name: value for name, value in told.items() if name not in left_out}
    return {**kept, **names, **additional, "is_master": is_master, "master_hostname": told["hosts"][0]}
