"""Steps that start a job and wait for its end: training, processing, transform and tuning jobs differ in names above
all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rehearsal.localaws.sagemaker.pipelines.arguments import fitted
from rehearsal.localaws.sagemaker.pipelines.steps.calls import call, fault_in
from rehearsal.localaws.sagemaker.pipelines.steps.context import Context, Ended, Started, StepFailed, StepStopped

_OVER = frozenset({"Completed", "Failed", "Stopped"})


@dataclass(frozen=True)
class Job:
    """One type of job; ``records`` gives its jobs from SageMaker's records, whose ``find`` looks one up by name."""

    word: str
    """``TrainingJob``: the word of its operations and members."""
    records: Callable[[Any], Any]
    has_role: bool = True
    has_experiment: bool = True
    metadata: str = ""
    """The member of the step's Metadata; the word itself where it is not another."""

    def begin(self, context: Context) -> Started:
        """Create the job."""
        request = self._request(context)
        answer = call(context, "sagemaker", f"Create{self.word}", request)
        return Started({self.metadata or self.word: {"Arn": answer[f"{self.word}Arn"]}})

    def _request(self, context: Context) -> dict[str, Any]:
        request = fitted(f"Create{self.word}", context.arguments)
        request[f"{self.word}Name"] = context.name
        if self.has_role:
            request.setdefault("RoleArn", context.role_arn)
        if self.has_experiment and context.experiment is not None:
            request.setdefault("ExperimentConfig", dict(context.experiment))
        return with_tags(context, request)

    def is_over(self, context: Context) -> bool:
        job = self.records(context.backend).find(context.name)
        return job is None or str(job.status) in _OVER

    def end(self, context: Context) -> Ended:
        """Read how the job came out; its description is what other steps refer to."""
        job = call(context, "sagemaker", f"Describe{self.word}", {f"{self.word}Name": context.name})
        status = job[f"{self.word}Status"]
        if status == "Stopped":
            raise StepStopped
        if status != "Completed":
            reason = job.get("FailureReason", f"ClientError: {context.name} ended with the status {status}.")
            raise StepFailed(reason, fault_in(reason))
        return Ended(context.metadata, described(job))

    def halt(self, context: Context) -> None:
        """Stop the job; one that is over already is left alone."""
        if not self.is_over(context):
            call(context, "sagemaker", f"Stop{self.word}", {f"{self.word}Name": context.name})


def with_tags(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The request with the pipeline's tags, those that the step gives itself first."""
    own = request.get("Tags") or []
    keys = {tag["Key"] for tag in own}
    tags = [*own, *(dict(tag) for tag in context.tags if tag["Key"] not in keys)]
    if tags:
        request["Tags"] = tags
    return request


def described(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer without what boto3 adds, as it can be kept: moments in UTC, not in the machine's own time zone."""
    return {name: _in_utc(value) for name, value in answer.items() if name != "ResponseMetadata"}


def _in_utc(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, Mapping):
        return {name: _in_utc(each) for name, each in value.items()}
    return [_in_utc(each) for each in value] if isinstance(value, list) else value
