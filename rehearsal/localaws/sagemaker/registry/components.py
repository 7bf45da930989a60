"""The trial component that stands for a job in the lineage, whether it belongs to a trial or to none: read off the job.

SageMaker makes one for every job, ``<job>-aws-training-job``; who looks for the lineage of a job asks for it by the
job's ARN.
"""

from collections.abc import Iterator
from typing import Any

from rehearsal.localaws.sagemaker import listing
from rehearsal.localaws.sagemaker.registry.lineage import component_name

_KINDS = {"trained_jobs": "Training", "processed_jobs": "Processing", "batch_transforms": "Transform"}


def _components(backend: Any) -> Iterator[dict[str, Any]]:
    """Those of all jobs of the region, as ListTrialComponents shows them."""
    for records, kind in _KINDS.items():
        for job in getattr(backend, records):
            yield _component(backend, job, kind)


def _component(backend: Any, job: Any, kind: str) -> dict[str, Any]:
    described, name = job.description(), component_name(job)
    members = {
        "TrialComponentName": name,
        "TrialComponentArn": backend.arn("experiment-trial-component", name),
        "DisplayName": name,
        "TrialComponentSource": {"SourceArn": job.arn, "SourceType": f"SageMaker{kind}Job"},
        "Status": {"PrimaryStatus": described[f"{kind}JobStatus"]},
        "StartTime": described.get(f"{kind}StartTime"),
        "EndTime": described.get(f"{kind}EndTime"),
        "CreationTime": described["CreationTime"],
        "LastModifiedTime": described.get("LastModifiedTime", described["CreationTime"]),
    }
    return {member: value for member, value in members.items() if value is not None}


class ComponentOperations:
    """ListTrialComponents by the ARN of a job, DescribeTrialComponent of one that no trial has; all else is as
    recorded."""

    params: dict[str, Any]
    sagemaker_backend: Any

    def list_trial_components(self) -> Any:
        source = self.params.get("SourceArn")
        if source is None:
            return super().list_trial_components()  # type: ignore[misc]
        rows = [
            each for each in _components(self.sagemaker_backend) if each["TrialComponentSource"]["SourceArn"] == source
        ]
        return listing.cut(rows, self.params, into="TrialComponentSummaries")

    def describe_trial_component(self) -> Any:
        name = self.params["TrialComponentName"].lower()
        if name not in {recorded.lower() for recorded in self.sagemaker_backend.trial_components}:
            for each in _components(self.sagemaker_backend):
                if each["TrialComponentName"] == name:
                    return {**each, "Source": each["TrialComponentSource"]}
        return super().describe_trial_component()  # type: ignore[misc]
