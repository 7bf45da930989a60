"""The trial component of a job that names an experiment: what was asked, when it ran, how it ended, what it measured.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ExperimentConfig.html. The records of experiments are
moto's, since AWS too keeps records of them and nothing else; a job's component is read off the job whenever somebody
asks.
"""

from collections.abc import Mapping
from typing import Any

from rehearsal.localaws.ground.errors import AwsError

_KINDS = {"training-job": "Training", "processing-job": "Processing", "transform-job": "Transform"}
_RUNNING = ("InProgress", "Stopping")


def check(backend: Any, request: Mapping[str, Any]) -> None:
    """Refuse a job for an experiment or a trial that there is not.

    Raises:
        AwsError: ResourceNotFound.
    """
    named = request.get("ExperimentConfig") or {}
    known = {"ExperimentName": ("experiment", backend.experiments), "TrialName": ("experiment-trial", backend.trials)}
    for member, (kind, records) in known.items():
        name = named.get(member)
        if name and name not in records:
            spoken = member.removesuffix("Name")
            raise AwsError("ResourceNotFound", f"{spoken} '{backend.arn(kind, name)}' does not exist.")


def record(backend: Any, job: Any) -> None:
    """Make the component of a job that has an ExperimentConfig, in its trial where it names one."""
    named = job.request.get("ExperimentConfig")
    if not named:
        return
    kind = job.arn.split(":")[-1].split("/")[0]
    name = f"{job.name.lower()}-aws-{kind}"
    asked = job.request.get("HyperParameters") or job.request.get("Environment") or {}
    backend.create_trial_component(
        trial_component_name=name,
        trial_name=named.get("TrialName"),
        status={"PrimaryStatus": "InProgress"},
        start_time=job.created_at,
        end_time=None,
        display_name=named.get("TrialComponentDisplayName") or name,
        parameters={parameter: {"StringValue": str(value)[:2500]} for parameter, value in asked.items()},
        input_artifacts=None,
        output_artifacts=None,
        metadata_properties=None,
    )
    component = backend.trial_components[name]
    component.source = {"SourceArn": job.arn, "SourceType": f"SageMaker{_KINDS[kind]}Job"}
    if named.get("TrialName"):
        backend.associate_trial_component(named["TrialName"], name)


def refresh(backend: Any, component: Any) -> None:
    """Bring a job's component up to date; nothing happens to one that a user made."""
    source = getattr(component, "source", None)
    if source is None:
        return
    kind, name = source["SourceArn"].split(":")[-1].split("/")
    jobs = {
        "training-job": backend.trained_jobs,
        "processing-job": backend.processed_jobs,
        "transform-job": backend.batch_transforms,
    }
    job = jobs[kind].find(name)
    if job is None:
        return
    status, reason = str(job.status), job.failure_reason
    component.status = {"PrimaryStatus": status, **({"Message": reason} if reason else {})}
    component.end_time = None if status in _RUNNING else job.ended_at
    _refresh_results(component, job.description())


def _refresh_results(component: Any, described: Mapping[str, Any]) -> None:
    model = (described.get("ModelArtifacts") or {}).get("S3ModelArtifacts")
    if model:
        component.output_artifacts = {"SageMaker.ModelArtifact": {"Value": model}}
    for metric in described.get("FinalMetricDataList") or ():
        taken = {"Value": metric["Value"]}
        component.metrics[metric["MetricName"]] = {
            "MetricName": metric["MetricName"],
            "Timestamp": metric["Timestamp"].timestamp(),
            "Values": {0: taken},
        }


class TrialComponentOperations:
    """moto's operations on components, those of jobs brought up to date first."""

    sagemaker_backend: Any

    def describe_trial_component(self) -> Any:
        self._refresh_all()
        return super().describe_trial_component()  # type: ignore[misc]

    def list_trial_components(self) -> Any:
        self._refresh_all()
        return super().list_trial_components()  # type: ignore[misc]

    def _refresh_all(self) -> None:
        for component in list(self.sagemaker_backend.trial_components.values()):
            refresh(self.sagemaker_backend, component)
