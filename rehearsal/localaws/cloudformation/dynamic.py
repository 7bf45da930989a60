"""Dynamic references: ``{{resolve:ssm:...}}``, ``ssm-secure`` and ``secretsmanager``, looked up as the stack acts.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from rehearsal.localaws.cloudformation.resources.model import ResourceFailed

_REFERENCE = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^{}]+)\}\}")
_UNKNOWN = re.compile(r"\{\{resolve:([^:{}]*):")

Clients = Callable[[str], Any]


def resolve(value: Any, client: Clients) -> Any:
    """``value`` with every dynamic reference in its strings replaced by what it names."""
    if isinstance(value, Mapping):
        return {key: resolve(item, client) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, client) for item in value]
    if not isinstance(value, str) or "{{resolve:" not in value:
        return value
    resolved = _REFERENCE.sub(lambda match: _LOOKUPS[match[1]](match[2], client), value)
    if unknown := _UNKNOWN.search(resolved):
        raise ResourceFailed(f"Dynamic reference service {unknown[1]!r} is not one of ssm, ssm-secure, secretsmanager")
    return resolved


def _plain(reference: str, client: Clients) -> str:
    return _parameter(reference, client, secure=False)


def _secure(reference: str, client: Clients) -> str:
    return _parameter(reference, client, secure=True)


def _parameter(reference: str, client: Clients, *, secure: bool) -> str:
    found = client("ssm").get_parameter(Name=reference, WithDecryption=secure)["Parameter"]
    if (found["Type"] == "SecureString") != secure:
        right = "ssm-secure" if found["Type"] == "SecureString" else "ssm"
        raise ResourceFailed(
            f"Parameter {reference} is a {found['Type']}: reference it with {{{{resolve:{right}:...}}}}"
        )
    return str(found["Value"])


def _secret(reference: str, client: Clients) -> str:
    secret_id, member = _secret_parts(reference)
    json_key, stage, version = ([*member, "", "", ""])[:3]
    asked = {
        "SecretId": secret_id,
        **({"VersionStage": stage} if stage else {}),
        **({"VersionId": version} if version else {}),
    }
    text = str(client("secretsmanager").get_secret_value(**asked)["SecretString"])
    if not json_key:
        return text
    try:
        return str(json.loads(text)[json_key])
    except (ValueError, KeyError, TypeError) as error:
        raise ResourceFailed(f"Could not find a value associated with JSONKey in SecretString: {json_key}") from error


def _secret_parts(reference: str) -> tuple[str, list[str]]:
    """The secret's name or ARN (which has colons of its own), and what follows ``SecretString``."""
    secret_id, mark, rest = reference.partition(":SecretString")
    return secret_id, rest.removeprefix(":").split(":") if mark else []


_LOOKUPS: Mapping[str, Callable[[str, Clients], str]] = {
    "ssm": _plain,
    "ssm-secure": _secure,
    "secretsmanager": _secret,
}
