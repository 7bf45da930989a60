"""What the default event bus hears of executions: Step Functions Execution Status Change.

https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

from datetime import datetime
from functools import wraps
from typing import Any

from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication, Execution

from rehearsal.localaws.events import bus
from rehearsal.localaws.ground import arns
from rehearsal.localaws.moto_bridge.replacing import around
from rehearsal.localaws.stepfunctions import redrive, shapes


def begin() -> None:
    """An event when an execution begins, and one when it ends."""
    around(Execution, "start", _announced_start)
    around(BaseExecutionWorkerCommunication, "terminated", _announced_end)


def _announced_start(start: Any) -> Any:
    @wraps(start)
    def announced(execution: Any) -> None:
        start(execution)
        _announce(execution, "RUNNING")

    return announced


def _announced_end(terminated: Any) -> Any:
    @wraps(terminated)
    def announced(communication: Any) -> None:
        terminated(communication)
        _announce(communication.execution, communication.execution.status)

    return announced


def _announce(execution: Any, status: str) -> None:
    bus.publish(
        "aws.states",
        "Step Functions Execution Status Change",
        _detail(execution, status),
        [execution.exec_arn],
        region=execution.region_name,
        account_id=arns.account_of(execution.exec_arn),
    )


def _detail(execution: Any, status: str) -> dict[str, Any]:
    has_ended, has_output = status != "RUNNING", status == "SUCCEEDED"
    return {
        "executionArn": execution.exec_arn,
        "stateMachineArn": execution.state_machine_arn,
        "name": execution.name,
        "status": status,
        "startDate": shapes.epoch_milliseconds(execution.start_date),
        "stopDate": _moment(execution.stop_date) if has_ended else None,
        "input": execution.execution_input,
        "output": to_json_str(execution.output, separators=(",", ":")) if has_output else None,
        "stateMachineVersionArn": None,
        "stateMachineAliasArn": None,
        "redriveCount": 0,
        "redriveDate": None,
        "redriveStatus": None,
        "redriveStatusReason": None,
        **redrive.told(status),
        "inputDetails": {"included": True},
        "outputDetails": {"included": True} if has_output else None,
        "error": execution.error,
        "cause": execution.cause,
    }


def _moment(moment: datetime | None) -> int | None:
    return None if moment is None else shapes.epoch_milliseconds(moment)
