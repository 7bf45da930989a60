"""How tests of stacks speak: deploy a template, wait, read the events."""

from typing import Any

import yaml

from tests.localaws.waiting import wait_until

CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


def as_parameters(**values: str) -> list[dict[str, str]]:
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]


class Stacks:
    """Stacks of one test, through boto3."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def create(self, name: str, template: Any, **members: Any) -> dict[str, Any]:
        """Create and wait; returns the stack as described."""
        return self._send("create_stack", name, template, members)

    def update(self, name: str, template: Any, **members: Any) -> dict[str, Any]:
        """Update and wait."""
        return self._send("update_stack", name, template, members)

    def delete(self, name: str, **members: Any) -> dict[str, Any]:
        """Delete and wait."""
        stack_id = self.client.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
        self.client.delete_stack(StackName=name, **members)
        return self.settled(stack_id)

    def _send(self, operation: str, name: str, template: Any, members: dict[str, Any]) -> dict[str, Any]:
        body = template if isinstance(template, str) else yaml.safe_dump(template, sort_keys=False)
        members.setdefault("Capabilities", CAPABILITIES)
        answer = getattr(self.client, operation)(StackName=name, TemplateBody=body, **members)
        return self.settled(answer["StackId"])

    def settled(self, name: str) -> dict[str, Any]:
        """The stack once nothing is in progress."""

        def at_rest() -> dict[str, Any] | None:
            stack: dict[str, Any] = self.client.describe_stacks(StackName=name)["Stacks"][0]
            return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack

        return wait_until(at_rest, lambda: f"{name} settles; its events: {self.events(name)}")

    def events(self, name: str) -> list[tuple[str, str, str]]:
        """(logical id, status, reason), oldest first."""
        pages = self.client.get_paginator("describe_stack_events").paginate(StackName=name)
        found = [event for page in pages for event in page["StackEvents"]]
        return [
            (event["LogicalResourceId"], event["ResourceStatus"], event.get("ResourceStatusReason", ""))
            for event in reversed(found)
        ]

    def reasons(self, name: str, status: str) -> dict[str, str]:
        """The reasons of one status, by logical id."""
        return {logical_id: reason for logical_id, found, reason in self.events(name) if found == status}

    def outputs(self, name: str) -> dict[str, str]:
        stack = self.client.describe_stacks(StackName=name)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def physical_id(self, name: str, logical_id: str) -> str:
        detail = self.client.describe_stack_resource(StackName=name, LogicalResourceId=logical_id)
        return str(detail["StackResourceDetail"]["PhysicalResourceId"])
