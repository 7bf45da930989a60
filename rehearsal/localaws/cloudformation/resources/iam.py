"""AWS::IAM types: roles, users, groups, their keys and instance profiles; policies are in :mod:`iam_policies`.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_IAM.html
"""

from typing import Any

from rehearsal.localaws.authorizer import lag
from rehearsal.localaws.cloudformation import reasons
from rehearsal.localaws.cloudformation.resources import iam_policies
from rehearsal.localaws.cloudformation.resources.iam_calls import GROUP, ROLE, USER, Principal, document, reconcile
from rehearsal.localaws.cloudformation.resources.model import Handler, HandlerBase, Made, Request
from rehearsal.localaws.cloudformation.resources.table import retag
from rehearsal.localaws.ground import clock


class _Identity(HandlerBase):
    """What roles, users and groups have in common: inline policies and attached ones."""

    principal: Principal

    def _put_policies(self, request: Request) -> None:
        iam, before, after = request.client("iam"), request.previous, request.properties
        was = {policy["PolicyName"]: policy for policy in before.get("Policies", [])}
        now = {policy["PolicyName"]: policy for policy in after.get("Policies", [])}
        for name in was.keys() - now.keys():
            self._call(iam, "delete_{kind}_policy", request, PolicyName=name)
        for name, policy in now.items():
            if was.get(name) != policy:
                text = document(policy["PolicyDocument"])
                self._call(iam, "put_{kind}_policy", request, PolicyName=name, PolicyDocument=text)
        reconcile(
            before.get("ManagedPolicyArns", []),
            after.get("ManagedPolicyArns", []),
            remove=lambda arn: self._call(iam, "detach_{kind}_policy", request, PolicyArn=arn),
            add=lambda arn: self._call(iam, "attach_{kind}_policy", request, PolicyArn=arn),
        )

    def _call(self, iam: Any, operation: str, request: Request, **members: Any) -> Any:
        return self.principal.call(iam, operation, request.physical_id, **members)

    def _strip(self, request: Request) -> None:
        """Take away what this resource gave, so that the identity can be deleted."""
        iam = request.client("iam")
        for policy in request.properties.get("Policies", []):
            with reasons.if_there():
                self._call(iam, "delete_{kind}_policy", request, PolicyName=policy["PolicyName"])
        for arn in request.properties.get("ManagedPolicyArns", []):
            with reasons.if_there():
                self._call(iam, "detach_{kind}_policy", request, PolicyArn=arn)

    def _put_boundary(self, request: Request) -> None:
        if not request.changed("PermissionsBoundary"):
            return
        iam, boundary = request.client("iam"), request.properties.get("PermissionsBoundary")
        if boundary:
            self._call(iam, "put_{kind}_permissions_boundary", request, PermissionsBoundary=boundary)
        else:
            self._call(iam, "delete_{kind}_permissions_boundary", request)

    def _put_tags(self, request: Request) -> None:
        iam = request.client("iam")
        retag(
            request,
            lambda keys: self._call(iam, "untag_{kind}", request, TagKeys=keys),
            lambda tags: self._call(iam, "tag_{kind}", request, Tags=tags),
        )

    def finish(self, request: Request) -> Made:
        self._put_policies(request)
        return Made(request.physical_id, request.attributes)


class Role(_Identity):
    """A role, with inline and attached policies."""

    type = "AWS::IAM::Role"
    name_property = "RoleName"
    principal = ROLE

    def create(self, request: Request) -> Made:
        properties = request.properties
        name = properties.get("RoleName") or request.generated_name(64)
        passed = ("Path", "Description", "MaxSessionDuration", "PermissionsBoundary", "Tags")
        made = request.client("iam").create_role(
            RoleName=name,
            AssumeRolePolicyDocument=document(properties["AssumeRolePolicyDocument"]),
            **{member: properties[member] for member in passed if member in properties},
        )["Role"]
        return Made(name, {"Arn": made["Arn"], "RoleId": made["RoleId"]})

    def finish(self, request: Request) -> Made:
        """CloudFormation waits until a new role counts everywhere; of a role that is changed it does not."""
        made = super().finish(request)
        clock.sleep(lag.seconds())
        return made

    def update(self, request: Request) -> Made:
        iam = request.client("iam")
        if request.changed("AssumeRolePolicyDocument"):
            text = document(request.properties["AssumeRolePolicyDocument"])
            iam.update_assume_role_policy(RoleName=request.physical_id, PolicyDocument=text)
        if request.changed("Description", "MaxSessionDuration"):
            iam.update_role(
                RoleName=request.physical_id,
                Description=request.properties.get("Description", ""),
                MaxSessionDuration=request.properties.get("MaxSessionDuration", 3600),
            )
        self._put_boundary(request)
        self._put_tags(request)
        self._put_policies(request)
        return Made(request.physical_id, request.attributes)

    def delete(self, request: Request) -> None:
        self._strip(request)
        request.client("iam").delete_role(RoleName=request.physical_id)


class User(_Identity):
    """A user, with policies and groups."""

    type = "AWS::IAM::User"
    name_property = "UserName"
    principal = USER

    def create(self, request: Request) -> Made:
        properties = request.properties
        name = properties.get("UserName") or request.generated_name(64)
        passed = {key: properties[key] for key in ("Path", "PermissionsBoundary", "Tags") if key in properties}
        made = request.client("iam").create_user(UserName=name, **passed)["User"]
        return Made(name, {"Arn": made["Arn"]})

    def finish(self, request: Request) -> Made:
        self._put_groups(request)
        if profile := request.properties.get("LoginProfile"):
            request.client("iam").create_login_profile(UserName=request.physical_id, **profile)
        return super().finish(request)

    def _put_groups(self, request: Request) -> None:
        iam, name = request.client("iam"), request.physical_id
        reconcile(
            request.previous.get("Groups", []),
            request.properties.get("Groups", []),
            remove=lambda group: iam.remove_user_from_group(GroupName=group, UserName=name),
            add=lambda group: iam.add_user_to_group(GroupName=group, UserName=name),
        )

    def update(self, request: Request) -> Made:
        attributes = self._put_path(request)
        self._put_groups(request)
        self._put_boundary(request)
        self._put_tags(request)
        self._put_policies(request)
        return Made(request.physical_id, attributes)

    def _put_path(self, request: Request) -> dict[str, Any]:
        """Move the user where the path has changed; the attributes that it has now."""
        was, now = (values.get("Path", "/") for values in (request.previous, request.properties))
        if was == now:
            return dict(request.attributes)
        iam = request.client("iam")
        iam.update_user(UserName=request.physical_id, NewPath=now)
        return {"Arn": iam.get_user(UserName=request.physical_id)["User"]["Arn"]}

    def delete(self, request: Request) -> None:
        self._strip(request)
        iam = request.client("iam")
        for group in request.properties.get("Groups", []):
            with reasons.if_there():
                iam.remove_user_from_group(GroupName=group, UserName=request.physical_id)
        if "LoginProfile" in request.properties:
            with reasons.if_there():
                iam.delete_login_profile(UserName=request.physical_id)
        iam.delete_user(UserName=request.physical_id)


class Group(_Identity):
    """A group, with policies."""

    type = "AWS::IAM::Group"
    name_property = "GroupName"
    principal = GROUP

    def create(self, request: Request) -> Made:
        name = request.properties.get("GroupName") or request.generated_name(128)
        passed = {key: request.properties[key] for key in ("Path",) if key in request.properties}
        made = request.client("iam").create_group(GroupName=name, **passed)["Group"]
        return Made(name, {"Arn": made["Arn"]})

    def update(self, request: Request) -> Made:
        self._put_policies(request)
        return Made(request.physical_id, request.attributes)

    def delete(self, request: Request) -> None:
        self._strip(request)
        request.client("iam").delete_group(GroupName=request.physical_id)


class AccessKey(HandlerBase):
    """A key of a user; its secret is an attribute."""

    type = "AWS::IAM::AccessKey"

    def create(self, request: Request) -> Made:
        key = request.client("iam").create_access_key(UserName=request.properties["UserName"])["AccessKey"]
        return Made(key["AccessKeyId"], {"SecretAccessKey": key["SecretAccessKey"]})

    def finish(self, request: Request) -> Made:
        return self.update(request) if "Status" in request.properties else super().finish(request)

    def update(self, request: Request) -> Made:
        request.client("iam").update_access_key(
            UserName=request.properties["UserName"],
            AccessKeyId=request.physical_id,
            Status=request.properties.get("Status", "Active"),
        )
        return Made(request.physical_id, request.attributes)

    def delete(self, request: Request) -> None:
        request.client("iam").delete_access_key(
            UserName=request.properties["UserName"], AccessKeyId=request.physical_id
        )


class InstanceProfile(HandlerBase):
    """An instance profile and its role."""

    type = "AWS::IAM::InstanceProfile"
    name_property = "InstanceProfileName"

    def create(self, request: Request) -> Made:
        name = request.properties.get("InstanceProfileName") or request.generated_name(128)
        passed = {key: request.properties[key] for key in ("Path",) if key in request.properties}
        made = request.client("iam").create_instance_profile(InstanceProfileName=name, **passed)["InstanceProfile"]
        return Made(name, {"Arn": made["Arn"]})

    def finish(self, request: Request) -> Made:
        self._put_roles(request)
        return Made(request.physical_id, request.attributes)

    def _put_roles(self, request: Request) -> None:
        iam, name = request.client("iam"), request.physical_id
        reconcile(
            request.previous.get("Roles", []),
            request.properties.get("Roles", []),
            remove=lambda role: iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=role),
            add=lambda role: iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role),
        )

    def update(self, request: Request) -> Made:
        self._put_roles(request)
        return Made(request.physical_id, request.attributes)

    def delete(self, request: Request) -> None:
        for role in request.properties.get("Roles", []):
            with reasons.if_there():
                request.client("iam").remove_role_from_instance_profile(
                    InstanceProfileName=request.physical_id, RoleName=role
                )
        request.client("iam").delete_instance_profile(InstanceProfileName=request.physical_id)


HANDLERS: tuple[Handler, ...] = (Role(), User(), Group(), InstanceProfile(), AccessKey(), *iam_policies.HANDLERS)
