"""The Transform section: SAM templates become plain ones, loops are written out, macros are refused by name.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-section-structure.html
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from rehearsal.localaws.cloudformation import language_extensions, nulls
from rehearsal.localaws.cloudformation.parameters import ParameterValue
from rehearsal.localaws.cloudformation.scope import StackScope, Surroundings
from rehearsal.localaws.cloudformation.template import Template, build, decode, invalid

SAM = "AWS::Serverless-2016-10-31"
LANGUAGE_EXTENSIONS = language_extensions.NAME


def declared(body: str) -> Template:
    """The template as written, but for its loops, which only ``apply`` writes out.

    Raises:
        AwsError: ValidationError, also when it names a macro, which the embedded AWS does not run.
    """
    raw = decode(body)
    has_loops = language_extensions.has_loops(raw)
    template = replace(build(language_extensions.without_loops(raw), body, may_be_empty=has_loops), raw=raw)
    if not template.transforms:
        nulls.check(raw)
    if LANGUAGE_EXTENSIONS not in template.transforms:
        language_extensions.check_declared(raw)
    for name in (*template.transforms, *_inline_macros(template.raw)):
        if name not in (SAM, LANGUAGE_EXTENSIONS):
            raise invalid(
                f"The embedded AWS does not run macros: transform {name} is refused. It offers {SAM} and "
                f"{LANGUAGE_EXTENSIONS}; process the template with the macro beforehand, or deploy this stack on AWS"
            )
    return template


def _inline_macros(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "Fn::Transform":
                yield str(value.get("Name") if isinstance(value, dict) else value)
            yield from _inline_macros(value)
    elif isinstance(node, list):
        for item in node:
            yield from _inline_macros(item)


def has_loops(template: Template) -> bool:
    """Whether resources and outputs are missing from a template as written."""
    return language_extensions.has_loops(template.raw)


def capabilities_needed(template: Template) -> tuple[str, ...]:
    """Transforms add resources that the caller did not see: they need an acknowledgement of their own."""
    return ("CAPABILITY_AUTO_EXPAND",) if template.transforms else ()


def apply(template: Template, values: Mapping[str, ParameterValue], surroundings: Surroundings) -> Template:
    """The template that is deployed."""
    if not template.transforms:
        return template
    raw: dict[str, Any] = json.loads(json.dumps(template.raw))
    if LANGUAGE_EXTENSIONS in template.transforms:
        raw = language_extensions.expand(raw, StackScope(template, values, surroundings))
    if SAM in template.transforms:
        from rehearsal.localaws.cloudformation.sam import translate  # imports the SAM translator, which takes a second

        raw = translate(raw, values, surroundings.region)
    raw.pop("Transform", None)
    nulls.check(raw)
    return replace(build(raw, template.body), transforms=template.transforms)


def processed_body(template: Template) -> str:
    """What a template became, as JSON text."""
    return json.dumps(template.raw, indent=2, default=str)


def without_sam_types(template: Template) -> Template:
    """The template without the resources that only exist until SAM has translated them."""
    kept = {name: r for name, r in template.resources.items() if not r.type.startswith("AWS::Serverless::")}
    return replace(template, resources=kept)
