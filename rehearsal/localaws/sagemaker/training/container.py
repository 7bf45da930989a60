"""The surroundings of a training container: the folders, configuration files and variables that its program finds.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
"""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.localaws import isolation
from rehearsal.localaws.ground.host import Credentials
from rehearsal.localaws.sagemaker.containers import surroundings
from rehearsal.localaws.sagemaker.training import toolkit
from rehearsal.localaws.sagemaker.training.images import TrainingProgram

_CONTAINER_BASE = "/opt/ml"
_DEFAULT_CHECKPOINTS = "/opt/ml/checkpoints"


@dataclass(frozen=True)
class Container:
    """One instance's container of a job: ``base`` stands for its /opt/ml."""

    base: Path
    host: str
    hosts: tuple[str, ...]
    tracker_port: int | None = None
    """Where the instances of the job meet: all are on this machine, so every job needs a port (and the next) of its
    own."""

    def channel(self, name: str) -> Path:
        return self.base / "input" / "data" / name

    def prepare(self, request: Mapping[str, Any]) -> None:
        """Make the folders and write ``input/config``."""
        for folder in ("input/config", "input/data", "model", "output/data", "output/intermediate", "code", "tmp"):
            (self.base / folder).mkdir(parents=True, exist_ok=True)
        for name, content in self._configuration(request).items():
            (self.base / "input" / "config" / name).write_text(json.dumps(content))

    def environment(
        self, request: Mapping[str, Any], arn: str, program: TrainingProgram, credentials: Credentials, region: str
    ) -> dict[str, str]:
        """The variables of the program: the job's own, and those that every training container has."""
        bare = isolation.child_environment(credentials, region, self.base / "tmp")
        if request.get("EnableNetworkIsolation"):
            bare = surroundings.isolated(bare)
        told = {
            **bare,
            "TRAINING_JOB_NAME": request["TrainingJobName"],
            "TRAINING_JOB_ARN": arn,
            "SAGEMAKER_JOB_NAME": request["TrainingJobName"],
            "SAGEMAKER_BASE_DIR": str(self.base),
            "SAGEMAKER_REGION": region,
            **toolkit.variables(self._layout(), request, self._configuration(request), program.script),
            **self._meeting_place(),
            **request.get("Environment", {}),
        }
        if program.built_in:
            return {**told, "PYTHONPATH": program.import_path or ""}
        code = program.import_path or str(self.base / "code")
        return surroundings.variables(self.base, {**told, "PYTHONPATH": code})

    def _layout(self) -> toolkit.Layout:
        return toolkit.Layout(self.base, self.host, self.hosts)

    def _meeting_place(self) -> dict[str, str]:
        if self.tracker_port is None:
            return {}
        return {"DMLC_TRACKER_URI": "127.0.0.1", "DMLC_TRACKER_PORT": str(self.tracker_port)}

    def _configuration(self, request: Mapping[str, Any]) -> dict[str, Any]:
        resources = request["ResourceConfig"]
        files: dict[str, Any] = {
            "hyperparameters.json": request.get("HyperParameters") or {},
            "inputdataconfig.json": {
                channel["ChannelName"]: _channel_config(channel, request)
                for channel in request.get("InputDataConfig") or ()
            },
            "resourceconfig.json": {
                "current_host": self.host,
                "current_instance_type": resources.get("InstanceType"),
                "current_group_name": toolkit.GROUP,
                "hosts": [*self.hosts],
                "instance_groups": [
                    {
                        "instance_group_name": toolkit.GROUP,
                        "instance_type": resources.get("InstanceType"),
                        "hosts": [*self.hosts],
                    }
                ],
                "network_interface_name": "lo",
            },
        }
        if request.get("CheckpointConfig"):
            files["checkpointconfig.json"] = {
                "S3Uri": request["CheckpointConfig"]["S3Uri"],
                "LocalPath": str(self.local_checkpoints(request)),
            }
        return files

    def local_checkpoints(self, request: Mapping[str, Any]) -> Path:
        """The checkpoint folder of the job, moved with /opt/ml."""
        wanted = request["CheckpointConfig"].get("LocalPath") or _DEFAULT_CHECKPOINTS
        return self.base / wanted.removeprefix(_CONTAINER_BASE).lstrip("/")


def _channel_config(channel: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    source = channel["DataSource"].get("S3DataSource", {})
    config = {
        "TrainingInputMode": channel.get("InputMode") or request["AlgorithmSpecification"]["TrainingInputMode"],
        "S3DistributionType": source.get("S3DataDistributionType") or "FullyReplicated",
        "RecordWrapperType": channel.get("RecordWrapperType") or "None",
    }
    return config | ({"ContentType": channel["ContentType"]} if channel.get("ContentType") else {})


def two_free_ports() -> int:
    """The first of two neighbouring ports of loopback that nothing listens on."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
