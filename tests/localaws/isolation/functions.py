"""Functions that find out what their surroundings are."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from tests.localaws.deploying import ALLOW_ALL, TRUST, zip_of


def deployed(aws: Any, source: str, name: str = "probe", *, may: Sequence[str] = ("*",)) -> Callable[[Any], Any]:
    """``deployed(...)(event)`` invokes a function of that source, whose role may do what is named."""
    iam = aws.client("iam")
    role = iam.create_role(RoleName=f"{name}-role", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    if may:
        iam.put_role_policy(RoleName=f"{name}-role", PolicyName="All", PolicyDocument=json.dumps(ALLOW_ALL))
    code = {"ZipFile": zip_of({"app.py": source})}
    aws.client("lambda").create_function(
        FunctionName=name, Runtime="python3.12", Role=role, Handler="app.handler", Code=code, Timeout=60
    )

    def invoke(event: Any) -> Any:
        return json.load(aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))["Payload"])

    return invoke
