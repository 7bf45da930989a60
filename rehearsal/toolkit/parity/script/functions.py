"""Functions, which use the role."""

import io
import zipfile

from rehearsal.toolkit.parity.calls import TAG, Call, Removal
from rehearsal.toolkit.parity.script.common import ROLE_ARN

_SOURCE = (
    "def handler(event, context):\n    if event.get('fail'):\n        raise ValueError('as told')\n    return "
    "{'got': event}\n"
)


def _zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("index.py", (1980, 1, 1, 0, 0, 0)), _SOURCE)
    return packed.getvalue()


def calls() -> tuple[Call, ...]:
    """A function of the run, and settings that Lambda refuses."""
    name = {"FunctionName": "{prefix}-function"}
    make = {
        **name,
        "Runtime": "python3.13",
        "Role": ROLE_ARN,
        "Handler": "index.handler",
        "Code": {"ZipFile": _zipped()},
        "Tags": {TAG: "{run}"},
    }
    not_yet = "cannot be assumed"
    reserved = {"Variables": {"AWS_REGION": "x"}}
    queue = {"TargetArn": "arn:{partition}:sqs:{region}:{account}:{prefix}-queue"}
    is_active = ("State", ("Active", "Failed"))
    return (
        Call("lambda-create", "lambda", "create_function", make, Removal("delete_function", name), retried_on=not_yet),
        Call("lambda-configuration", "lambda", "get_function_configuration", name, until=is_active),
        Call("lambda-invoke", "lambda", "invoke", {**name, "Payload": b'{"a": 1}'}),
        Call("lambda-invoke-error", "lambda", "invoke", {**name, "Payload": b'{"fail": true}'}),
        Call("lambda-invoke-bad-json", "lambda", "invoke", {**name, "Payload": b"{"}),
        Call("lambda-create-again", "lambda", "create_function", make),
        Call("lambda-timeout-too-long", "lambda", "update_function_configuration", {**name, "Timeout": 901}),
        Call("lambda-memory-too-small", "lambda", "update_function_configuration", {**name, "MemorySize": 64}),
        Call("lambda-reserved-variable", "lambda", "update_function_configuration", {**name, "Environment": reserved}),
        Call(
            "lambda-queue-not-allowed", "lambda", "update_function_configuration", {**name, "DeadLetterConfig": queue}
        ),
        Call(
            "lambda-retired-runtime",
            "lambda",
            "create_function",
            {**make, "FunctionName": "{prefix}-old", "Runtime": "python3.7"},
            Removal("delete_function", {"FunctionName": "{prefix}-old"}),
        ),
        Call("lambda-no-zip", "lambda", "update_function_code", {**name, "ZipFile": b"no zip"}),
        Call("lambda-policy-of-none", "lambda", "get_policy", name),
        Call("lambda-missing", "lambda", "get_function", {"FunctionName": "{prefix}-nowhere"}),
    )
