"""The reference of UserParameters as a page, made from the functions' schemas.

``python -m rehearsal.reference.user_parameters docs/user-parameters.md`` writes it; a test holds that the page is
fresh.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline_job import schema
from pipeline_job.functions import FUNCTIONS

_HEAD = """\
# UserParameters

<!-- Made from PipelineLambdaFunctions/pipeline_job/schemas by `python -m rehearsal.reference.user_parameters`.
Edit those. -->

Every Lambda action of the pipeline takes a JSON object. Numbers and booleans may be given as strings. A key applies
from UserParameters first, then from `training-config/<model-name>.json`, which has a section for each function
(`"TrainModel": {...}`, and `"EvaluateModel.Test": {...}` for one environment alone), then its default. What does not
fit is refused by the function, by `rehearse params check` and by the project's [cfn-lint rules](lint.md), in the same
words.
"""


def render() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *(line for function in FUNCTIONS for line in _function(function))])


def _function(function: str) -> Iterator[str]:
    described = schema.load(function)
    yield f"## {function}\n"
    yield f"{described['description']}\n"
    yield from _table(described["properties"], set(described["required"]))
    for key, member in described["properties"].items():
        items = member.get("items", {})
        if "properties" in items:
            yield f"Each of `{key}`:\n"
            yield from _table(items["properties"], set(items["required"]))
    given = ", ".join(f"`{name}`" for name in sorted(FUNCTIONS[function].outputs))
    metrics = (
        ", and every metric under its own name (`rmse`, `validation-rmse`)" if FUNCTIONS[function].has_metrics else ""
    )
    yield f"Output variables: {given}{metrics}.\n"


def _table(properties: Mapping[str, Any], required: set[str]) -> Iterator[str]:
    yield "| key | meaning | values | default | example |"
    yield "|---|---|---|---|---|"
    for key, member in properties.items():
        example = next(iter(member.get("examples", ())), None)
        default = "required" if key in required else _shown(member.get("default"))
        unit = f", {member['x-unit']}" if "x-unit" in member else ""
        cells = (
            f"`{key}`",
            f"**{member['title']}.** {member['description']}{_releases(member)}",
            _values(member) + unit,
            default,
            _shown(example),
        )
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""


def _releases(member: Mapping[str, Any]) -> str:
    """Which releases of the image know a hyperparameter, when not all do."""
    since = f" Images from {member['x-since']} on." if "x-since" in member else ""
    return since + (f" Images before {member['x-until']} only." if "x-until" in member else "")


def _values(member: Mapping[str, Any]) -> str:
    if "enum" in member:
        return ", ".join(f"`{each}`" for each in member["enum"])
    kinds = (
        [member["type"]] if isinstance(member["type"], str) else [kind for kind in member["type"] if kind != "string"]
    )
    parts = [kinds[0], schema.bounds(member)]
    if "x-expects" in member:
        parts.append(f"({member['x-expects']})")
    elif "x-list-of" in member:
        parts.append("of " + ", ".join(f"`{each}`" for each in member["x-list-of"]))
    return " ".join(filter(None, parts))


def _shown(value: Any) -> str:
    return "" if value is None else f"`{json.dumps(value)}`"


def main() -> None:
    """Write the page to the file that is named."""
    Path(sys.argv[1]).write_text(render(), "utf-8")


if __name__ == "__main__":
    main()
