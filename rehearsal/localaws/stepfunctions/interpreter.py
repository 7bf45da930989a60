"""What is ours in moto's interpreter. Imported when the interpreter is, by its first use."""

from datetime import UTC, datetime, timezone
from functools import wraps
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError
from moto.stepfunctions.parser import models
from moto.stepfunctions.parser.api import (
    EvaluationFailedEventDetails,
    ExecutionFailedEventDetails,
    HistoryEventType,
)
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJSONata, StringVariableSample
from moto.stepfunctions.parser.asl.component.state import state as state_module
from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
from moto.stepfunctions.parser.asl.component.state.exec.state_task import state_task_factory
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (
    StateTaskServiceAwsSdk,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_dynamodb import (
    StateTaskServiceDynamoDB,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sqs import (
    StateTaskServiceSqs,
)
from moto.stepfunctions.parser.asl.component.state.wait.wait_function import timestamp as wait_timestamp
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager
from moto.stepfunctions.parser.asl.utils import json_path
from moto.stepfunctions.parser.backend import execution, execution_worker

from rehearsal.localaws.ground import clock, sdk_names
from rehearsal.localaws.moto_bridge.replacing import around, replace
from rehearsal.localaws.stepfunctions import calls, jobs, jsonata


def mend() -> None:
    """Integrations, JSONata, the clock, and errors in AWS's words."""
    around(state_task_factory, "state_task_service_for", _our_tasks)
    replace(StateTaskService, "_normalise_parameters", calls.normalise_parameters)
    replace(StateTaskService, "_normalise_response", calls.normalise_response)
    replace(StateTaskService, "_get_boto_service_name", _boto_service_name)
    replace(StateTaskServiceAwsSdk, "_normalise_service_error_name", staticmethod(calls.sdk_error_service))
    for service in (StateTaskServiceDynamoDB, StateTaskServiceSqs):
        around(service, "_from_error", _with_our_names)
    replace(StringJSONata, "_eval_body", _evaluate)
    replace(StringVariableSample, "_eval_body", _evaluate)
    around(StateChoice, "_eval_state", _told_when_nothing_matches)
    replace(WaitFunction, "_wait_interval", _wait)
    replace(wait_timestamp, "datetime", SimpleNamespace(datetime=_Clock))
    replace(retrier_decl, "time", SimpleNamespace(sleep=clock.sleep))
    replace(state_module, "StateData", _state_data)
    replace(execution_worker, "ExecutionData", _execution_data)
    replace(EventManager, "_get_current_timestamp", staticmethod(clock.now))
    for module in (models, execution):
        replace(module, "datetime", SimpleNamespace(datetime=_Clock, timezone=timezone))
    around(json_path, "_contains_slice_or_wildcard_array", _or_filter)


def _or_filter(is_indefinite: Any) -> Any:
    """A path that may find several things finds an empty list, and is no error: moto forgets filters."""

    @wraps(is_indefinite)
    def several(path: str) -> bool:
        return "[?(" in path or is_indefinite(path)

    return several


def _our_tasks(make: Any) -> Any:
    ours = {"sagemaker": jobs.ServiceTask, "codebuild": jobs.ServiceTask, "states": jobs.ExecutionTask}

    @wraps(make)
    def service_task(service_name: str) -> Any:
        return ours[service_name]() if service_name in ours else make(service_name)

    return service_task


def _boto_service_name(task: Any, boto_service_name: str | None = None) -> str:
    name = boto_service_name or task.resource.api_name
    if task.resource.service_name == "aws-sdk" or name in ("states", "sfn"):
        return sdk_names.boto_name("sfn" if name == "states" else name) or name
    return name


def _with_our_names(from_error: Any) -> Any:
    @wraps(from_error)
    def named(task: Any, env: Any, ex: Exception) -> Any:
        event = from_error(task, env, ex)
        if not isinstance(ex, ClientError):
            return event
        error, cause = calls.optimized_error(task.resource.service_name, ex)
        event.event_details["taskFailedEventDetails"].update(error=error, cause=cause)
        return FailureEvent(env, type(event.error_name)(error), event.event_type, event.event_details)

    return named


def _evaluate(string: Any, env: Any) -> None:
    """An expression of JSONata, or a path into a variable: variables are bound as values, never written into the
    expression."""
    store = env.variable_store
    variables = {**store._outer_scope, **store._inner_scope, "states": env.states._states_data}
    try:
        env.stack.append(jsonata.evaluate(string.expression, _plain(variables)))
    except jsonata.QueryFailed as error:
        raise _query_failed(env, string.expression, str(error)) from error


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, datetime):
        return _milliseconds(value)
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _query_failed(env: Any, expression: str, reason: str) -> FailureEventException:
    told = reason if reason.startswith("returned") else f"threw an error during evaluation. {reason}"
    name = StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError)
    failure = FailureEvent(
        env=env,
        error_name=name,
        event_type=HistoryEventType.EvaluationFailed,
        event_details=EventDetails(
            evaluationFailedEventDetails=EvaluationFailedEventDetails(
                cause=f"The JSONata expression '{expression}' {told}", error=name.error_name
            )
        ),
    )
    failed = FailureEventException(failure_event=failure)
    env.event_manager.add_event(
        context=env.event_history_context,
        event_type=HistoryEventType.EvaluationFailed,
        event_details=EventDetails(evaluationFailedEventDetails=failed.get_evaluation_failed_event_details()),
    )
    return failed


def _told_when_nothing_matches(evaluate: Any) -> Any:
    @wraps(evaluate)
    def told(choice: Any, env: Any) -> None:
        try:
            evaluate(choice, env)
        except RuntimeError as error:
            if not str(error).startswith("('No branching option"):
                raise
            raise FailureEventException(_nothing_matched(choice, env)) from error

    return told


def _nothing_matched(choice: Any, env: Any) -> FailureEvent:
    entered = env.event_history_context.source_event_id
    cause = (
        f"An error occurred while executing the state '{choice.name}' (entered at the event id #{entered}). "
        "Failed to transition out of the state. The state does not point to a next state."
    )
    return FailureEvent(
        env=env,
        error_name=StatesErrorName(typ=StatesErrorNameType.StatesNoChoiceMatched),
        event_type=HistoryEventType.ExecutionFailed,
        event_details=EventDetails(
            executionFailedEventDetails=ExecutionFailedEventDetails(
                error=StatesErrorNameType.StatesNoChoiceMatched.to_name(), cause=cause
            )
        ),
    )


def _wait(_function: Any, env: Any, wait_seconds: int) -> None:
    calls.pause(env, clock.timestamp() + wait_seconds)


class _Clock(datetime):
    """``datetime`` with the time of the embedded AWS; in UTC where moto asks for the machine's time zone."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return clock.now().astimezone(tz) if tz else clock.now().replace(tzinfo=None)


def _state_data(**members: Any) -> dict[str, Any]:
    return {**members, "EnteredTime": _milliseconds(clock.now())}


def _execution_data(**members: Any) -> dict[str, Any]:
    return {**members, "StartTime": _milliseconds(members["StartTime"]), "RedriveCount": 0}


def _milliseconds(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
