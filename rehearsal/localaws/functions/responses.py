"""The wire of Lambda: moto's, where it is right; the operations that it answers otherwise than AWS are here."""

from typing import Any
from urllib.parse import unquote

from moto.awslambda.responses import LambdaResponse

_STATUS = {"RequestResponse": 200, "Event": 202, "DryRun": 204}


class FunctionsResponse(LambdaResponse):
    """One request to Lambda."""

    def invoke(self) -> tuple[int, dict[str, str], bytes]:
        """Invoke: the function's own answer, under the status of its invocation type."""
        status = _STATUS[self.headers.get("X-Amz-Invocation-Type", "RequestResponse")]
        headers: dict[str, str] = {}
        name = unquote(self.path.rsplit("/", 2)[-2])
        qualifier = self.querystring.get("Qualifier", [None])[0]
        payload = self.backend.invoke(name, qualifier, self.body, self.headers, headers)
        if self.headers.get("X-Amz-Log-Type") != "Tail":
            headers.pop("x-amz-log-result", None)
        return status, {**headers, "content-type": "application/json", "status": str(status)}, payload

    @staticmethod
    def _enrich_response(headers: dict[str, str], body: Any) -> tuple[dict[str, str], Any]:
        """moto makes up a request id; an invocation's is the one that its log carries."""
        request_id = headers.get("x-amzn-requestid")
        headers, body = LambdaResponse._enrich_response(headers, body)
        if request_id is not None:
            headers["x-amzn-requestid"] = request_id
        return headers, body
