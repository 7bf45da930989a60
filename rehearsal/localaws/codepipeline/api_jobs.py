"""Jobs: what functions and custom workers are given, and the results that they report."""

from typing import Any

from rehearsal.localaws.codepipeline import state_machine
from rehearsal.localaws.codepipeline.actions import job_data
from rehearsal.localaws.codepipeline.actions.context import Context
from rehearsal.localaws.codepipeline.api_base import CodePipelinePart
from rehearsal.localaws.codepipeline.engine import engine
from rehearsal.localaws.codepipeline.models import FoundJob
from rehearsal.localaws.codepipeline.records import ActionRun, ErrorDetails, JobStatus, Revision
from rehearsal.localaws.codepipeline.state_machine import Outcome
from rehearsal.localaws.codepipeline.turns import Turn
from rehearsal.localaws.ground import host
from rehearsal.localaws.ground.errors import AwsError

MAX_VARIABLE_BYTES = 122_880


class Jobs(CodePipelinePart):
    """PutJobSuccessResult and its like."""

    def put_job_success_result(self) -> None:
        """A function or worker has done its job, or asks to be called again."""
        token, given = self.params.get("continuationToken"), self.params.get("outputVariables", {})
        _check_variables(token, given)
        found = self._open_job()

        def succeed(turn: Turn) -> None:
            self._check_open(found)
            outcome = self._outcome(found, turn)
            if token is None:
                state_machine.succeed(turn, found.execution, found.run, outcome)
                return
            state_machine.progress(found.run, outcome)
            delay = host.current().settings.continuation_delay_seconds
            state_machine.continue_job(turn, found.execution, found.run, token, resume_at=turn.now + delay)

        engine.turn(found.pipeline, succeed)

    def put_job_failure_result(self) -> None:
        """A function or worker has failed."""
        details = self.params["failureDetails"]
        found = self._open_job()
        error = ErrorDetails(details["type"], details["message"])

        def fail(turn: Turn) -> None:
            self._check_open(found)
            state_machine.fail(turn, found.execution, found.run, error, details.get("externalExecutionId"))

        engine.turn(found.pipeline, fail)

    def get_job_details(self) -> dict[str, Any]:
        """What a job is about, with fresh credentials for its artifacts."""
        with engine.reading():
            found = self.backend.job(self.params["jobId"])
            context = Context.of(
                found.pipeline, found.execution, found.run, engine.withdrawal_of(found.run), job_id=None
            )
        return {
            "jobDetails": {
                "id": found.job.id,
                "accountId": self.current_account,
                "data": job_data.details(context),
            }
        }

    def _open_job(self) -> FoundJob:
        with engine.reading():
            found = self.backend.job(self.params["jobId"])
            self._check_open(found)
        return found

    def _check_open(self, found: FoundJob) -> None:
        if found.job.status not in (JobStatus.DISPATCHED, JobStatus.IN_PROGRESS) or not found.run.is_live:
            raise AwsError(
                "InvalidJobStateException",
                f"The job {found.job.id} takes no result: its status is {found.job.status.value}.",
            )

    def _outcome(self, found: FoundJob, turn: Turn) -> Outcome:
        details = self.params.get("executionDetails", {})
        return Outcome(
            summary=details.get("summary"),
            external_id=details.get("externalExecutionId"),
            percent=details.get("percentComplete"),
            variables=self.params.get("outputVariables", {}),
            revisions=tuple(self._revisions(found, turn.now)),
        )

    def _revisions(self, found: FoundJob, now: float) -> list[Revision]:
        given, run = self.params.get("currentRevision"), found.run
        if given is None or not isinstance(run, ActionRun) or not run.outputs:
            return []
        created = given.get("created")
        moment = created.timestamp() if created else now
        change = given["changeIdentifier"]
        summary = given.get("revisionSummary")
        return [
            Revision(run.action.name, output.name, given["revision"], summary, moment, change_id=change)
            for output in run.outputs
        ]


def _check_variables(token: str | None, given: dict[str, str]) -> None:
    if token is not None and given:
        raise AwsError(
            "ValidationException",
            "Output variables can only be given when the job is done: not with a continuation token",
        )
    if sum(len(name.encode()) + len(value.encode()) for name, value in given.items()) > MAX_VARIABLE_BYTES:
        raise AwsError(
            "OutputVariablesSizeExceededException",
            f"The total size of the output variables must not exceed {MAX_VARIABLE_BYTES} bytes.",
        )
