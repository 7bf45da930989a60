"""Deploy action of AWS CloudFormation: stacks and change sets, from templates in artifacts.

Reference: user guide, "AWS CloudFormation deploy action reference", and the CloudFormation guide's "Using parameter
override functions with CodePipeline pipelines".
"""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.localaws.codepipeline.action_types import UP_TO_ONE, Counts, TypeRules
from rehearsal.localaws.codepipeline.actions import artifacts, waiting
from rehearsal.localaws.codepipeline.actions.cloudformation_parameters import overrides
from rehearsal.localaws.codepipeline.actions.context import ActionFailed, Context
from rehearsal.localaws.codepipeline.actions.provider import Provider
from rehearsal.localaws.codepipeline.state_machine import Outcome

_REPLACED = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED", "UPDATE_ROLLBACK_FAILED")
_GOOD_ENDS = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")


def act(context: Context) -> Outcome:
    """Do what ActionMode says."""
    modes: dict[str, Callable[[Context], Outcome]] = {
        "CREATE_UPDATE": _create_or_update,
        "REPLACE_ON_FAILURE": _replace_on_failure,
        "DELETE_ONLY": _delete_only,
        "CHANGE_SET_REPLACE": _replace_change_set,
        "CHANGE_SET_EXECUTE": _execute_change_set,
    }
    mode = context.required("ActionMode")
    if mode not in modes:
        raise ActionFailed("ConfigurationError", f"ActionMode {mode} is not one of {', '.join(modes)}.")
    return modes[mode](context)


def _create_or_update(context: Context) -> Outcome:
    cloudformation, name = context.client("cloudformation"), context.required("StackName")
    parameters = _template_parameters(context) | _stack_policy(context)
    present = _stack(context, name)
    if present is None or present["StackStatus"] == "REVIEW_IN_PROGRESS":
        cloudformation.create_stack(**parameters)
        return _finished(context, name, "created")
    try:
        cloudformation.update_stack(**parameters)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise
        return _outcome(context, present, "has no changes")
    return _finished(context, name, "updated")


def _replace_on_failure(context: Context) -> Outcome:
    name = context.required("StackName")
    present = _stack(context, name)
    if present is not None and present["StackStatus"] in _REPLACED:
        _delete(context, name)
    return _create_or_update(context)


def _delete_only(context: Context) -> Outcome:
    name = context.required("StackName")
    if _stack(context, name) is not None:
        _delete(context, name)
    return Outcome(summary=f"Stack {name} was deleted.", external_id=name)


def _delete(context: Context, name: str) -> None:
    role = context.configuration.get("RoleArn")
    context.client("cloudformation").delete_stack(StackName=name, **({"RoleARN": role} if role else {}))

    def gone() -> bool | None:
        present = _stack(context, name)
        if present is not None and present["StackStatus"] == "DELETE_FAILED":
            raise ActionFailed("JobFailed", f"Stack {name} could not be deleted: {_first_failure(context, name)}")
        return True if present is None else None

    waiting.until(context, gone)


def _replace_change_set(context: Context) -> Outcome:
    cloudformation = context.client("cloudformation")
    stack, name = context.required("StackName"), context.required("ChangeSetName")
    present = _stack(context, stack)
    if present is not None:
        cloudformation.delete_change_set(StackName=stack, ChangeSetName=name)
    is_new = present is None or present["StackStatus"] == "REVIEW_IN_PROGRESS"
    kind = "CREATE" if is_new else "UPDATE"
    cloudformation.create_change_set(ChangeSetName=name, ChangeSetType=kind, **_template_parameters(context))

    def made() -> dict[str, Any] | None:
        found: dict[str, Any] = cloudformation.describe_change_set(StackName=stack, ChangeSetName=name)
        return found if found["Status"] in ("CREATE_COMPLETE", "FAILED") else None

    change_set = waiting.until(context, made)
    if change_set["Status"] == "FAILED" and not _is_empty(change_set):
        raise ActionFailed(
            "JobFailed", f"Change set {name} failed: {change_set.get('StatusReason', 'no reason given')}"
        )
    return Outcome(
        summary=f"Change set {name} was created.",
        external_id=change_set["ChangeSetId"],
        variables={"StackName": stack, "ChangeSetName": name},
    )


def _is_empty(change_set: dict[str, Any]) -> bool:
    reason = change_set.get("StatusReason", "")
    return "didn't contain changes" in reason or "No updates are to be performed" in reason


def _execute_change_set(context: Context) -> Outcome:
    cloudformation = context.client("cloudformation")
    stack, name = context.required("StackName"), context.required("ChangeSetName")
    change_set = cloudformation.describe_change_set(StackName=stack, ChangeSetName=name)
    if change_set["Status"] == "FAILED" and _is_empty(change_set):
        present = _stack(context, stack)
        return _outcome(context, present or {}, "has no changes")
    cloudformation.execute_change_set(StackName=stack, ChangeSetName=name)
    return _finished(context, stack, "was changed")


def _template_parameters(context: Context) -> dict[str, Any]:
    """What the calls that take a template have in common."""
    configuration = context.configuration
    settings = _template_configuration(context)
    parameters = settings.get("Parameters", {}) | overrides(context)
    role, capabilities = configuration.get("RoleArn"), configuration.get("Capabilities")
    given: dict[str, Any] = {
        "StackName": context.required("StackName"),
        "TemplateBody": _file(context, context.required("TemplatePath")).decode(),
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    }
    if role:
        given["RoleARN"] = role
    if capabilities:
        given["Capabilities"] = [capability.strip() for capability in capabilities.split(",")]
    if settings.get("Tags"):
        given["Tags"] = [{"Key": key, "Value": value} for key, value in settings["Tags"].items()]
    return given


def _stack_policy(context: Context) -> dict[str, str]:
    """The policy of the template configuration; a change set takes none."""
    policy = _template_configuration(context).get("StackPolicy")
    return {"StackPolicyBody": json.dumps(policy)} if policy else {}


def _template_configuration(context: Context) -> dict[str, Any]:
    path = context.configuration.get("TemplateConfiguration")
    if not path:
        return {}
    try:
        settings = json.loads(_file(context, path))
    except json.JSONDecodeError as error:
        raise ActionFailed("ConfigurationError", f"The template configuration {path} is not JSON: {error}") from error
    if not isinstance(settings, dict):
        raise ActionFailed("ConfigurationError", f"The template configuration {path} must be a JSON object.")
    return settings


def _file(context: Context, path: str) -> bytes:
    """``Artifact::file``, as the configuration names files."""
    name, separator, file = path.partition("::")
    if not separator:
        raise ActionFailed("ConfigurationError", f"{path} must have the form InputArtifactName::FileName.")
    return artifacts.file_of(context, artifacts.input_named(context, name), file)


def _stack(context: Context, name: str) -> dict[str, Any] | None:
    try:
        stacks = context.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    found: dict[str, Any] = stacks[0]
    return None if found["StackStatus"] == "DELETE_COMPLETE" else found


def _finished(context: Context, name: str, done: str) -> Outcome:
    """Wait for the stack; what came of it."""

    def ended() -> dict[str, Any] | None:
        present = _stack(context, name)
        if present is None:
            raise ActionFailed("JobFailed", f"Stack {name} has been deleted meanwhile.")
        return present if not present["StackStatus"].endswith("_IN_PROGRESS") else None

    stack = waiting.until(context, ended)
    if stack["StackStatus"] not in _GOOD_ENDS:
        reason = _first_failure(context, name)
        raise ActionFailed(
            "JobFailed", f"The following resource(s) failed: {reason} (stack {name} is {stack['StackStatus']})"
        )
    return _outcome(context, stack, done)


def _first_failure(context: Context, name: str) -> str:
    """The first resource that failed in the last operation, if the role may look."""
    try:
        events = context.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
    except ClientError:
        return "see the stack's events (the action's role may not call cloudformation:DescribeStackEvents)"
    failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
    if not failed:
        return "none is reported"
    return f"[{failed[-1]['LogicalResourceId']}] {failed[-1].get('ResourceStatusReason', '')}"


def _outcome(context: Context, stack: dict[str, Any], done: str) -> Outcome:
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    file = context.configuration.get("OutputFileName")
    if context.outputs and file:  # without a name CodePipeline makes no output artifact
        artifacts.write_zip(context, context.outputs[0], {file: json.dumps(outputs).encode()})
    name = context.required("StackName")
    return Outcome(summary=f"Stack {name} {done}.", external_id=stack.get("StackId", name), variables=outputs)


PROVIDERS = (
    Provider(
        "Deploy",
        "CloudFormation",
        act,
        TypeRules(
            {
                "ActionMode": True,
                "StackName": True,
                "Capabilities": False,
                "ChangeSetName": False,
                "RoleArn": False,
                "TemplatePath": False,
                "OutputFileName": False,
                "ParameterOverrides": False,
                "TemplateConfiguration": False,
            },
            inputs=Counts(0, 10),
            outputs=UP_TO_ONE,
        ),
    ),
)
