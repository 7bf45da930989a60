"""Step Functions: moto's interpreter, switched on, and made to act with the state machine's role against this very server."""

import json
import uuid
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from moto.core import config
from moto.core.utils import iso_8601_datetime_with_milliseconds
from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.responses import StepFunctionResponse

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.ground import clock, constraints, host, persistence
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge import on_import
from rehearsal.localaws.moto_bridge.replacing import add, around, replace

_moto_create_state_machine = StepFunctionResponse.create_state_machine
_moto_start_execution = StepFunctionResponse.start_execution

_INTERRUPTED = "The embedded AWS was restarted while the execution ran. Start it again."
PRINCIPAL = "states.amazonaws.com"


def install() -> None:
    """Execute state machines for real. The modules of the interpreter take the client's maker by name when they are first
    imported, which is at the first state machine: it has to be replaced before.
    """
    config.default_user_config["stepfunctions"] = {"execute_state_machine": True}
    replace(boto_client, "boto_client_for", _client_for)
    replace(StepFunctionResponse, "start_execution", _start_execution)
    replace(StepFunctionResponse, "create_state_machine", _create_state_machine)
    on_import.after("moto.stepfunctions.parser.backend.execution_worker", _keep_histories)
    on_import.after("moto.stepfunctions.parser.models", _refuse_map_runs)
    persistence.on_resume(_fail_interrupted)


def _refuse_map_runs() -> None:
    """moto has an error for a map run that is not there, and raises it without what it needs."""
    from moto.stepfunctions.parser.models import StepFunctionsParserBackend

    around(StepFunctionsParserBackend, "describe_map_run", _of_known_map_run)
    around(StepFunctionsParserBackend, "update_map_run", _of_known_map_run)


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
    """What a restart leaves of an execution's interpreter, where moto looks for it: the history, and nobody who waits."""

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


def _create_state_machine(response: Any) -> Any:
    """Lengths and patterns first, of which moto checks few: a name has at most 80 characters."""
    constraints.check("stepfunctions", "CreateStateMachine", json.loads(response.body))
    return _moto_create_state_machine(response)


def _start_execution(response: Any) -> Any:
    """An execution without a name gets one of its own; moto names them all None."""
    given = json.loads(response.body)
    if not given.get("name"):
        response.body = json.dumps({**given, "name": str(uuid.uuid4())})
    return _moto_start_execution(response)


def _client_for(region: str, service: str, state_credentials: Any = None) -> Any:
    role_arn = getattr(state_credentials, "role_arn", None)
    if role_arn is None:
        return identity.client(service, region=region)
    credentials = identity.assume_role(role_arn, "states", service=PRINCIPAL, region=region)
    client = identity.client(service, credentials, region)
    client.meta.events.register_last("after-call", _write_times, unique_id="times of states")
    return client


def _write_times(parsed: dict[str, Any], **_of_the_call: Any) -> None:
    """Moments in answers become texts, as states have them: a state's output is JSON."""
    parsed.update({name: _as_json(value) for name, value in parsed.items()})


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, dict):
        return {name: _as_json(member) for name, member in value.items()}
    return [_as_json(member) for member in value] if isinstance(value, list) else value
