"""What a target is given: the event, a part of it, a constant, or a text made from it. Pure.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

import json
import re
from collections.abc import Mapping
from typing import Any


class NotJson(ValueError):
    """A template that begins like JSON and is none with its variables filled in: EventBridge does not deliver it."""


_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]")
_ABSENT = object()


def target_input(target: Mapping[str, Any], event: Mapping[str, Any], *, rule_name: str, rule_arn: str) -> str:
    """The text that ``target`` of a rule gets for ``event``.

    Raises:
        NotJson: the target's template makes no JSON of this event.
    """
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
        "aws.events.event": _without_detail(event),
        "aws.events.event.json": event,
        "aws.events.event.ingestion-time": event.get("time"),
    }
    return fill(transformer["InputTemplate"], values)


def _without_detail(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event as ``<aws.events.event>`` shows it."""
    names = {"detail-type": "detailType"}
    return {names.get(name, name): value for name, value in event.items() if name != "detail"}


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
    """The template with its variables: on their own as JSON, within a string as text.

    Within a string an object or a list loses its quotes (``[HIGH,LOW]``). In a template that is JSON it keeps them,
    and ends the string: that is no JSON any more.

    Raises:
        NotJson: the template is JSON, and the result is not.
    """
    is_json = template.lstrip()[:1] in ("{", "[") and bool(template.strip())
    filled: list[str] = []
    position, in_string = 0, False
    for match in re.finditer(r"<([\w.-]+)>", template):
        between = template[position : match.start()]
        in_string ^= len(re.findall(r'(?<!\\)"', between)) % 2 == 1
        filled.append(between)
        filled.append(_written(match, values, in_string=in_string, is_json=is_json))
        position = match.end()
    text = "".join([*filled, template[position:]])
    if is_json:
        _check(text)
    return text


def _check(text: str) -> None:
    try:
        json.loads(text)
    except ValueError as error:
        raise NotJson(f"the input template makes no JSON of the event ({error}): {text}") from error


def _written(match: re.Match[str], values: Mapping[str, Any], *, in_string: bool, is_json: bool) -> str:
    if match[1] not in values:
        return match[0]
    value = values[match[1]]
    if value is _ABSENT:
        return "" if in_string else '""'
    if not in_string:
        return json.dumps(value)
    if isinstance(value, str):
        return json.dumps(value)[1:-1]
    text = json.dumps(value, separators=(",", ":"))
    return text if is_json else text.replace('"', "")


def _or_none(value: Any) -> Any:
    return None if value is _ABSENT else value
