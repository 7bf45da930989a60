"""Stacks and change sets."""

import json

from rehearsal.toolkit.parity.calls import Call, Removal
from rehearsal.toolkit.parity.script.common import TAGS


def calls() -> tuple[Call, ...]:
    """One stack of a log group, and what may not be asked of it."""
    stack = {"StackName": "{prefix}-stack"}
    refused = {"StackName": "{prefix}-refused"}
    resources = {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/{prefix}/stack"}}}
    template = {"Parameters": {"Word": {"Type": "String", "Default": "a"}}, "Resources": resources}
    body = {"TemplateBody": json.dumps(template)}
    word = {"ParameterKey": "Word"}
    bad = [{**word, "ParameterValue": "x" * 4097}]
    nope = [{"ParameterKey": "Nope", "ParameterValue": "1"}]
    both = [{**word, "ParameterValue": "b", "UsePreviousValue": True}]
    removal = Removal("delete_stack", stack, waits_until_gone=("describe_stacks", stack))
    return (
        Call("cloudformation-validate", "cloudformation", "validate_template", body),
        Call("cloudformation-validate-nothing", "cloudformation", "validate_template", {"TemplateBody": "{}"}),
        Call("cloudformation-missing", "cloudformation", "describe_stacks", {"StackName": "{prefix}-nowhere"}),
        Call(
            "cloudformation-unknown-parameter", "cloudformation", "create_stack", {**stack, **body, "Parameters": nope}
        ),
        Call(
            "cloudformation-long-parameter",
            "cloudformation",
            "create_stack",
            {"TemplateBody": json.dumps(template).replace("/stack", "/refused"), **refused, "Parameters": bad},
            Removal("delete_stack", refused),
        ),
        Call("cloudformation-create", "cloudformation", "create_stack", {**stack, **body, "Tags": TAGS}, removal),
        Call(
            "cloudformation-change-set-too-early",
            "cloudformation",
            "create_change_set",
            {**stack, **body, "ChangeSetName": "{prefix}"},
        ),
        Call(
            "cloudformation-value-and-previous",
            "cloudformation",
            "update_stack",
            {**stack, **body, "Parameters": both},
            retried_on="IN_PROGRESS",
        ),
        Call(
            "cloudformation-no-update",
            "cloudformation",
            "update_stack",
            {**stack, **body, "Tags": TAGS},
            retried_on="IN_PROGRESS",
        ),
        Call("cloudformation-resources", "cloudformation", "describe_stack_resources", stack),
    )
