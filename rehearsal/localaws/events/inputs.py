"""What a target is given: the event, a part of it, a constant, or a text made from it. Pure.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

import json
import re
from collections.abc import Mapping
from typing import Any

_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]")
_ABSENT = object()


def target_input(target: Mapping[str, Any], event: Mapping[str, Any], *, rule_name: str, rule_arn: str) -> str:
    """The text that ``target`` of a rule gets for ``event``."""
    if target.get("Input") is not None:
        return str(target["Input"])
    if target.get("InputPath"):
        return json.dumps(_or_none(at_path(event, target["InputPath"])))
    transformer = target.get("InputTransformer")
    if not transformer:
        return json.dumps(event)
    values = {name: at_path(event, path) for name, path in (transformer.get("InputPathsMap") or {}).items()}
    values |= {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_name,
        "aws.events.event": event,
        "aws.events.event.json": event,
        "aws.events.event.ingestion-time": event.get("time"),
    }
    return fill(transformer["InputTemplate"], values)


def at_path(event: Any, path: str) -> Any:
    """What a path such as ``$.detail.object.key`` or ``$.resources[0]`` leads to."""
    here = event
    for match in _STEP.finditer(path.removeprefix("$")):
        name, index, quoted = match.groups()
        here = _step(here, int(index) if index is not None else name or quoted)
        if here is _ABSENT:
            break
    return here


def _step(value: Any, step: str | int) -> Any:
    if isinstance(value, dict) and isinstance(step, str):
        return value.get(step, _ABSENT)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return _ABSENT


def fill(template: str, values: Mapping[str, Any]) -> str:
    """The template with its variables: within a string as text, on their own as JSON."""
    filled: list[str] = []
    position, in_string = 0, False
    for match in re.finditer(r"<([\w.-]+)>", template):
        between = template[position : match.start()]
        in_string ^= len(re.findall(r'(?<!\\)"', between)) % 2 == 1
        filled.append(between)
        filled.append(_written(match, values, in_string=in_string))
        position = match.end()
    return "".join([*filled, template[position:]])


def _written(match: re.Match[str], values: Mapping[str, Any], *, in_string: bool) -> str:
    if match[1] not in values:
        return match[0]
    value = values[match[1]]
    if value is _ABSENT:
        return "" if in_string else '""'
    if not in_string:
        return json.dumps(value)
    text = value if isinstance(value, str) else json.dumps(value)
    return json.dumps(text)[1:-1]


def _or_none(value: Any) -> Any:
    return None if value is _ABSENT else value
