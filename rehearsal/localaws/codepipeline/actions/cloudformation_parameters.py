"""ParameterOverrides of the CloudFormation action: JSON with functions that look into artifacts."""

import json
from typing import Any

from rehearsal.localaws.codepipeline.actions import artifacts
from rehearsal.localaws.codepipeline.actions.context import ActionFailed, Context


def overrides(context: Context) -> dict[str, str]:
    """The parameters that the configuration overrides, with ``Fn::GetArtifactAtt`` and ``Fn::GetParam`` resolved."""
    text = context.configuration.get("ParameterOverrides")
    if not text:
        return {}
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise ActionFailed("ConfigurationError", f"ParameterOverrides is not JSON: {error}") from error
    if not isinstance(given, dict):
        raise ActionFailed(
            "ConfigurationError", "ParameterOverrides must be a JSON object of parameter names and values."
        )
    return {name: _value(context, name, value) for name, value in given.items()}


def _value(context: Context, name: str, value: Any) -> str:
    if isinstance(value, dict) and len(value) == 1:
        function, arguments = next(iter(value.items()))
        if function == "Fn::GetArtifactAtt" and _are_texts(arguments, 2):
            return _attribute(context, *arguments)
        if function == "Fn::GetParam" and _are_texts(arguments, 3):
            return _parameter(context, *arguments)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ",".join(value)
    if isinstance(value, str | int | float):
        return json.dumps(value) if isinstance(value, bool) else str(value)
    raise ActionFailed(
        "ConfigurationError",
        f"The override of parameter {name} is neither a string nor Fn::GetArtifactAtt with two or Fn::GetParam with "
        "three strings.",
    )


def _are_texts(arguments: Any, count: int) -> bool:
    return isinstance(arguments, list) and len(arguments) == count and all(isinstance(part, str) for part in arguments)


def _attribute(context: Context, name: str, attribute: str) -> str:
    artifact = artifacts.input_named(context, name)
    attributes = {
        "ArtifactName": artifact.name,
        "BucketName": artifact.bucket,
        "ObjectKey": artifact.key,
        "URL": f"https://s3.amazonaws.com/{artifact.bucket}/{artifact.key}",
    }
    if attribute not in attributes:
        raise ActionFailed("ConfigurationError", f"Fn::GetArtifactAtt knows {', '.join(attributes)}, not {attribute}.")
    return attributes[attribute]


def _parameter(context: Context, name: str, file: str, key: str) -> str:
    content = artifacts.file_of(context, artifacts.input_named(context, name), file)
    try:
        values = json.loads(content)
    except json.JSONDecodeError as error:
        raise ActionFailed("ConfigurationError", f"File {file} of artifact {name} is not JSON: {error}") from error
    if not isinstance(values, dict) or key not in values:
        raise ActionFailed("ConfigurationError", f"File {file} of artifact {name} has no key {key}.")
    return str(values[key])
