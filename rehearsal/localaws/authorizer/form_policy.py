"""The policy of an upload by HTML form: which fields and which file it lets in. Pure.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_NEED_NO_CONDITION = frozenset({"awsaccesskeyid", "file", "policy", "signature", "x-amz-signature"})
_IGNORED = "x-ignore-"
_FAILED = "Invalid according to Policy: Policy Condition failed: "


class Refused(Exception):
    """S3 does not take the form; ``status`` and ``code`` are those of its answer."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass(frozen=True)
class FormPolicy:
    """A policy that was read: until when it counts (seconds since the epoch, on the signer's clock), and its
    conditions."""

    expires_at: float
    conditions: tuple[Any, ...]

    @classmethod
    def parse(cls, encoded: str) -> "FormPolicy":
        """Read the form's ``policy`` field.

        Raises:
            Refused: it is no policy.
        """
        try:
            document = json.loads(base64.b64decode(encoded, validate=True))
            moment = datetime.fromisoformat(str(document["expiration"]))
            conditions = tuple(document["conditions"])
        except (binascii.Error, ValueError, KeyError, TypeError, RecursionError) as error:
            raise Refused(400, "InvalidPolicyDocument", "Invalid Policy: Invalid JSON.") from error
        return cls((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp(), conditions)

    def check(self, fields: Mapping[str, str], size: int) -> None:
        """Hold the form against it; ``fields`` have lower-case names, the bucket's among them, ``size`` is the file's
        in bytes.

        Raises:
            Refused: a condition does not hold, or a field has none.
        """
        named: set[str] = set()
        for operator, name, value in self._each():
            if operator == "content-length-range":
                _check_size(size, name, value)
                continue
            named.add(str(name))
            found = fields.get(str(name), "")
            if not (found == value if operator == "eq" else found.startswith(str(value))):
                shown = json.dumps([operator, f"${name}", value])
                raise Refused(403, "AccessDenied", _FAILED + shown)
        extra = [
            each
            for each in fields
            if each not in named | _NEED_NO_CONDITION | {"bucket"} and not each.startswith(_IGNORED)
        ]
        if extra:
            raise Refused(403, "AccessDenied", f"Invalid according to Policy: Extra input fields: {extra[0]}")

    def _each(self) -> Iterator[tuple[str, Any, Any]]:
        """Operator, field and value; of a range its two ends."""
        for condition in self.conditions:
            if isinstance(condition, Mapping):
                yield from (("eq", str(name).lower(), value) for name, value in condition.items())
            elif isinstance(condition, list) and len(condition) == 3 and isinstance(condition[0], str):
                operator, first, second = condition
                if operator.lower() not in ("eq", "starts-with", "content-length-range"):
                    raise Refused(400, "InvalidPolicyDocument", "Invalid Policy: Invalid condition.")
                is_range = operator.lower() == "content-length-range"
                yield operator.lower(), first if is_range else str(first).removeprefix("$").lower(), second
            else:
                raise Refused(400, "InvalidPolicyDocument", "Invalid Policy: Invalid condition.")


def _check_size(size: int, least: Any, most: Any) -> None:
    try:
        smallest, largest = int(least), int(most)
    except (TypeError, ValueError) as error:
        raise Refused(400, "InvalidPolicyDocument", "Invalid Policy: Invalid content-length-range.") from error
    if size < smallest:
        raise Refused(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
    if size > largest:
        raise Refused(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
