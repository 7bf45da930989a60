"""Pipelines of the bucket, the role and the function."""

from typing import Any

from rehearsal.toolkit.parity.calls import TAG, Call, Removal
from rehearsal.toolkit.parity.script.common import BUCKET, ROLE_ARN

_LOWER_TAGS = [{"key": TAG, "value": "{run}"}]


def _action(name: str, category: str, provider: str, configuration: dict[str, str], **artifacts: Any) -> dict[str, Any]:
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "actionTypeId": kind, "configuration": configuration, **artifacts}


def _pipeline(configuration: dict[str, str]) -> dict[str, Any]:
    source = {"S3Bucket": BUCKET, "S3ObjectKey": "source.zip", "PollForSourceChanges": "false"}
    stages = [
        {"name": "Source", "actions": [_action("Take", "Source", "S3", source, outputArtifacts=[{"name": "Taken"}])]},
        {"name": "Call", "actions": [_action("Invoke", "Invoke", "Lambda", configuration)]},
    ]
    store = {"type": "S3", "location": BUCKET}
    return {
        "name": "{prefix}-pipeline",
        "roleArn": ROLE_ARN,
        "artifactStore": store,
        "stages": stages,
        "pipelineType": "V2",
        "version": 1,
    }


def calls() -> tuple[Call, ...]:
    """A pipeline of the run, and declarations that CodePipeline refuses."""
    function = {"FunctionName": "{prefix}-function"}
    name = {"name": "{prefix}-pipeline"}
    one_stage = {**_pipeline(function), "stages": _pipeline(function)["stages"][:1]}
    result = {"jobId": "11111111-2222-4333-8444-555555555555"}
    return (
        Call("codepipeline-missing", "codepipeline", "get_pipeline", {"name": "{prefix}-nowhere"}),
        Call(
            "codepipeline-one-stage",
            "codepipeline",
            "create_pipeline",
            {"pipeline": one_stage},
            Removal("delete_pipeline", name),
        ),
        Call(
            "codepipeline-long-user-parameters",
            "codepipeline",
            "create_pipeline",
            {"pipeline": _pipeline({**function, "UserParameters": "x" * 1001})},
        ),
        Call(
            "codepipeline-unknown-configuration",
            "codepipeline",
            "create_pipeline",
            {"pipeline": _pipeline({**function, "Colour": "red"})},
        ),
        Call(
            "codepipeline-create",
            "codepipeline",
            "create_pipeline",
            {"pipeline": _pipeline(function), "tags": _LOWER_TAGS},
            Removal("delete_pipeline", name),
            retried_on="AssumeRole",
        ),
        Call("codepipeline-get", "codepipeline", "get_pipeline", name),
        Call("codepipeline-create-again", "codepipeline", "create_pipeline", {"pipeline": _pipeline(function)}),
        Call("codepipeline-missing-job", "codepipeline", "put_job_success_result", result),
        Call(
            "codepipeline-bad-variable",
            "codepipeline",
            "put_job_success_result",
            {**result, "outputVariables": {"a.b": "1"}},
        ),
    )
