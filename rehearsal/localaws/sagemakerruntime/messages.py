"""InvokeEndpoint as it stands on the wire: what a request says, what an answer or error looks like. Pure.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from rehearsal.localaws.ground.replies import Reply, status_line

MAX_BODY_BYTES = 6_291_456
MAX_SERVERLESS_BODY_BYTES = 4 * 1024 * 1024

_CUSTOM_ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"
_INFERENCE_ID = "X-Amzn-SageMaker-Inference-Id"


@dataclass(frozen=True)
class Invocation:
    """One call of InvokeEndpoint."""

    endpoint_name: str
    body: bytes
    content_type: str | None
    accept: str | None
    target_variant: str | None
    custom_attributes: str | None
    inference_id: str | None
    unsupported: str | None
    """The header of a feature that the embedded AWS does not have, where the request uses one."""

    @classmethod
    def parse(cls, endpoint_name: str, header: Callable[[str], str | None], body: bytes) -> "Invocation":
        """``header`` gives a header by its lower-case name."""
        return cls(
            endpoint_name=endpoint_name,
            body=body,
            content_type=header("content-type") or None,
            accept=header("accept"),
            target_variant=header("x-amzn-sagemaker-target-variant"),
            custom_attributes=header("x-amzn-sagemaker-custom-attributes"),
            inference_id=header("x-amzn-sagemaker-inference-id"),
            unsupported=next((name for key, name in _UNSUPPORTED.items() if header(key) is not None), None),
        )

    def container_headers(self) -> dict[str, str]:
        """The headers that the model's container gets."""
        given = {
            "Content-Type": self.content_type,
            "Accept": self.accept,
            _CUSTOM_ATTRIBUTES: self.custom_attributes,
            _INFERENCE_ID: self.inference_id,
        }
        return {name: value for name, value in given.items() if value is not None}


_UNSUPPORTED = {
    "x-amzn-sagemaker-target-model": "TargetModel",
    "x-amzn-sagemaker-target-container-hostname": "TargetContainerHostname",
    "x-amzn-sagemaker-inference-component": "InferenceComponentName",
    "x-amzn-sagemaker-enable-explanations": "EnableExplanations",
    "x-amzn-sagemaker-session-id": "SessionId",
}


def success(
    status: int, content_type: str | None, body: bytes, *, variant: str, custom_attributes: str | None
) -> Reply:
    """What the model answered."""
    headers = [("x-Amzn-Invoked-Production-Variant", variant)]
    if content_type:
        headers.append(("Content-Type", content_type))
    if custom_attributes:
        headers.append((_CUSTOM_ATTRIBUTES, custom_attributes))
    return Reply(status_line(status), tuple(headers), body)


def error(status: int, code: str | None, message: str, **members: object) -> Reply:
    """An error of the API; without a code, as the service answers too large a body, boto3 shows the status as code."""
    content = {"message": message, "Message": message, **members} | ({"code": code} if code else {})
    headers = [("Content-Type", "application/json")] + ([("x-amzn-ErrorType", code)] if code else [])
    return Reply(status_line(status), tuple(headers), json.dumps(content).encode())


def too_large() -> Reply:
    """The body is over the limit of InvokeEndpoint."""
    return error(413, None, f"HTTP content length exceeded {MAX_BODY_BYTES} bytes.")


def model_error(endpoint_name: str, region: str, account_id: str, *, hostname: str, status: int, message: str) -> Reply:
    """ModelError: the container answered with an error, or not at all (status 0)."""
    kind = "client" if 400 <= status < 500 else "server"
    group = f"/aws/sagemaker/Endpoints/{endpoint_name}"
    console = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#logEventViewer:group={group}"
    return error(
        424,
        "ModelError",
        f'Received {kind} error ({status}) from {hostname} with message "{message}". See {console} in account '
        f"{account_id} "
        f"for more information.",
        OriginalStatusCode=status,
        OriginalMessage=message,
        LogStreamArn=f"arn:aws:logs:{region}:{account_id}:log-group:{group}",
    )
