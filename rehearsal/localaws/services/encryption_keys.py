"""KMS: members of answers that moto leaves out, and keys that wait for their deletion.

https://docs.aws.amazon.com/kms/latest/APIReference/
"""

import hashlib
import json
from functools import wraps
from typing import Any

from moto.kms.models import Key, KmsBackend
from moto.kms.responses import KmsResponse

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge.replacing import around

_SYMMETRIC = "SYMMETRIC_DEFAULT"


def install() -> None:
    """Look at what moto answers."""
    around(Key, "to_dict", _described)
    for operation in ("encrypt", "decrypt"):
        around(KmsResponse, operation, _with_algorithm)
    for operation in ("decrypt", "generate_data_key"):
        around(KmsResponse, operation, _with_material)
    around(KmsResponse, "schedule_key_deletion", _scheduled)
    for operation in ("encrypt", "generate_data_key"):
        around(KmsBackend, operation, _of_a_usable_key)


def _described(tell: Any) -> Any:
    @wraps(tell)
    def described(key: Any) -> dict[str, Any]:
        answer: dict[str, Any] = tell(key)
        told = answer["KeyMetadata"]
        told["KeyUsage"] = told["KeyUsage"] or "ENCRYPT_DECRYPT"
        told["MultiRegion"] = bool(told["MultiRegion"])
        if not told["SigningAlgorithms"]:
            del told["SigningAlgorithms"]
        if told["KeySpec"] == _SYMMETRIC:
            told["CurrentKeyMaterialId"] = _material(key.id)
        return answer

    return described


def _material(key_id: str) -> str:
    """The id of a key's material: 64 hexadecimal digits, the same for as long as it is not rotated."""
    return hashlib.sha256(key_id.encode()).hexdigest()


def _with_algorithm(method: Any) -> Any:
    @wraps(method)
    def told(response: Any) -> str:
        algorithm = response._get_param("EncryptionAlgorithm") or _SYMMETRIC
        return json.dumps({**json.loads(method(response)), "EncryptionAlgorithm": algorithm})

    return told


def _with_material(method: Any) -> Any:
    @wraps(method)
    def told(response: Any) -> str:
        answer = json.loads(method(response))
        return json.dumps({**answer, "KeyMaterialId": _material(answer["KeyId"].rpartition("/")[2])})

    return told


def _scheduled(method: Any) -> Any:
    @wraps(method)
    def told(response: Any) -> str:
        answer = json.loads(method(response))
        key = response.kms_backend.describe_key(answer["KeyId"])
        days = response._get_param("PendingWindowInDays") or 30
        return json.dumps({**answer, "KeyId": key.arn, "KeyState": key.key_state, "PendingWindowInDays": days})

    return told


def _of_a_usable_key(method: Any) -> Any:
    @wraps(method)
    def used(backend: Any, key_id: str, *args: Any, **named: Any) -> Any:
        key = backend.describe_key(backend.get_key_id(key_id) if key_id.startswith("arn:") else key_id)
        if key.key_state == "PendingDeletion":
            raise AwsError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
        if not key.enabled:
            raise AwsError("DisabledException", f"{key.arn} is disabled.")
        return method(backend, key_id, *args, **named)

    return used
