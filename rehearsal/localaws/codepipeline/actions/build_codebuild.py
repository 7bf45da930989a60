"""Build and Test actions of CodeBuild: a project is built from the input artifacts, its artifacts become the outputs.

Reference: user guide, "AWS CodeBuild build and test action reference".
"""

import json
from typing import Any

from rehearsal.localaws.codepipeline.action_types import ANY, Counts, TypeRules
from rehearsal.localaws.codepipeline.actions import waiting
from rehearsal.localaws.codepipeline.actions.context import ActionFailed, Context
from rehearsal.localaws.codepipeline.actions.provider import Provider
from rehearsal.localaws.codepipeline.records import Artifact
from rehearsal.localaws.codepipeline.state_machine import Outcome


def act(context: Context) -> Outcome:
    """Start the build, wait for its end, take over its exported variables."""
    for key in ("BatchEnabled", "CombineArtifacts"):
        if context.configuration.get(key, "false").lower() == "true":
            raise ActionFailed(
                "ConfigurationError", f"{key} is not offered by the embedded AWS: it runs no batch builds."
            )
    codebuild = context.client("codebuild")
    build_id = codebuild.start_build(projectName=context.required("ProjectName"), **_overrides(context))["build"]["id"]

    def over() -> dict[str, Any] | None:
        build: dict[str, Any] = codebuild.batch_get_builds(ids=[build_id])["builds"][0]
        return build if build["buildComplete"] else None

    build = waiting.until(context, over)
    if build["buildStatus"] != "SUCCEEDED":
        raise ActionFailed("JobFailed", _reason(build), build_id)
    return Outcome(
        summary="Build succeeded",
        external_id=build_id,
        log_stream_arn=build["logs"]["cloudWatchLogsArn"],
        variables={variable["name"]: variable["value"] for variable in build.get("exportedEnvironmentVariables", [])},
    )


def _reason(build: dict[str, Any]) -> str:
    failed = [phase for phase in build["phases"] if phase.get("contexts")]
    if not failed:
        return f"Build terminated with state: {build['buildStatus']}. See {build['logs'].get('groupName', 'its log')}."
    context = failed[0]["contexts"][0]
    return (
        f"Build terminated with state: {build['buildStatus']}. Phase: {failed[0]['phaseType']}, Code: "
        f"{context['statusCode']}, Message: {context['message']}"
    )


def _overrides(context: Context) -> dict[str, Any]:
    primary, *others = _ordered_inputs(context)
    overrides: dict[str, Any] = {
        "sourceTypeOverride": "S3",
        "sourceLocationOverride": _place(primary),
        "secondarySourcesOverride": [
            {"type": "S3", "location": _place(artifact), "sourceIdentifier": artifact.name} for artifact in others
        ],
        "environmentVariablesOverride": _variables(context),
        "artifactsOverride": {"type": "NO_ARTIFACTS"},
        "secondaryArtifactsOverride": [],
    }
    if len(context.outputs) == 1:
        overrides["artifactsOverride"] = _target(context.outputs[0])
    elif context.outputs:
        overrides["secondaryArtifactsOverride"] = [
            {**_target(artifact), "artifactIdentifier": artifact.name} for artifact in context.outputs
        ]
    if context.store.key_id:
        overrides["encryptionKeyOverride"] = context.store.key_id
    return overrides


def _ordered_inputs(context: Context) -> list[Artifact]:
    """The primary source first."""
    name = context.configuration.get("PrimarySource")
    if len(context.inputs) > 1 and not name:
        raise ActionFailed(
            "ConfigurationError", "PrimarySource must name one of the input artifacts, as there are several."
        )
    return sorted(context.inputs, key=lambda artifact: artifact.name != name)


def _place(artifact: Artifact) -> str:
    return f"{artifact.bucket}/{artifact.key}"


def _target(artifact: Artifact) -> dict[str, str]:
    path, _, name = artifact.key.rpartition("/")
    return {
        "type": "S3",
        "location": artifact.bucket,
        "path": path,
        "name": name,
        "packaging": "ZIP",
        "namespaceType": "NONE",
    }


def _variables(context: Context) -> list[dict[str, str]]:
    text = context.configuration.get("EnvironmentVariables", "[]")
    try:
        variables: list[dict[str, str]] = json.loads(text)
    except json.JSONDecodeError as error:
        raise ActionFailed("ConfigurationError", f"EnvironmentVariables is not JSON: {error}") from error
    if not isinstance(variables, list) or not all(
        isinstance(v, dict) and {"name", "value"} <= set(v) for v in variables
    ):
        raise ActionFailed(
            "ConfigurationError", "EnvironmentVariables must be a JSON list of objects with name and value."
        )
    return variables


_RULES = TypeRules(
    {
        "ProjectName": True,
        "PrimarySource": False,
        "BatchEnabled": False,
        "CombineArtifacts": False,
        "EnvironmentVariables": False,
    },
    inputs=Counts(1, 5),
    outputs=ANY,
)
PROVIDERS = (Provider("Build", "CodeBuild", act, _RULES), Provider("Test", "CodeBuild", act, _RULES))
