"""What an account can do beyond AWS: found under its own path at the endpoint, there or not. AWS itself answers nothing
there."""

import json
import urllib.error
import urllib.request
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import AccountProblem, BadInput, NotThere

_PATH = "/_rehearsal/"
_TIMEOUT_SECONDS = 5
_CALL_TIMEOUT_SECONDS = 60
"""An advance of the clock returns when whoever waited has been woken."""


def is_rehearsal(aws: Aws) -> bool:
    """The account is a throw-away one: nothing in it costs money or is shared, so nobody need be asked."""
    if aws.endpoint_url is None:
        return False
    try:
        with urllib.request.urlopen(f"{aws.endpoint_url}{_PATH}health", timeout=_TIMEOUT_SECONDS) as response:
            return bool(json.load(response).get("status") == "ready")
    except (urllib.error.URLError, ValueError, AttributeError, ConnectionError, TimeoutError):
        return False


def call(aws: Aws, method: str, name: str, /, **members: Any) -> Any:
    """Use a capability.

    Raises:
        NotThere: this account does not offer it.
        BadInput: it does not take these members.
        AccountProblem: the credentials are not the administrator's.
    """
    if not is_rehearsal(aws):
        raise _not_offered(aws, name)
    credentials = aws.session.get_credentials()
    request = urllib.request.Request(
        f"{aws.endpoint_url}{_PATH}{name}",
        method=method,
        data=json.dumps(members).encode() if members else None,
        headers={
            "Authorization": f"Bearer {credentials.secret_key if credentials else ''}",
            "Content-Type": "application/json",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=_CALL_TIMEOUT_SECONDS) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise _refusal(aws, name, error) from error


def _not_offered(aws: Aws, name: str) -> NotThere:
    return NotThere(
        f"this account does not offer {name}: only the embedded AWS does",
        where=aws.endpoint_url or f"AWS, region {aws.region}",
        next_step='rehearse up (or rehearse run --keep) serves one; then eval "$(rehearse env)"',
    )


def _refusal(aws: Aws, name: str, error: urllib.error.HTTPError) -> Exception:
    message = str(json.loads(error.read() or b"{}").get("message", error.reason))
    where = f"{aws.endpoint_url}{_PATH}{name}"
    match error.code:
        case 400:
            return BadInput(message, where=name, next_step="correct what is named and give the command again")
        case 403:
            return AccountProblem(
                message,
                where=where,
                next_step='take the administrator\'s credentials: eval "$(rehearse env)"',
            )
        case 404:
            return _not_offered(aws, name)
    return AccountProblem(message, where=where, next_step="the log of the embedded AWS has the whole story")
