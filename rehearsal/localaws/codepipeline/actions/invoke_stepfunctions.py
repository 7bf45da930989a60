"""Invoke action of AWS Step Functions: a state machine runs, and the action ends as it does.

Reference: user guide, "AWS Step Functions invoke action reference".
"""

import json

from rehearsal.localaws.codepipeline.action_types import UP_TO_ONE, TypeRules
from rehearsal.localaws.codepipeline.actions import artifacts, waiting
from rehearsal.localaws.codepipeline.actions.context import ActionFailed, Context
from rehearsal.localaws.codepipeline.actions.provider import Provider
from rehearsal.localaws.codepipeline.state_machine import Outcome

_LARGEST_PREFIX = 80 - 37


def act(context: Context) -> Outcome:
    """Start the state machine, wait for its end, keep its output as artifact where one is declared."""
    machine = context.required("StateMachineArn")
    states = context.client("stepfunctions")
    prefix = context.configuration.get("ExecutionNamePrefix", "")[:_LARGEST_PREFIX]
    name = f"{prefix}-{context.run_id}".lstrip("-")
    started = states.start_execution(stateMachineArn=machine, name=name, input=_input(context))["executionArn"]

    def ended() -> dict[str, str] | None:
        found: dict[str, str] = states.describe_execution(executionArn=started)
        return found if found["status"] != "RUNNING" else None

    execution = waiting.until(context, ended)
    if execution["status"] != "SUCCEEDED":
        cause = ": ".join(part for part in (execution.get("error"), execution.get("cause")) if part)
        raise ActionFailed(
            "JobFailed", f"The state machine execution {started} ended with status {execution['status']}. {cause}"
        )
    if context.outputs:
        output = execution.get("output") or "{}"
        artifacts.write_zip(context, context.outputs[0], {"output.json": output.encode()})
    return Outcome(
        summary=f"Execution of {machine} succeeded",
        external_id=started,
        variables={"StateMachineArn": machine, "ExecutionArn": started},
    )


def _input(context: Context) -> str:
    given = context.configuration.get("Input", "{}")
    if context.configuration.get("InputType", "Literal") == "FilePath":
        if not context.inputs:
            raise ActionFailed("ConfigurationError", "InputType FilePath needs an input artifact.")
        given = artifacts.file_of(context, context.inputs[0], given).decode()
    try:
        json.loads(given)
    except json.JSONDecodeError as error:
        raise ActionFailed("ConfigurationError", f"The input of the state machine is not JSON: {error}") from error
    return given


PROVIDERS = (
    Provider(
        "Invoke",
        "StepFunctions",
        act,
        TypeRules(
            {"StateMachineArn": True, "ExecutionNamePrefix": False, "InputType": False, "Input": False},
            UP_TO_ONE,
            UP_TO_ONE,
        ),
    ),
)
