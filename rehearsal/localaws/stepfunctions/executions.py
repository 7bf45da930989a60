"""State machines and their executions: moto's interpreter, switched on, with what AWS checks before and keeps
afterwards."""

import json
import uuid
from datetime import datetime
from functools import wraps
from typing import Any

from moto.core import config
from moto.core.utils import iso_8601_datetime_with_milliseconds
from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.responses import StepFunctionResponse

from rehearsal.localaws.ground import clock, constraints, host, persistence
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge import on_import
from rehearsal.localaws.moto_bridge.replacing import add, around, replace
from rehearsal.localaws.stepfunctions import definition, redrive, role

_moto_start_execution = StepFunctionResponse.start_execution

_INTERRUPTED = "The embedded AWS was restarted while the execution ran. Start it again."


def install() -> None:
    """Execute state machines for real. The modules of the interpreter take the client's maker by name when they are
    first imported, which is at the first state machine: it has to be replaced before.
    """
    config.default_user_config["stepfunctions"] = {"execute_state_machine": True}
    replace(boto_client, "boto_client_for", role.client_for)
    replace(StepFunctionResponse, "start_execution", _start_execution)
    around(StepFunctionResponse, "create_state_machine", _checked("CreateStateMachine"))
    around(StepFunctionResponse, "update_state_machine", _checked("UpdateStateMachine"))
    around(StepFunctionResponse, "describe_execution", _described)
    on_import.after("moto.stepfunctions.parser.backend.execution_worker", _keep_histories)
    on_import.after("moto.stepfunctions.parser.models", _mend_interpreter)
    persistence.on_resume(_fail_interrupted)


def _mend_interpreter() -> None:
    from moto.stepfunctions.parser.models import StepFunctionsParserBackend

    from rehearsal.localaws.stepfunctions import announcements, interpreter

    interpreter.mend()
    announcements.begin()
    _refuse_map_runs(StepFunctionsParserBackend)


def _refuse_map_runs(backend: Any) -> None:
    """moto has an error for a map run that is not there, and raises it without what it needs."""
    around(backend, "describe_map_run", _of_known_map_run)
    around(backend, "update_map_run", _of_known_map_run)


def _of_known_map_run(method: Any) -> Any:
    @wraps(method)
    def known(backend: Any, map_run_arn: str, *args: Any, **named: Any) -> Any:
        workers = (execution.exec_worker for execution in backend._get_executions())
        if not any(worker and worker.env.map_run_record_pool_manager.get(map_run_arn) for worker in workers):
            raise AwsError("ResourceNotFound", f"Resource not found: '{map_run_arn}'")
        return method(backend, map_run_arn, *args, **named)

    return known


def _keep_histories() -> None:
    """Executions run where their end is noticed, and are kept with their history."""
    from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

    replace(ExecutionWorker, "start", _start_worker)
    add(ExecutionWorker, "kept_as", _recorded)


def _start_worker(worker: Any) -> None:
    host.in_background(worker._execution_logic, name="execution of a state machine")


def _recorded(worker: Any) -> "Recorded":
    """Read past the manager's lock: whoever held it when the process was forked is not there to let it go."""
    return Recorded([*worker.env.event_manager._history_event_list] if worker.env else [])


class Recorded:
    """What a restart leaves of an execution's interpreter, where moto looks for it: the history, and nobody who
    waits."""

    def __init__(self, history: list[dict[str, Any]]) -> None:
        self.history = history

    @property
    def env(self) -> "Recorded":
        return self

    @property
    def event_manager(self) -> "Recorded":
        return self

    @property
    def callback_pool_manager(self) -> Any:
        from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackPoolManager

        return CallbackPoolManager({})

    @property
    def map_run_record_pool_manager(self) -> Any:
        from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor import map_run_record

        return map_run_record.MapRunRecordPoolManager()

    def get_event_history(self) -> list[dict[str, Any]]:
        return [*self.history]

    def fail(self, at: datetime, error: str, cause: str) -> None:
        """Write the last event."""
        from moto.stepfunctions.parser.api import HistoryEventType

        self.history.append(
            {
                "id": len(self.history) + 1,
                "previousEventId": len(self.history),
                "type": HistoryEventType.ExecutionFailed,
                "timestamp": iso_8601_datetime_with_milliseconds(at),
                "executionFailedEventDetails": {"error": error, "cause": cause},
            }
        )

    def stop(self, **_of_what: Any) -> None:
        """It has ended already."""


def _fail_interrupted() -> None:
    """The interpreter's place in an execution is not kept: what ran has failed, with the reason."""
    from moto.stepfunctions.parser.api import ExecutionStatus  # the interpreter takes a second to import
    from moto.stepfunctions.parser.models import stepfunctions_parser_backends

    for account in stepfunctions_parser_backends.values():
        for backend in account.values():
            for execution in [each for machine in backend.state_machines for each in machine.executions]:
                if execution.exec_status == ExecutionStatus.RUNNING:
                    execution.exec_status, execution.stop_date = ExecutionStatus.FAILED, clock.now()
                    execution.error, execution.cause = "States.Runtime", _INTERRUPTED
                    execution.exec_worker.fail(execution.stop_date, execution.error, execution.cause)


def _checked(operation: str) -> Any:
    """What AWS looks at before it keeps a state machine: lengths and patterns, the definition, the role."""

    def wrap(method: Any) -> Any:
        @wraps(method)
        def checked(response: Any) -> Any:
            given = json.loads(response.body)
            constraints.check("stepfunctions", operation, given)
            kept = _kept(response, given)
            integrations = definition.check(given.get("definition") or kept.definition)
            role.check(given.get("roleArn") or kept.roleArn, integrations, response.region)
            return method(response)

        return checked

    return wrap


def _kept(response: Any, given: dict[str, Any]) -> Any:
    """The state machine that is updated; None when one is made."""
    arn = given.get("stateMachineArn")
    return None if arn is None else response.stepfunction_backend.describe_state_machine(arn)


def _described(method: Any) -> Any:
    """moto's answer, with the members that it lacks."""

    @wraps(method)
    def told(response: Any) -> Any:
        answer = method(response)
        found = answer.result
        found["redriveCount"], found["inputDetails"] = 0, {"included": True}
        found.update(redrive.told(found["status"]))
        if "outputDetails" in found:  # moto takes a text for JSON, and leaves an output of null out
            output = response.stepfunction_backend.describe_execution(found["executionArn"]).output
            found["output"] = json.dumps(output, separators=(",", ":"), ensure_ascii=False)
        return answer

    return told


def _start_execution(response: Any) -> Any:
    """An execution without a name gets one of its own; moto names them all None."""
    given = json.loads(response.body)
    if not given.get("name"):
        response.body = json.dumps({**given, "name": str(uuid.uuid4())})
    return _moto_start_execution(response)
