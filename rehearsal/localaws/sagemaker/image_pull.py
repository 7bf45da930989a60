"""Whether a role may pull an image from its registry: AWS asks this of the images it offers itself, too.

The permissions are those that AWS lists for execution roles.
https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
"""

import re

from rehearsal.localaws.authorizer import on_behalf
from rehearsal.localaws.authorizer.requests import Need

_IN_ECR = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9\-]+)\.amazonaws\.com(?:\.cn)?/(?P<repository>[^:@]+)(?:[:@].+)?"
)
_OF_THE_REPOSITORY = ("BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage")


def refused(image: str, role_arn: str | None) -> Need | None:
    """The first permission that the role lacks to pull ``image``; None when it may, or when no registry of AWS has the
    image."""
    found = _IN_ECR.fullmatch(image)
    if found is None or role_arn is None:
        return None
    repository = f"arn:aws:ecr:{found['region']}:{found['account']}:repository/{found['repository']}"
    needs = [Need("ecr:GetAuthorizationToken", "*", {})]
    needs += [Need(f"ecr:{action}", repository, {}) for action in _OF_THE_REPOSITORY]
    return on_behalf.first_refused(role_arn, needs, found["region"])


def no_permission(image: str, role_arn: str | None) -> str | None:
    """What an endpoint's FailureReason says of it; None when the role may pull."""
    need = refused(image, role_arn)
    if need is None:
        return None
    return f"The role '{role_arn}' does not have {need.action.partition(':')[2]} permission for the image: '{image}'."


def cannot_pull(image: str, role_arn: str) -> str | None:
    """What a job's FailureReason says of it, with the permission that is missing; None when the role may pull."""
    need = refused(image, role_arn)
    if need is None:
        return None
    return (
        "ClientError: Cannot pull algorithm container. Either the image does not exist or its permissions are "
        f"incorrect. ({role_arn} is not authorized to perform: {need.action} on resource: {need.resource}, "
        "because no identity-based policy allows it)"
    )
