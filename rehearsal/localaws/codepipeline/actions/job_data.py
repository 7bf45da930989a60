"""What a function or worker gets to know of its job: the configuration, the artifacts' places, and the means to reach
them."""

from typing import Any

from rehearsal.localaws.codepipeline.actions.context import Context
from rehearsal.localaws.codepipeline.definition import Declared
from rehearsal.localaws.codepipeline.records import Artifact


def for_function(context: Context) -> dict[str, Any]:
    """The ``data`` of the event that a function is called with."""
    credentials = context.credentials()
    data: dict[str, Any] = {
        "actionConfiguration": {"configuration": dict(context.configuration)},
        "inputArtifacts": [_artifact(artifact) for artifact in context.inputs],
        "outputArtifacts": [_artifact(artifact) for artifact in context.outputs],
        "artifactCredentials": {
            "accessKeyId": credentials.access_key_id,
            "secretAccessKey": credentials.secret_access_key,
            "sessionToken": credentials.session_token,
        },
    }
    if context.continuation_token is not None:
        data["continuationToken"] = context.continuation_token
    if context.store.key_id:
        data["encryptionKey"] = {"id": context.store.key_id, "type": "KMS"}
    return data


def details(context: Context) -> dict[str, Any]:
    """The same with where the job belongs, as GetJobDetails and PollForJobs give it."""
    return {
        "actionTypeId": type_id(context.declared),
        "pipelineContext": {
            "pipelineName": context.pipeline_name,
            "pipelineArn": context.pipeline_arn,
            "pipelineExecutionId": context.execution_id,
            "stage": {"name": context.stage},
            "action": {"name": context.declared.name, "actionExecutionId": context.run_id},
        },
        **for_function(context),
    }


def type_id(declared: Declared) -> dict[str, str]:
    """An action's type as the API writes it."""
    kind = declared.type
    return {"category": kind.category, "owner": kind.owner, "provider": kind.provider, "version": kind.version}


def _artifact(artifact: Artifact) -> dict[str, Any]:
    place = {"bucketName": artifact.bucket, "objectKey": artifact.key}
    return {"name": artifact.name, "revision": artifact.revision, "location": {"type": "S3", "s3Location": place}}
