"""Tasks of SageMaker, CodeBuild and nested executions: they call the API with the machine's role, and wait with
``.sync``.

moto forwards SageMaker and CodeBuild without their errors and without waiting, and has no way to read nested
executions.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError
from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sfn import (
    StateTaskServiceSfn,
)
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

from rehearsal.localaws.ground import clock
from rehearsal.localaws.ground.errors import describe
from rehearsal.localaws.stepfunctions import calls, role, shapes
from rehearsal.localaws.stepfunctions.jobs_table import JOBS, Job

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.25


class _Watch:
    """A job that was started, seen with the machine's role."""

    def __init__(self, job: Job, client: Any, handle: Any) -> None:
        self.job, self._client, self._handle = job, client, handle

    def look(self) -> dict[str, Any] | None:
        """The job as a state has it; None while it is under way."""
        answer = getattr(self._client, self.job.describe)(**self._asked(self.job.found))
        answer.pop("ResponseMetadata", None)
        model = self._client.meta.service_model
        shape = model.operation_model(self._client.meta.method_to_api_mapping[self.job.describe]).output_shape
        told = shapes.to_states(answer, shape, shapes.epoch_milliseconds)
        found: dict[str, Any] = told[self.job.found][0] if self.job.found else told
        return None if found.get(self.job.status) in self.job.under_way else found

    def stop(self) -> None:
        """As well as it can be: nobody is left to hear of an error."""
        try:
            getattr(self._client, self.job.stop)(**self._asked())
        except ClientError as error:
            log.warning("a job of a state machine could not be stopped: %s", describe(error))

    def _asked(self, as_list: str = "") -> dict[str, Any]:
        return {"ids": [self._handle]} if as_list else {self.job.asked: self._handle}


def _handle(job: Job, submitted: Any, parameters: Mapping[str, Any]) -> Any:
    found: Any = submitted
    for name in job.handle:
        found = found.get(name, parameters.get(name))
    return found


class _Waiting(StateTaskServiceCallback):
    """A Task whose service has a row in the table of jobs."""

    def _build_sync_resolver(
        self, env: Any, resource_runtime_part: Any, normalised_parameters: dict[str, Any], state_credentials: Any
    ) -> "_Watch":
        job = JOBS[self.resource.service_name, self.resource.api_action]
        client = role.client_for(resource_runtime_part.region, self._get_boto_service_name(), state_credentials)
        return _Watch(job, client, _handle(job, env.stack.pop(), normalised_parameters))

    _build_sync2_resolver = _build_sync_resolver

    def _eval_sync(self, env: Any, sync_resolver: Any, **_endpoints: Any) -> Any:
        """Look for the end until it is there, or until nobody waits any more: then the job is stopped, as AWS tries
        to."""
        while env.is_running():
            if (ended := sync_resolver.look()) is not None:
                return self._result(env, sync_resolver.job, ended)
            calls.pause(env, clock.timestamp() + _POLL_SECONDS)
        sync_resolver.stop()
        return None

    def _result(self, env: Any, job: Job, ended: dict[str, Any]) -> Any:
        """What the Task's result is, of a job that has ended."""
        if ended.get(job.status) != job.success:
            raise self._failed(env, ended)
        if job.found:
            return {job.found.removesuffix("s"): ended}
        return _parsed(ended) if self.resource.condition == "sync:2" else ended

    def _failed(self, env: Any, found: Mapping[str, Any]) -> FailureEventException:
        return FailureEventException(
            FailureEvent(
                env=env,
                error_name=StatesErrorName(typ=StatesErrorNameType.StatesTaskFailed),
                event_type=HistoryEventType.TaskFailed,
                event_details=self._told("States.TaskFailed", json.dumps(found, separators=(",", ":"))),
            )
        )

    def _told(self, error: str, cause: str) -> EventDetails:
        details = TaskFailedEventDetails(
            error=error,
            cause=cause,
            resource=self._get_sfn_resource(),
            resourceType=self._get_sfn_resource_type(),
        )
        return EventDetails(taskFailedEventDetails=details)


class ServiceTask(_Waiting):
    """``arn:aws:states:::sagemaker:...`` and ``arn:aws:states:::codebuild:...``."""

    def __init__(self) -> None:
        super().__init__(supported_integration_patterns={"sync", "waitForTaskToken"})

    def _validate_service_integration_is_supported(self) -> None:
        """The definition was looked at as a whole before."""

    def _eval_service_task(
        self, env: Any, resource_runtime_part: Any, normalised_parameters: dict[str, Any], state_credentials: Any
    ) -> None:
        client = role.client_for(resource_runtime_part.region, self._get_boto_service_name(), state_credentials)
        response = getattr(client, self._get_boto_service_action())(**normalised_parameters)
        response.pop("ResponseMetadata", None)
        env.stack.append(response)

    def _from_error(self, env: Any, ex: Exception) -> Any:
        if not isinstance(ex, ClientError):
            return super()._from_error(env=env, ex=ex)
        error, cause = calls.optimized_error(self.resource.service_name, ex)
        return FailureEvent(
            env=env,
            error_name=CustomErrorName(error),
            event_type=HistoryEventType.TaskFailed,
            event_details=self._told(error, cause),
        )


class ExecutionTask(_Waiting, StateTaskServiceSfn):
    """``arn:aws:states:::states:startExecution``: ``.sync`` has input and output as text, ``.sync:2`` as JSON."""

    def __init__(self) -> None:
        StateTaskServiceSfn.__init__(self)


def _parsed(execution: dict[str, Any]) -> dict[str, Any]:
    read = {name: json.loads(execution[name]) for name in ("Input", "Output") if isinstance(execution.get(name), str)}
    return {**execution, **read}
