"""Jobs of custom action types: a worker polls for them, and says that it has taken one."""

from typing import Any

from rehearsal.localaws.codepipeline.actions import job_data
from rehearsal.localaws.codepipeline.actions.context import Context
from rehearsal.localaws.codepipeline.api_base import CodePipelinePart
from rehearsal.localaws.codepipeline.definition import ActionType
from rehearsal.localaws.codepipeline.engine import engine
from rehearsal.localaws.codepipeline.models import FoundJob
from rehearsal.localaws.codepipeline.records import JobStatus
from rehearsal.localaws.ground.errors import AwsError


class Workers(CodePipelinePart):
    """PollForJobs and AcknowledgeJob."""

    def poll_for_jobs(self) -> dict[str, Any]:
        """Jobs of a custom action type that no worker has been given yet."""
        kind = ActionType(
            **{name: self.params["actionTypeId"][name] for name in ("category", "owner", "provider", "version")}
        )
        if kind not in self.backend.records.custom_types:
            raise AwsError(
                "ActionTypeNotFoundException",
                f"There is no custom action type {kind.category}/{kind.provider} version {kind.version}.",
            )
        with engine.reading():
            wanted = self.params.get("queryParam", {})
            queued = [found for found in self._queued(kind) if _has(found, wanted)][
                : self.params.get("maxBatchSize", 1)
            ]
            contexts = []
            for found in queued:
                found.job.status = JobStatus.DISPATCHED
                contexts.append(
                    Context.of(
                        found.pipeline, found.execution, found.run, engine.withdrawal_of(found.run), job_id=found.job.id
                    )
                )
        jobs = [
            {
                "id": found.job.id,
                "nonce": found.job.nonce,
                "accountId": self.current_account,
                "data": job_data.details(context),
            }
            for found, context in zip(queued, contexts, strict=True)
        ]
        return {"jobs": jobs}

    def _queued(self, kind: ActionType) -> list[FoundJob]:
        return [
            FoundJob(pipeline, execution, run, job)
            for pipeline in self.backend.records.pipelines.values()
            for execution in pipeline.live()
            for run in execution.runs()
            if run.is_live and run.declared.type == kind
            for job in run.jobs
            if job.status is JobStatus.QUEUED
        ]

    def acknowledge_job(self) -> dict[str, Any]:
        """A worker has taken the job; the answer tells it whether it was the first."""
        with engine.reading():
            job = self.backend.job(self.params["jobId"]).job
            if job.nonce != self.params["nonce"]:
                raise AwsError(
                    "InvalidNonceException", "The nonce was specified in an invalid format, or is not the job's."
                )
            if job.status in (JobStatus.QUEUED, JobStatus.DISPATCHED):
                job.status = JobStatus.IN_PROGRESS
            return {"status": job.status.value}


def _has(found: FoundJob, wanted: dict[str, str]) -> bool:
    return all(found.run.configuration.get(key) == value for key, value in wanted.items())
