"""Tell CodePipeline how a job ended: exactly once, on every way out.

Also when the function is about to be cut off by its own timeout: a job without an answer would hold its action for
hours.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from pipeline_job.failure import ActionFailed, FailureType, code_of, is_transient, translate

log = logging.getLogger("pipeline_job")

_ANSWER_BEFORE_SECONDS = 3.0
_ANSWER_BEFORE_SHARE = 0.15
_ALREADY_ANSWERED = ("InvalidJobStateException", "JobNotFoundException")
_MESSAGE, _SUMMARY, _EXTERNAL_ID, _TOKEN = 5000, 2048, 1500, 2048


@dataclass(frozen=True)
class Succeeded:
    """The action is done."""

    summary: str
    external_id: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class InProgress:
    """Call again with ``token``, at most 2048 characters."""

    token: str
    summary: str
    external_id: str = ""
    percent: int = 0

    def __post_init__(self) -> None:
        if not 1 <= len(self.token) <= _TOKEN:
            raise ValueError(f"a continuation token of {len(self.token)} characters; CodePipeline takes 1 to {_TOKEN}")


Outcome = Succeeded | InProgress


class Reporter:
    """Answers one job through ``codepipeline``, once."""

    def __init__(self, job_id: str, codepipeline: Callable[[], Any]) -> None:
        self._job_id = job_id
        self._codepipeline = codepipeline
        self._once = threading.Lock()

    def report(self, work: Callable[[], Outcome], seconds_left: Callable[[], float], log_place: str) -> None:
        """Do ``work`` and answer with what comes of it, or with a failure shortly before time is up."""
        left = seconds_left()
        margin = min(_ANSWER_BEFORE_SECONDS, left * _ANSWER_BEFORE_SHARE)
        watchdog = threading.Timer(left - margin, self._time_is_up, (log_place,))
        watchdog.daemon = True
        watchdog.start()
        try:
            answer = self._answer(work, log_place)
            if self._once.acquire(blocking=False):
                self._deliver(answer, log_place)
        finally:
            watchdog.cancel()

    def _answer(self, work: Callable[[], Outcome], log_place: str) -> Callable[[], None]:
        try:
            outcome = work()
        except Exception as error:  # the outermost edge: whatever happened, CodePipeline must hear of it
            failed = translate(error)
            if not isinstance(error, ActionFailed):
                log.exception("while working on job %s", self._job_id)
            return lambda: self._fail(failed, log_place)
        return lambda: self._succeed(outcome)

    def _deliver(self, answer: Callable[[], None], log_place: str) -> None:
        """Send the answer; one that CodePipeline refuses becomes a failure, an error of the network Lambda's retry."""
        try:
            answer()
        except (ClientError, ParamValidationError) as error:
            if isinstance(error, ClientError) and code_of(error) in _ALREADY_ANSWERED:
                log.warning("job %s has its answer already: %s", self._job_id, code_of(error))
                return
            if is_transient(error):
                raise
            self._fail(translate(error), log_place)

    def _time_is_up(self, log_place: str) -> None:
        if self._once.acquire(blocking=False):
            message = "the function's time is nearly over and its work is not; raise its timeout, or retry the stage"
            self._fail(ActionFailed(message, FailureType.SYSTEM_UNAVAILABLE), log_place)

    def _succeed(self, outcome: Outcome) -> None:
        details: dict[str, Any] = {"summary": outcome.summary[:_SUMMARY]}
        if outcome.external_id:
            details["externalExecutionId"] = outcome.external_id[:_EXTERNAL_ID]
        answer: dict[str, Any] = {"jobId": self._job_id, "executionDetails": details}
        if isinstance(outcome, InProgress):
            details["percentComplete"] = outcome.percent
            answer["continuationToken"] = outcome.token
        else:
            details["percentComplete"] = 100
            answer["outputVariables"] = dict(outcome.variables)
        log.info("%s", outcome.summary)
        self._codepipeline().put_job_success_result(**answer)

    def _fail(self, failed: ActionFailed, log_place: str) -> None:
        log.error("%s: %s", failed.kind, failed)
        message = f"{failed}\nLog: {log_place}"
        if len(message) > _MESSAGE:
            message = f"{str(failed)[: _MESSAGE - len(log_place) - 20]}...\nLog: {log_place}"
        details: dict[str, Any] = {"type": str(failed.kind), "message": message}
        if failed.external_id:
            details["externalExecutionId"] = failed.external_id[:_EXTERNAL_ID]
        self._codepipeline().put_job_failure_result(jobId=self._job_id, failureDetails=details)
