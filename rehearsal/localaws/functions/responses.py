"""The wire of Lambda: moto's, where it is right; the operations that it answers otherwise than AWS are here."""

import json
from typing import Any
from urllib.parse import unquote

from moto.awslambda.responses import LambdaResponse

from rehearsal.localaws.ground.errors import AwsError

_STATUS = {"RequestResponse": 200, "Event": 202, "DryRun": 204}


class FunctionsResponse(LambdaResponse):
    """One request to Lambda."""

    def create_function(self) -> Any:
        """With ``Publish`` the answer is of version 1, under the function's own ARN, and still being made."""
        status, headers, body = super().create_function()
        made = json.loads(body)
        if self.json_body.get("Publish"):
            made.pop("LastUpdateStatus", None)
            made |= {
                "FunctionArn": made["FunctionArn"].removesuffix(f":{made['Version']}"),
                "State": "Pending",
                "StateReason": "The function is being created.",
                "StateReasonCode": "Creating",
            }
        return status, headers, json.dumps(made)

    def publish_version(self) -> Any:
        """Only of the revision that the caller knows, where one is named."""
        given = json.loads(self.body or "{}").get("RevisionId")
        function = self.backend.get_function(unquote(self.path.split("/")[-2]))
        if given and given != function.revision_id:
            raise AwsError(
                "PreconditionFailedException",
                "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to "
                "retrieve the latest Revision Id",
                Type="User",
            )
        return super().publish_version()

    def add_permission(self) -> Any:
        """The statement was made: 201."""
        return 201, {"status": 201}, super().add_permission()

    def remove_permission(self) -> Any:
        """In AWS's words where there is no such statement."""
        name, statement = unquote(self.path.split("/")[-3]), self.path.split("/")[-1].split("?")[0]
        policy = self.backend.get_function(name).policy
        if statement not in {each["Sid"] for each in policy.statements}:
            raise AwsError(
                "ResourceNotFoundException", f"Statement {statement} is not found in resource policy.", Type="User"
            )
        return super().remove_permission()

    def tag_resource(self) -> Any:
        """Nothing to say: 204."""
        super().tag_resource()
        return 204, {"status": 204}, ""

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
