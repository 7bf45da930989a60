"""The operations of STS that differ from moto's: real sessions, with everything that the requests may limit."""

from typing import Any

from moto.core.responses import ActionResult
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends
from moto.sts.responses import TokenResponse

from rehearsal.localaws.authorizer import principals
from rehearsal.localaws.authorizer.principals import Principal
from rehearsal.localaws.ground.errors import AwsError

_HOUR = 3600
_HALF_A_DAY = 12 * _HOUR
_LONGEST_SESSION_NAME = 64


class StsApi(TokenResponse):
    """One request to STS."""

    def assume_role(self) -> ActionResult:
        """A session of the role, limited as the request says."""
        duration = self._get_int_param("DurationSeconds", _HOUR)
        self._check_assume_role(duration)
        session = self.backend.assume_role(
            region_name=self.region,
            role_session_name=self._get_param("RoleSessionName"),
            role_arn=self._get_param("RoleArn"),
            policy=self._get_param("Policy"),
            duration=duration,
            external_id=self._get_param("ExternalId"),
        )
        session.policy_arns = self._policy_arns()
        handed_on = self._handed_on()
        own = {tag["Key"]: tag["Value"] for tag in self._get_param("Tags") or ()}
        session.tags = tuple({**handed_on, **own}.items())
        session.transitive = frozenset(
            key.lower() for key in (*handed_on, *(self._get_param("TransitiveTagKeys") or ()))
        )
        session.source_identity = self._get_param("SourceIdentity")
        described: dict[str, Any] = {
            "Credentials": _credentials(session),
            "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
        }
        if self._get_param("Policy") or session.policy_arns or session.tags:
            described["PackedPolicySize"] = 6
        if session.source_identity:
            described["SourceIdentity"] = session.source_identity
        return ActionResult(described)

    def get_session_token(self) -> ActionResult:
        """The caller's own permissions with keys that end."""
        caller = self._caller()
        duration = self._get_int_param("DurationSeconds", _HALF_A_DAY)
        session = self.backend.user_session(_user_name(caller, "GetSessionToken"), duration)
        return ActionResult({"Credentials": _credentials(session)})

    def get_federation_token(self) -> ActionResult:
        """Keys for somebody else: what both the caller and the request's policies allow."""
        caller, name = self._caller(), self._get_param("Name")
        session = self.backend.user_session(
            _user_name(caller, "GetFederationToken"),
            self._get_int_param("DurationSeconds", _HALF_A_DAY),
            federated_as=name,
            policy=self._get_param("Policy"),
            policy_arns=self._policy_arns(),
        )
        arn = f"arn:aws:sts::{self.current_account}:federated-user/{name}"
        return ActionResult(
            {
                "Credentials": _credentials(session),
                "FederatedUser": {"FederatedUserId": f"{self.current_account}:{name}", "Arn": arn},
                "PackedPolicySize": 6,
            }
        )

    def get_caller_identity(self) -> ActionResult:
        """Who signed the request."""
        caller = self._caller()
        return ActionResult({"UserId": caller.user_id, "Account": self.current_account, "Arn": caller.arn})

    def _caller(self) -> Principal:
        caller = principals.find(self.access_key)
        if caller is None:
            raise AwsError("InvalidClientTokenId", "The security token included in the request is invalid.")
        return caller

    def _handed_on(self) -> dict[str, str]:
        """The tags of the caller's session, which is kept in the caller's account: the role may be another's."""
        return dict(sts_backends[self._caller().account_id][self.partition].handed_on(self.access_key))

    def _policy_arns(self) -> tuple[str, ...]:
        return tuple(each["arn"] for each in self._get_param("PolicyArns") or ())

    def _check_assume_role(self, duration: int) -> None:
        name = self._get_param("RoleSessionName")
        if len(name) > _LONGEST_SESSION_NAME:
            raise AwsError(
                "ValidationError",
                f"1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: "
                f"Member must have length less than or equal to {_LONGEST_SESSION_NAME}",
            )
        self._check_tags()
        caller = principals.find(self.access_key)
        if caller is not None and caller.role_arn is not None and duration > _HOUR:
            raise AwsError(
                "ValidationError",
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
            )
        if duration > self._longest():
            raise AwsError(
                "ValidationError",
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            )

    def _check_tags(self) -> None:
        keys = [tag["Key"].lower() for tag in self._get_param("Tags") or ()]
        if len(set(keys)) < len(keys):
            raise AwsError(
                "InvalidParameterValue",
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            )
        handed_on = {key.lower() for key in self._handed_on()}
        if handed_on & set(keys):
            raise AwsError(
                "InvalidParameterValue",
                "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key "
                "from the calling session.",
            )
        if {key.lower() for key in self._get_param("TransitiveTagKeys") or ()} - set(keys):
            raise AwsError(
                "InvalidParameterValue",
                "The specified transitive tag key must be included in the requested tags.",
            )

    def _longest(self) -> int:
        roles = iam_backends[self.current_account][self.partition].roles.values()
        role = next((role for role in roles if role.arn == self._get_param("RoleArn")), None)
        return int((role and role.max_session_duration) or _HOUR)


def _credentials(session: Any) -> dict[str, Any]:
    return {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key,
        "SessionToken": session.session_token,
        "Expiration": session.expiration,
    }


def _user_name(caller: Principal, operation: str) -> str:
    if caller.user_name is None or caller.is_session:
        raise AwsError("AccessDenied", f"Cannot call {operation} with session credentials")
    return caller.user_name
