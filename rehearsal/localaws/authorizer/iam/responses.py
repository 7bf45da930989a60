"""The operations of IAM that moto lacks: the policy simulator, users' permissions boundaries, tags of instance
profiles."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.core.serialize import never_return
from moto.iam.responses import IamResponse

from rehearsal.localaws.authorizer import context, principals, simulate
from rehearsal.localaws.authorizer.conditions import MalformedPolicy
from rehearsal.localaws.authorizer.policy import Policies, Policy, RequestContext
from rehearsal.localaws.authorizer.principal_element import Caller
from rehearsal.localaws.authorizer.principals import Principal
from rehearsal.localaws.authorizer.simulate import Simulation
from rehearsal.localaws.ground import pages
from rehearsal.localaws.ground.errors import AwsError

_PAGE = 100


class IamApi(IamResponse):
    """One request to IAM."""

    RESPONSE_KEY_PATH_TO_TRANSFORMER = {
        **IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER,
        "CreateRoleResponse.Role.MaxSessionDuration": never_return,
        "CreateRoleResponse.Role.PermissionsBoundary": never_return,
        "CreateRoleResponse.Role.RoleLastUsed": never_return,
    }

    def simulate_custom_policy(self) -> ActionResult:
        """Policies given as text, by nobody in particular or by CallerArn."""
        policies = Policies(
            identity=_parsed(self._get_param("PolicyInputList") or [], "PolicyInputList"),
            resource=self._resource_policy(),
            boundary=self._given_boundary(),
        )
        return self._simulated(policies, {}, _caller(self._get_param("CallerArn")), "none")

    def simulate_principal_policy(self) -> ActionResult:
        """The policies of a user (with their groups'), group or role, and further ones given as text."""
        holder, principal = self._principal(self._get_param("PolicySourceArn"))
        excluded = set(_excluded(self._get_param("PolicyExclusionList") or []))
        given = _parsed(self._get_param("PolicyInputList") or [], "PolicyInputList")
        policies = Policies(
            identity=(*(policy for policy in principal.identity if policy.name not in excluded), *given),
            resource=self._resource_policy(),
            boundary=self._given_boundary() or principal.boundary,
        )
        keys = context.principal_keys(principal)
        caller = _caller(self._get_param("CallerArn")) or principal.caller
        return self._simulated(policies, keys, caller, holder)

    def get_context_keys_for_custom_policy(self) -> ActionResult:
        """The condition keys of policies given as text."""
        policies = _parsed(self._get_param("PolicyInputList") or [], "PolicyInputList")
        return ActionResult({"ContextKeyNames": simulate.context_keys(policies)})

    def get_context_keys_for_principal_policy(self) -> ActionResult:
        """The condition keys of a principal's policies and of those given as text."""
        _, principal = self._principal(self._get_param("PolicySourceArn"))
        given = _parsed(self._get_param("PolicyInputList") or [], "PolicyInputList")
        return ActionResult({"ContextKeyNames": simulate.context_keys([*principal.identity, *given])})

    def create_user(self) -> ActionResult:
        """A user, with a permissions boundary when one is named."""
        created = super().create_user()
        boundary = self._get_param("PermissionsBoundary")
        if boundary:
            self._bound_user(self._get_param("UserName"), boundary)
        return created

    def put_user_permissions_boundary(self) -> ActionResult:
        """Set a user's boundary."""
        self._bound_user(self._get_param("UserName"), self._get_param("PermissionsBoundary"))
        return EmptyResult()

    def delete_user_permissions_boundary(self) -> ActionResult:
        """Take a user's boundary away."""
        self._bound_user(self._get_param("UserName"), None)
        return EmptyResult()

    def get_policy(self) -> ActionResult:
        """A policy, with how many users and roles it bounds."""
        policy = self.backend.get_policy(self._get_param("PolicyArn"))
        policy.permissions_boundary_usage_count = self._bounded()[policy.arn]
        return super().get_policy()

    def list_policies(self) -> ActionResult:
        """The policies, each with how many users and roles it bounds."""
        bounded = self._bounded()
        for policy in self.backend.managed_policies.values():
            policy.permissions_boundary_usage_count = bounded[policy.arn]
        return super().list_policies()

    def list_instance_profile_tags(self) -> ActionResult:
        """In the order in which they were put."""
        profile = self.backend.get_instance_profile(self._get_param("InstanceProfileName"))
        refusal = AwsError("ValidationError", "Invalid Marker.")
        found, following = pages.cut(
            profile.tags, self._get_param("Marker"), self._get_int_param("MaxItems", _PAGE), refusal
        )
        return ActionResult({"Tags": found, "IsTruncated": bool(following), "Marker": following})

    def _bounded(self) -> Counter[str]:
        """How many users and roles each policy bounds."""
        holders = [*self.backend.users.values(), *self.backend.roles.values()]
        return Counter(str(getattr(each, "permissions_boundary_arn", None)) for each in holders)

    def _bound_user(self, user_name: str, boundary: str | None) -> None:
        user = self.backend.get_user(user_name)
        user.permissions_boundary_arn = boundary
        user.permissions_boundary = (
            {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary} if boundary else None
        )

    def _simulated(
        self, policies: Policies, keys: dict[str, tuple[str, ...]], caller: Caller | None, holder: str
    ) -> ActionResult:
        entries = simulate.context_of(self._get_param("ContextEntries") or [])
        found = simulate.results(
            Simulation(
                policies,
                self._get_param("ActionNames") or [],
                self._get_param("ResourceArns") or [],
                RequestContext({**keys, **entries}),
                caller,
                holder,
            )
        )
        return ActionResult(simulate.page(found, self._get_param("Marker"), self._get_int_param("MaxItems", _PAGE)))

    def _principal(self, arn: str) -> tuple[str, Principal]:
        iam = self.backend
        for role in iam.roles.values():
            if role.arn == arn:
                return "role", principals.role_principal(iam, role)
        for user in iam.users.values():
            if user.arn == arn:
                return "user", principals.user_principal(iam, user)
        for group in iam.groups.values():
            if group.arn == arn:
                return "group", Principal(group.arn, group.id, "", tuple(principals.policies_of(group)))
        raise AwsError("NoSuchEntity", f"The entity with ARN {arn} cannot be found.")

    def _resource_policy(self) -> Policy | None:
        text = self._get_param("ResourcePolicy")
        return _parsed([text], "ResourcePolicy")[0] if text else None

    def _given_boundary(self) -> Policy | None:
        given = self._get_param("PermissionsBoundaryPolicyInputList")
        return _parsed(given, "PermissionsBoundaryPolicyInputList")[0] if given else None


def _parsed(texts: list[str], name: str) -> tuple[Policy, ...]:
    try:
        return tuple(Policy.parse(text, f"{name}.{number}") for number, text in enumerate(texts, start=1))
    except MalformedPolicy as error:
        raise AwsError("InvalidInput", f"Invalid {name}: {error}") from error


def _excluded(exclusions: list[dict[str, Any]]) -> Iterator[str]:
    for exclusion in exclusions:
        if exclusion.get("PolicyArn"):
            yield exclusion["PolicyArn"]
        if exclusion.get("InlinePolicyIdentifier"):
            yield exclusion["InlinePolicyIdentifier"]["PolicyName"]


def _caller(arn: str | None) -> Caller | None:
    return None if arn is None else Caller(arn.split(":")[4], arn)
