"""Reading a template of the project as data, functions in their long form. Nothing is resolved."""

from pathlib import Path
from typing import Any

import yaml

from rehearsal.toolkit.aws.errors import BadInput


class _Reader(yaml.CSafeLoader):
    """Reads CloudFormation's short forms (``!Sub x``) as the long ones (``{"Fn::Sub": "x"}``), ten times as fast as in
    Python."""


def _long_form(loader: yaml.CSafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    name = tag if tag in ("Ref", "Condition") else f"Fn::{tag}"
    if isinstance(node, yaml.ScalarNode):
        text = str(loader.construct_scalar(node))
        return {name: text.split(".", 1) if tag == "GetAtt" else text}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)  # there is no fourth kind
    return {name: loader.construct_mapping(node, deep=True)}


_Reader.add_multi_constructor("!", _long_form)


def read(template: Path) -> dict[str, Any]:
    """The template's document.

    Raises:
        BadInput: the file is no YAML or JSON object.
    """
    try:
        document = yaml.load(template.read_bytes(), _Reader)
    except yaml.YAMLError as error:
        raise _no_template(template, str(error)) from error
    if not isinstance(document, dict):
        raise _no_template(template, "it is no mapping")
    return document


def _no_template(template: Path, reason: str) -> BadInput:
    return BadInput(
        f"{template.name} is no CloudFormation template: {reason}", where=str(template), next_step="mend the file"
    )


def algorithm_image(pipeline_template: Path, region: str, partition: str) -> str:
    """The image of the built-in algorithm that the pipeline stack trains with in a region.

    Raises:
        BadInput: the template knows no registry for the region.
    """
    mappings = read(pipeline_template)["Mappings"]
    registries, newest = mappings["XGBoostRegistry"], mappings["XGBoostImage"]["Newest"]
    if region not in registries:
        raise BadInput(
            f"SageMaker's XGBoost image has no registry in {region}",
            where="--region",
            next_step=f"choose one of {', '.join(sorted(registries))}",
        )
    suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    account = registries[region]["AccountId"]
    return f"{account}.dkr.ecr.{region}.{suffix}/{newest['Repository']}:{newest['Version']}"
