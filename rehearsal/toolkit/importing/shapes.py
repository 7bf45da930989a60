"""From what services answer to what CloudFormation takes: which members, and how they are spelled. Pure."""

import json
from typing import Any

_VERBATIM = {"configuration"}
"""Members whose own keys are names of the user's or of a provider, not of CloudFormation."""
_OF_PROJECT = {
    "source": ("type", "location", "buildspec", "gitCloneDepth"),
    "artifacts": ("type", "location", "path", "name", "packaging", "namespaceType"),
    "environment": ("type", "image", "computeType", "environmentVariables", "privilegedMode"),
    "cache": ("type", "location", "modes"),
    "logsConfig": ("cloudWatchLogs", "s3Logs"),
}
_SPELLED = {"buildspec": "BuildSpec"}


def stores_of(declared: dict[str, Any]) -> list[dict[str, Any]]:
    """The artifact stores of a pipeline, of one region or several."""
    return [declared["artifactStore"]] if "artifactStore" in declared else list(declared["artifactStores"].values())


def pipeline(declared: dict[str, Any]) -> dict[str, Any]:
    """The properties of AWS::CodePipeline::Pipeline."""
    known = {key: value for key, value in declared.items() if key not in ("version", "artifactStores")}
    properties: dict[str, Any] = capitalised(known)
    if "artifactStores" in declared:
        stores = declared["artifactStores"]
        properties["ArtifactStores"] = [
            {"Region": region, "ArtifactStore": capitalised(store)} for region, store in stores.items()
        ]
    return properties


def capitalised(value: Any) -> Any:
    """The value with the names of members as CloudFormation spells them; empty lists and objects are left out."""
    if isinstance(value, dict):
        return {
            _name(key): each if key in _VERBATIM else capitalised(each)
            for key, each in value.items()
            if each not in ([], {}, None)
        }
    return [capitalised(each) for each in value] if isinstance(value, list) else value


def _name(key: str) -> str:
    return _SPELLED.get(key, key[:1].upper() + key[1:])


def function(made: dict[str, Any], code: str, variables: dict[str, Any]) -> dict[str, Any]:
    """The properties of AWS::Lambda::Function; ``code`` is the path of its zip in the project."""
    return {
        "FunctionName": made["FunctionName"],
        "Description": made.get("Description"),
        "Runtime": made["Runtime"],
        "Handler": made["Handler"],
        "Timeout": made["Timeout"],
        "MemorySize": made["MemorySize"],
        "Architectures": made.get("Architectures"),
        "Environment": {"Variables": variables} if variables else None,
        "Role": made["Role"],
        "Code": code,
    }


def project(made: dict[str, Any]) -> dict[str, Any]:
    """The properties of AWS::CodeBuild::Project."""
    properties = {
        "Name": made["name"],
        "Description": made.get("description"),
        "ServiceRole": made["serviceRole"],
        "TimeoutInMinutes": made.get("timeoutInMinutes"),
    }
    for section, members in _OF_PROJECT.items():
        chosen = {key: value for key, value in made.get(section, {}).items() if key in members and value != ""}
        properties[_name(section)] = capitalised(chosen)
    if properties.get("Cache") == {"Type": "NO_CACHE"}:
        del properties["Cache"]
    return properties


def rule(made: dict[str, Any], targets: list[dict[str, Any]]) -> dict[str, Any]:
    """The properties of AWS::Events::Rule."""
    return {
        "Name": made["Name"],
        "Description": made.get("Description"),
        "State": made.get("State"),
        "ScheduleExpression": made.get("ScheduleExpression"),
        "EventPattern": json.loads(made["EventPattern"]) if made.get("EventPattern") else None,
        "Targets": targets,
    }
