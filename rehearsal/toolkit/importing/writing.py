"""The project folder: one template, zips, and a page of what is not in it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from rehearsal.toolkit.importing.found import Found


def template(found: Found) -> dict[str, Any]:
    """The template's document: names refer to resources, account and region are those of whoever deploys it. Pure."""
    resources = {
        logical_id: {
            "Type": resource["Type"],
            "Properties": _settled(resource["Properties"], found, _references(resource, found)),
        }
        for logical_id, resource in found.resources.items()
    }
    for resource in resources.values():
        if resource["Type"] == "AWS::CodePipeline::Pipeline":  # its creation starts it: all that it needs must be there
            others = [name for name, other in resources.items() if other["Type"] not in _AFTER_THE_PIPELINE]
            resource["DependsOn"] = sorted(others)
    document: dict[str, Any] = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"The pipeline {found.pipeline}, imported.",
    }
    if found.parameters:
        document["Parameters"] = {
            name: {"Type": "String", "NoEcho": True, "Description": purpose}
            for name, purpose in found.parameters.items()
        }
    return {**document, "Resources": resources}


_AFTER_THE_PIPELINE = ("AWS::CodePipeline::Pipeline", "AWS::Events::Rule")


def _references(resource: dict[str, Any], found: Found) -> Mapping[str, Any]:
    """What ARNs become. Not in roles: their policies name the very resources that need the role first."""
    return {} if resource["Type"] == "AWS::IAM::Role" else found.references


def _settled(value: Any, found: Found, references: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        if value.keys() == {"Ref"}:
            return dict(value)
        return {key: _settled(each, found, references) for key, each in value.items()}
    if isinstance(value, list):
        return [_settled(each, found, references) for each in value]
    if not isinstance(value, str):
        return value
    return references[value] if value in references else _elsewhere(value, found)


def _elsewhere(text: str, found: Found) -> Any:
    """The text with account and region of whoever deploys it."""
    if found.account_id not in text and f":{found.region}:" not in text:
        return text
    escaped = text.replace("${", "${!")
    moved = escaped.replace(found.account_id, "${AWS::AccountId}").replace(f":{found.region}:", ":${AWS::Region}:")
    return {"Fn::Sub": moved}


def page(found: Found) -> str:
    """What the reader has to know before deploying. Pure."""
    lines = [
        f"# {found.pipeline}, imported",
        "",
        f"Read from account {found.account_id}, region {found.region}. `template.yaml` has:",
        "",
        *(f"- {name} ({resource['Type']})" for name, resource in found.resources.items()),
        "",
        "## Deploy it",
        "",
        "```",
        " ".join(
            ["rehearse deploy template.yaml", *(f"--parameter {name}=..." for name in found.parameters)],
        ),
        "```",
        "",
        "Names are those of the account, so that code that knows them works. On a real account the names of buckets",
        "are taken: give them others there.",
        "",
        "## Parameters",
        "",
        *([f"- `{name}`: {purpose}" for name, purpose in found.parameters.items()] or ["None."]),
        "",
        "## Left out",
        "",
        *(f"- {what}: {why}" for what, why in found.left_out),
        "- resource policies, tags, alarms and log groups: they are not read",
        "",
    ]
    return "\n".join(lines)


def write(found: Found, folder: Path) -> list[Path]:
    """Write the project into a folder, made when missing; gives its files."""
    files = {
        "template.yaml": yaml.safe_dump(template(found), sort_keys=False, width=110, allow_unicode=True).encode(),
        "IMPORTED.md": page(found).encode(),
        **found.zips,
    }
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return [folder / path for path in files]
