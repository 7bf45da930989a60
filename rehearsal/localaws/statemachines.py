"""Step Functions: moto's interpreter, switched on, and made to act with the state machine's role against this very server."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from moto.core import config
from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.responses import StepFunctionResponse

from rehearsal.localaws import identity, state

_moto_start_execution = StepFunctionResponse.start_execution

_INTERRUPTED = "The embedded AWS was restarted while the execution ran."
PRINCIPAL = "states.amazonaws.com"


def install() -> None:
    """Execute state machines for real. The modules of the interpreter take the client's maker by name when they are first
    imported, which is at the first state machine: it has to be replaced before.
    """
    config.default_user_config["stepfunctions"] = {"execute_state_machine": True}
    boto_client.boto_client_for = _client_for
    StepFunctionResponse.start_execution = _start_execution
    state.on_resume(_fail_interrupted)


def _fail_interrupted() -> None:
    """The interpreter's place in an execution is not kept: what ran has failed, with the reason."""
    from moto.stepfunctions.parser.api import ExecutionStatus  # the interpreter takes a second to import
    from moto.stepfunctions.parser.models import stepfunctions_parser_backends

    for account in stepfunctions_parser_backends.values():
        for backend in account.values():
            for execution in [each for machine in backend.state_machines for each in machine.executions]:
                if execution.exec_status == ExecutionStatus.RUNNING:
                    execution.exec_status, execution.stop_date = ExecutionStatus.FAILED, datetime.now(UTC)
                    execution.error, execution.cause = "States.Runtime", _INTERRUPTED


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
    return identity.client(service, credentials, region)
