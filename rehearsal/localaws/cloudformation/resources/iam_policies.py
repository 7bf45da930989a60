"""Policies of IAM as resources of their own: inline ones, embedded ones, managed ones."""

from collections.abc import Iterable, Mapping
from typing import Any

from rehearsal.localaws.cloudformation import reasons
from rehearsal.localaws.cloudformation.resources.iam_calls import ATTACHED_TO, Principal, document, reconcile
from rehearsal.localaws.cloudformation.resources.model import Handler, HandlerBase, Made, Request


def _attachments(properties: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {(member, name) for member in ATTACHED_TO for name in properties.get(member, [])}


class Policy(HandlerBase):
    """An inline policy, put on each of its roles, users and groups."""

    type = "AWS::IAM::Policy"

    def create(self, request: Request) -> Made:
        physical_id = request.generated_name(128)
        return Made(physical_id, {"Id": physical_id})

    def finish(self, request: Request) -> Made:
        self._put(request, _attachments(request.properties))
        return Made(request.physical_id, request.attributes)

    def _put(self, request: Request, attachments: Iterable[tuple[str, str]]) -> None:
        name, text = request.properties["PolicyName"], document(request.properties["PolicyDocument"])
        for member, identity in sorted(attachments):
            ATTACHED_TO[member].call(
                request.client("iam"), "put_{kind}_policy", identity, PolicyName=name, PolicyDocument=text
            )

    def _remove(self, request: Request, name: str, attachments: Iterable[tuple[str, str]]) -> None:
        for member, identity in sorted(attachments):
            with reasons.if_there():  # the identity has gone before its policy
                ATTACHED_TO[member].call(request.client("iam"), "delete_{kind}_policy", identity, PolicyName=name)

    def update(self, request: Request) -> Made:
        was, now = _attachments(request.previous), _attachments(request.properties)
        self._put(request, now)
        gone = was if request.changed("PolicyName") else was - now
        self._remove(request, request.previous["PolicyName"], gone)
        return Made(request.physical_id, request.attributes)

    def delete(self, request: Request) -> None:
        self._remove(request, request.properties["PolicyName"], _attachments(request.properties))


class EmbeddedPolicy(HandlerBase):
    """One inline policy of one role, user or group, as a resource of its own."""

    def __init__(self, principal: Principal) -> None:
        self.type = f"AWS::IAM::{principal.kind}Policy"
        self._principal = principal

    def create(self, request: Request) -> Made:
        return Made(f"{request.properties['PolicyName']}|{self._identity(request)}")

    def finish(self, request: Request) -> Made:
        return self.update(request)

    def update(self, request: Request) -> Made:
        name, text = request.properties["PolicyName"], document(request.properties["PolicyDocument"])
        self._call(request, "put_{kind}_policy", PolicyName=name, PolicyDocument=text)
        return Made(request.physical_id)

    def delete(self, request: Request) -> None:
        self._call(request, "delete_{kind}_policy", PolicyName=request.properties["PolicyName"])

    def _identity(self, request: Request) -> str:
        return str(request.properties[f"{self._principal.kind}Name"])

    def _call(self, request: Request, operation: str, **members: Any) -> None:
        self._principal.call(request.client("iam"), operation, self._identity(request), **members)


class ManagedPolicy(HandlerBase):
    """A customer-managed policy and what it is attached to."""

    type = "AWS::IAM::ManagedPolicy"
    name_property = "ManagedPolicyName"

    def create(self, request: Request) -> Made:
        properties = request.properties
        passed = {key: properties[key] for key in ("Path", "Description") if key in properties}
        made = request.client("iam").create_policy(
            PolicyName=properties.get("ManagedPolicyName") or request.generated_name(128),
            PolicyDocument=document(properties["PolicyDocument"]),
            **passed,
        )["Policy"]
        attributes = {
            "PolicyArn": made["Arn"],
            "PolicyId": made["PolicyId"],
            "DefaultVersionId": made["DefaultVersionId"],
        }
        return Made(made["Arn"], attributes)

    def finish(self, request: Request) -> Made:
        self._attach(request)
        return Made(request.physical_id, request.attributes)

    def _attach(self, request: Request) -> None:
        def call(operation: str, attachment: tuple[str, str]) -> None:
            member, name = attachment
            ATTACHED_TO[member].call(request.client("iam"), operation, name, PolicyArn=request.physical_id)

        reconcile(
            _attachments(request.previous),
            _attachments(request.properties),
            remove=lambda attachment: call("detach_{kind}_policy", attachment),
            add=lambda attachment: call("attach_{kind}_policy", attachment),
        )

    def update(self, request: Request) -> Made:
        if request.changed("PolicyDocument"):
            self._drop_old_versions(request)
            request.client("iam").create_policy_version(
                PolicyArn=request.physical_id,
                PolicyDocument=document(request.properties["PolicyDocument"]),
                SetAsDefault=True,
            )
        self._attach(request)
        return Made(request.physical_id, request.attributes)

    def _drop_old_versions(self, request: Request) -> None:
        iam = request.client("iam")
        for version in iam.list_policy_versions(PolicyArn=request.physical_id)["Versions"]:
            if not version["IsDefaultVersion"]:
                iam.delete_policy_version(PolicyArn=request.physical_id, VersionId=version["VersionId"])

    def delete(self, request: Request) -> None:
        for member, name in sorted(_attachments(request.properties)):
            with reasons.if_there():
                ATTACHED_TO[member].call(
                    request.client("iam"), "detach_{kind}_policy", name, PolicyArn=request.physical_id
                )
        self._drop_old_versions(request)
        request.client("iam").delete_policy(PolicyArn=request.physical_id)


HANDLERS: tuple[Handler, ...] = (
    Policy(),
    ManagedPolicy(),
    *(EmbeddedPolicy(principal) for principal in ATTACHED_TO.values()),
)
