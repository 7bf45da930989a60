"""Who signed an upload by HTML form: the signature is one of the form's fields, made over the policy as it is sent.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from rehearsal.localaws.authorizer import principals, signature
from rehearsal.localaws.authorizer.authentication import Authenticated, expiry
from rehearsal.localaws.authorizer.denials import Problem, Rejection
from rehearsal.localaws.authorizer.form_policy import FormPolicy, Refused
from rehearsal.localaws.authorizer.principals import Principal
from rehearsal.localaws.authorizer.signature import NotSigned
from rehearsal.localaws.ground import host, regions


def caller_of(fields: Mapping[str, str], size: int) -> Authenticated | Rejection:
    """The signer of a form whose policy holds; ``fields`` have lower-case names and hold a policy.

    Raises:
        Refused: the policy has expired, or does not let this form in.
    """
    found = _signer(fields)
    if isinstance(found, Rejection):
        return found
    policy = FormPolicy.parse(fields["policy"])
    wrong = expiry(found.principal, None, policy.expires_at)
    if wrong is not None and wrong.problem is Problem.EXPIRED_URL:
        raise Refused(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
    if wrong is not None:
        return wrong
    policy.check(fields, size)
    return found


def _signer(fields: Mapping[str, str]) -> Authenticated | Rejection:
    if "x-amz-signature" in fields:
        return _by_version_4(fields)
    principal = principals.find(fields.get("awsaccesskeyid", ""))
    expected = _made_by_version_2(principal, fields)
    return _judged(principal, fields, expected, fields.get("signature", ""), host.current().settings.region)


def _made_by_version_2(principal: Principal | None, fields: Mapping[str, str]) -> str:
    if principal is None:
        return ""
    made = hmac.new(principal.secret_access_key.encode(), fields["policy"].encode(), hashlib.sha1)
    return base64.b64encode(made.digest()).decode()


def _by_version_4(fields: Mapping[str, str]) -> Authenticated | Rejection:
    if fields.get("x-amz-algorithm") != signature.ALGORITHM:
        return Rejection(Problem.INCOMPLETE_URL)
    try:
        scope = signature.scope_of(fields.get("x-amz-credential", ""), Problem.INCOMPLETE_URL)
    except NotSigned as error:
        return error.why
    if scope.service != "s3" or fields.get("x-amz-date", "")[:8] != scope.date:
        return Rejection(Problem.INCOMPLETE_URL)
    if scope.region not in regions.played():
        return Rejection(Problem.UNKNOWN_REGION)
    principal = principals.find(scope.access_key_id)
    secret = "" if principal is None else principal.secret_access_key
    expected = signature.of_text(fields["policy"], secret, scope)
    return _judged(principal, fields, expected, fields["x-amz-signature"], scope.region)


def _judged(
    principal: Principal | None, fields: Mapping[str, str], expected: str, given: str, region: str
) -> Authenticated | Rejection:
    if principal is None:
        return Rejection(Problem.UNKNOWN_KEY)
    if fields.get("x-amz-security-token") != principal.session_token:
        return Rejection(Problem.WRONG_TOKEN)
    if not hmac.compare_digest(expected.encode(), given.encode()):
        return Rejection(Problem.WRONG_SIGNATURE)
    return Authenticated(principal, region, "s3")
