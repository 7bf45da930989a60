"""A project of SageMaker. How its making or removal goes is not kept: its stack or provisioned product says so."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class Project:
    """A project: ``stack_id`` where it is made from a template in S3, ``provisioned_id`` where Service Catalog made it.

    ``error`` is why neither could be asked for, ``is_deleting`` that its removal has begun.
    """

    name: str
    arn: str
    id: str
    request: dict[str, Any]
    created_at: datetime
    creator: dict[str, Any] = field(default_factory=dict)
    stack_name: str = ""
    stack_id: str = ""
    provisioned_id: str = ""
    error: str = ""
    is_deleting: bool = False

    def summary(self, status: str) -> dict[str, Any]:
        """One entry of ListProjects."""
        described = self.request.get("ProjectDescription")
        return {
            "ProjectName": self.name,
            "ProjectArn": self.arn,
            "ProjectId": self.id,
            "CreationTime": self.created_at,
            "ProjectStatus": status,
            **({"ProjectDescription": described} if described else {}),
        }


def status_of_stack(stack: str | None, *, is_deleting: bool) -> str:
    """ProjectStatus by the status of the project's stack; None: the stack is gone. Pure."""
    if stack is None:
        return "DeleteCompleted" if is_deleting else "CreateFailed"
    if is_deleting:
        return {"DELETE_COMPLETE": "DeleteCompleted", "DELETE_FAILED": "DeleteFailed"}.get(stack, "DeleteInProgress")
    if stack in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        return "CreateCompleted" if stack.startswith("CREATE") else "UpdateCompleted"
    if stack == "CREATE_IN_PROGRESS":
        return "CreateInProgress"
    if stack.startswith("UPDATE"):
        return "UpdateInProgress" if stack.endswith("_IN_PROGRESS") else "UpdateFailed"
    return "CreateFailed"


def status_of_product(status: str, *, is_deleting: bool) -> str:
    """ProjectStatus by the status of a request to Service Catalog. Pure."""
    verb = "Delete" if is_deleting else "Create"
    if status == "SUCCEEDED":
        return f"{verb}Completed"
    return f"{verb}Failed" if status == "FAILED" else f"{verb}InProgress"
