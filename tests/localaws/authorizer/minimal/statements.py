"""Every statement of every role in the project's templates, read from the templates themselves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from rehearsal.toolkit import project

ROOT = Path(project.find().root)
_FOLDERS = ("cloudformation/*.yaml", "cloudformation/*/*.yaml", "labs/*/*.yaml", "mlops/*.yaml")
TEMPLATES = sorted(file for folder in _FOLDERS for file in ROOT.glob(folder))


class Named(NamedTuple):
    """A statement by its policy's name and its Sid, which the templates give to all."""

    policy: str
    sid: str


class Loader(yaml.SafeLoader):
    """Reads templates; the short forms of functions become their content, which is all that matters here."""


def _content(loader: yaml.SafeLoader, _tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.MappingNode)
    return loader.construct_mapping(node, deep=True)


Loader.add_multi_constructor("!", _content)


def of_template(file: Path) -> dict[Named, list[str]]:
    """The statements of a template with their actions, those under a condition included."""
    resources = yaml.load(file.read_text(), Loader)["Resources"].values()
    policies = (policy for each in resources for policy in _policies(each))
    return {
        Named(policy["PolicyName"], statement.get("Sid", "has no Sid")): _listed(statement["Action"])
        for policy in policies
        for statement in _statements(policy["PolicyDocument"])
    }


def all_of_them() -> dict[Named, list[str]]:
    """The statements of all templates."""
    return {name: actions for file in TEMPLATES for name, actions in of_template(file).items()}


def _policies(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Inline policies of roles, and policies that are resources of their own."""
    if not resource["Type"].startswith("AWS::IAM::"):
        return
    properties = resource.get("Properties", {})
    if "PolicyDocument" in properties:
        yield {"PolicyName": properties.get("PolicyName") or properties["ManagedPolicyName"], **properties}
    for found in _mappings(properties.get("Policies", [])):
        if "PolicyDocument" in found:
            yield found


def _statements(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (found for found in _mappings(document["Statement"]) if "Effect" in found)


def _mappings(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in a value, however deep: conditions wrap statements in lists and functions."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _mappings(each)


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
