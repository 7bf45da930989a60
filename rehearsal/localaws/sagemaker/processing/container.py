"""One instance's container of a processing job: the folders, configuration files and variables that its program finds.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.localaws import isolation
from rehearsal.localaws.ground.host import Credentials
from rehearsal.localaws.sagemaker.containers import surroundings
from rehearsal.localaws.sagemaker.containers.inside import paths

PROCESSING = f"{paths.CONTAINER_BASE}/processing"


@dataclass(frozen=True)
class Container:
    """``base`` stands for its /opt/ml."""

    base: Path
    host: str
    hosts: tuple[str, ...]

    def place(self, local_path: str) -> Path:
        """Where a path of the container lies on this machine."""
        return Path(paths.moved(local_path, str(self.base)))

    def prepare(self, description: Mapping[str, Any], python: str) -> None:
        """Make the folders and programs and write ``config``; ``description`` is DescribeProcessingJob's answer."""
        for folder in ("config", "output", "processing", "tmp"):
            (self.base / folder).mkdir(parents=True, exist_ok=True)
        resources = {
            "current_host": self.host,
            "hosts": [*self.hosts],
            "current_instance_type": description["ProcessingResources"]["ClusterConfig"]["InstanceType"],
            "network_interface_name": "lo",
        }
        (self.base / "config" / "resourceconfig.json").write_text(json.dumps(resources))
        (self.base / "config" / "processingjobconfig.json").write_text(json.dumps(description, default=str))
        surroundings.prepare(self.base, python)

    def environment(
        self, description: Mapping[str, Any], credentials: Credentials, region: str, import_path: str | None = None
    ) -> dict[str, str]:
        """The variables of the program; ``import_path`` is that of one of ours."""
        bare = isolation.child_environment(credentials, region, self.base / "tmp")
        if (description.get("NetworkConfig") or {}).get("EnableNetworkIsolation"):
            bare = surroundings.isolated(bare)
        told = {
            **bare,
            "PROCESSING_JOB_NAME": description["ProcessingJobName"],
            "PROCESSING_JOB_ARN": description["ProcessingJobArn"],
            **(description.get("Environment") or {}),
        }
        if import_path is not None:
            return {**told, "SAGEMAKER_BASE_DIR": str(self.base), "PYTHONPATH": import_path}
        return surroundings.variables(self.base, told)

    def said(self) -> str | None:
        """What the program left for ExitMessage (``/opt/ml/output/message``, at most 1,024 characters)."""
        file = self.base / "output" / "message"
        if not file.is_file() or not isolation.is_of_child(file, self.base):
            return None
        return file.read_text(errors="replace").strip()[:1024] or None
