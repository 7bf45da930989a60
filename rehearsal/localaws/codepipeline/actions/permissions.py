"""Permissions that are no operations of their own (CodePipeline uses them behind the scenes): IAM is asked directly."""

from rehearsal.localaws.authorizer import principals
from rehearsal.localaws.authorizer.decide import Circumstances, decide
from rehearsal.localaws.authorizer.requests import Need
from rehearsal.localaws.codepipeline.actions.context import ActionFailed, Context


def must_be_allowed(context: Context, action: str, resource: str) -> None:
    """Whether the action's role has the permission.

    Raises:
        ActionFailed: PermissionError.
    """
    principal = principals.find(context.credentials().access_key_id)
    circumstances = Circumstances(principal, context.region)
    if not decide(Need(action, resource, {}), circumstances, circumstances.keys()).allowed:
        raise ActionFailed(
            "PermissionError",
            f"[{context.declared.name}] The role {context.role_arn} is not authorized to perform: {action} on "
            f"resource: {resource}",
        )
