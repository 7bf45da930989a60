"""The request context: AWS's global condition keys for a caller and a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache

from rehearsal.localaws.authorizer.policy import RequestContext
from rehearsal.localaws.authorizer.principals import Principal

ResourceTags = Callable[[], Mapping[str, str]]


class LiveContext(RequestContext):
    """A context that looks a resource's tags up when a policy first asks for one."""

    def __init__(self, keys: Mapping[str, tuple[str, ...]], resource_tags: ResourceTags) -> None:
        super().__init__(keys)
        self._resource_tags = resource_tags

    def values_of(self, key: str) -> tuple[str, ...] | None:
        key = key.lower()
        found = self.get(key)
        if found is not None:
            return found
        prefix, _, tag = key.partition("/")
        if tag and prefix.endswith((":resourcetag", ":existingobjecttag")):
            return _tag(self._resource_tags(), tag)
        return None


def _tag(tags: Mapping[str, str], wanted: str) -> tuple[str, ...] | None:
    return next(((value,) for key, value in tags.items() if key.lower() == wanted), None)


def global_keys(
    principal: Principal | None, *, region: str, now: float, source_ip: str, user_agent: str
) -> dict[str, tuple[str, ...]]:
    """The keys that every request has. The loopback connection counts as secure transport: nothing leaves the
    machine."""
    keys: dict[str, tuple[str, ...]] = {
        "aws:currenttime": (_written(int(now)),),
        "aws:epochtime": (str(int(now)),),
        "aws:requestedregion": (region,),
        "aws:securetransport": ("true",),
        "aws:sourceip": (source_ip,),
        "aws:useragent": (user_agent,),
        "aws:viaawsservice": ("false",),
        "aws:principalisawsservice": ("false",),
    }
    if principal is not None:
        keys.update(principal_keys(principal))
    return keys


def principal_keys(principal: Principal) -> dict[str, tuple[str, ...]]:
    """The keys that describe the caller."""
    keys: dict[str, tuple[str, ...]] = {
        "aws:principalaccount": (principal.account_id,),
        "aws:principalarn": (principal.role_arn or principal.arn,),
        "aws:principaltype": (_type_of(principal),),
        "aws:userid": (principal.user_id,),
    }
    if principal.user_name is not None:
        keys["aws:username"] = (principal.user_name,)
    if principal.issued_at is not None:
        keys["aws:tokenissuetime"] = (_written(int(principal.issued_at)),)
        keys["aws:multifactorauthpresent"] = ("false",)
    if principal.source_identity:
        keys["aws:sourceidentity"] = (principal.source_identity,)
    keys.update({f"aws:principaltag/{key.lower()}": (value,) for key, value in principal.tags})
    return keys


@lru_cache(maxsize=256)
def _written(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _type_of(principal: Principal) -> str:
    if principal.role_arn is not None:
        return "AssumedRole"
    return "User" if principal.user_name is not None else "FederatedUser"
