"""UserParameters of a pipeline that is not there yet: what the template composes, with single keys set. Pure but for
reading the template."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.parameters import user_parameters, workshop_actions
from rehearsal.toolkit.parameters.workshop_actions import WorkshopAction
from rehearsal.toolkit.stacks import rendering, template_files
from rehearsal.toolkit.stacks.rendering import Place
from rehearsal.toolkit.workshop import Plan

_ACCOUNT = "123456789012"
"""The embedded AWS's; no UserParameters of the template name it."""


def with_settings(plan: Plan, region: str, settings: Iterable[str]) -> Plan:
    """The plan with ``ACTION.KEY=VALUE`` applied to the UserParameters that the stacks would be launched with.

    Raises:
        BadInput: a setting has another form, its action takes none, or the result is refused.
    """
    parameters = dict(plan.parameters)
    for setting in settings:
        action, key, value = _parts(setting)
        parameter = str(action.stack_parameter)
        text = parameters.get(parameter) or composed(plan, region, parameters).get(action.path, "")
        parameters[parameter] = user_parameters.changed(text, {key: value})
        user_parameters.check(action.path, parameters[parameter])
    return replace(plan, parameters=parameters)


def _parts(setting: str) -> tuple[WorkshopAction, str, str]:
    where, is_set, value = setting.partition("=")
    address, has_key, key = where.partition(".")
    if not (is_set and has_key and key):
        raise BadInput(
            f"{setting!r} is not ACTION.KEY=VALUE",
            where="--set",
            next_step="write for example TrainModel.hp-max-depth=3",
        )
    fits = [each for each in workshop_actions.settable() if address in (each.path, each.name)]
    if len(fits) != 1:
        paths = ", ".join(each.path for each in (fits or workshop_actions.settable()))
        problem = f"{address!r} is the name of several actions" if fits else f"there is no action {address!r}"
        raise BadInput(problem, where=f"--set {setting}", next_step=f"write one of {paths}")
    return fits[0], key, value


def composed(plan: Plan, region: str, chosen: Mapping[str, str]) -> dict[str, str]:
    """The UserParameters by ``Stage/Action`` as the template composes them for the plan."""
    template = template_files.read(plan.project.pipeline_template)
    given = {name: str(each.get("Default", "")) for name, each in template["Parameters"].items()}
    names = {"SuffixID": plan.workshop.suffix, "BucketSuffix": plan.workshop.bucket_suffix}
    place = Place(_ACCOUNT, region, "aws", plan.workshop.pipeline_stack)
    resources = rendering.rendered(template, given | names | dict(chosen), place)
    pipeline = next(each for each in resources.values() if each["Type"] == "AWS::CodePipeline::Pipeline")
    return {
        f"{stage['Name']}/{action['Name']}": _with_names(action["Configuration"]["UserParameters"], resources)
        for stage in pipeline["Properties"]["Stages"]
        for action in stage["Actions"]
        if "UserParameters" in action.get("Configuration", {})
    }


def _with_names(text: str, resources: Mapping[str, Any]) -> str:
    """The text, a resource by its physical name where the template gives it one."""
    values = json.loads(text)
    return json.dumps({key: _name(value, resources) for key, value in values.items()})


def _name(value: Any, resources: Mapping[str, Any]) -> Any:
    properties = resources.get(value, {}).get("Properties", {}) if isinstance(value, str) else {}
    return properties.get("BucketName", value)
