"""From an API call to what IAM asks of it: the actions, each with its resource and its own condition keys. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from rehearsal.localaws.authorizer import adaptations
from rehearsal.localaws.authorizer.actions import SERVICES
from rehearsal.localaws.authorizer.actions.storage import VERSIONED
from rehearsal.localaws.authorizer.actions.table import Operation, Service, Tagging
from rehearsal.localaws.ground import arns

_PLACEHOLDER = re.compile(r"\{([A-Za-z0-9_.\[\]]+)\}")

Keys = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Call:
    """An API call: botocore's names of service and operation, and the parameters as the service model has them."""

    service: str
    operation: str
    params: Mapping[str, Any]
    region: str
    account_id: str


@dataclass(frozen=True, slots=True)
class Need:
    """One permission that a call needs, with the condition keys that belong to it alone."""

    action: str
    resource: str
    keys: Keys

    @property
    def service(self) -> str:
        return self.action.partition(":")[0]


def needs_of(call: Call, signing_name: str) -> tuple[Need, ...]:
    """Every permission the call needs; a service outside the table needs its operation's name on ``*``."""
    service = SERVICES.get(call.service)
    if service is None:
        return (Need(f"{signing_name}:{call.operation}", "*", {}),)
    call = replace(call, params=adaptations.adapted(call.service, call.operation, call.params))
    keys = _keys(service, call)
    own = tuple(_own_needs(service, call, keys))
    return (*own, *_tagging_needs(service, call, keys, own), *_passed_roles(service, call, own))


def _own_needs(service: Service, call: Call, keys: Keys) -> Iterator[Need]:
    operation = service.operation(call.operation)
    actions = operation.actions or (call.operation,)
    if call.service == "s3" and call.params.get("VersionId"):
        actions = tuple(VERSIONED.get(action, action) for action in actions)
    if len(actions) > 1 and operation.resources is not None:
        pairs = zip(actions, operation.resources, strict=True)
        for action, template in pairs:
            yield from _on_each(service, action, _filled(template, service, call), keys)
        return
    resources = _resources(service, operation, call)
    for action in actions:
        yield from _on_each(service, action, resources, keys)


def _on_each(service: Service, action: str, resources: Sequence[str], keys: Keys) -> Iterator[Need]:
    for resource in resources:
        yield Need(f"{service.prefix}:{action}", resource, keys)


def _resources(service: Service, operation: Operation, call: Call) -> Sequence[str]:
    if call.operation in service.without_resource:
        return ("*",)
    if operation.resources is not None:
        found = [arn for template in operation.resources for arn in _filled(template, service, call)]
        return [*dict.fromkeys(found)] or ("*",)
    for template in service.templates:
        if arns := _filled(template, service, call):
            return arns
    return ("*",)


def _filled(template: str, service: Service, call: Call) -> list[str]:
    """The ARNs of a template; none when a parameter is missing."""
    if template == "*":
        return ["*"]
    texts = [""]
    placeholders, rest = _parsed(template)
    for placeholder in placeholders:
        name = placeholder.name
        values = (
            (call.account_id,)
            if name == "account"
            else (call.region,)
            if name == "region"
            else values_at(call.params, name)
        )
        if placeholder.may_be_arn:
            arns = [value for value in values if value.startswith("arn:")]
            if arns:
                named = [value for value in values if not value.startswith("arn:")]
                return [*arns, *(_whole(f"{placeholder.literal}{value}{rest}", service, call) for value in named)]
        if service.lower_case_names and name not in ("account", "region") and name not in service.kept_case:
            values = tuple(value.lower() for value in values)
        texts = [text + placeholder.literal + value for text in texts for value in values]
    return [_whole(text + rest, service, call) for text in texts]


@dataclass(frozen=True, slots=True)
class _Placeholder:
    """A place in a template: the text before it, its name, and whether the parameter may hold the resource's ARN
    itself."""

    literal: str
    name: str
    may_be_arn: bool


@lru_cache(maxsize=4096)
def _parsed(template: str) -> tuple[tuple[_Placeholder, ...], str]:
    """The placeholders of a template, and the text after the last; the table's templates are read once."""
    placeholders = []
    end = 0
    for found in _PLACEHOLDER.finditer(template):
        may_be_arn = found.start() == 0 or _is_whole_name(template, found)
        placeholders.append(_Placeholder(template[end : found.start()], found.group(1), may_be_arn))
        end = found.end()
    return tuple(placeholders), template[end:]


def _is_whole_name(template: str, found: re.Match[str]) -> bool:
    """Whether the placeholder is the template's only one: then the parameter may hold the resource's ARN itself."""
    return template.count("{") == 1 and found.end() == len(template)


def _whole(text: str, service: Service, call: Call) -> str:
    if text.startswith("arn:"):
        return text
    return f"arn:aws:{service.arn_service or service.prefix}:{call.region}:{call.account_id}:{text}"


@lru_cache(maxsize=2048)
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.replace("[]", ".[]").split("."))


def values_at(params: Any, path: str) -> tuple[str, ...]:
    """The texts at ``a.b[].c`` of nested parameters, in order; none where there is nothing."""
    steps = _steps(path)
    if isinstance(params, Mapping) and params.get(steps[0]) is None:
        return ()  # most keys of a service are not in a given call
    found = [params]
    for step in steps:
        if step == "[]":
            found = [item for each in found if isinstance(each, list | tuple) for item in each]
        elif step.isdigit():
            found = [each[int(step)] for each in found if isinstance(each, list) and len(each) > int(step)]
        else:
            found = [each[step] for each in found if isinstance(each, Mapping) and each.get(step) is not None]
    return tuple(_text(each) for each in found if isinstance(each, str | int | float | bool) and each != "")


def _text(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _keys(service: Service, call: Call) -> dict[str, tuple[str, ...]]:
    below = ("", *(f"{each}." for each in service.operation(call.operation).keys_below))
    keys = {
        key.lower(): tuple(value for prefix in below for value in values_at(call.params, prefix + path))
        for key, path in service.context_keys.items()
    }
    keys = {key: values for key, values in keys.items() if values}
    tags = adaptations.tags_of(call.params)
    if tags:
        keys["aws:tagkeys"] = tuple(tags)
        keys.update({f"aws:requesttag/{key.lower()}": (value,) for key, value in tags.items()})
    return keys


def _tagging_needs(service: Service, call: Call, keys: Keys, own: tuple[Need, ...]) -> Iterator[Need]:
    for tagging in service.tagging:
        if _is_tagged(tagging, call):
            yield replace(
                own[-1] if call.service == "s3" else own[0], action=f"{service.prefix}:{tagging.action}", keys=keys
            )


def _is_tagged(tagging: Tagging, call: Call) -> bool:
    concerned = (
        call.operation.startswith("Create") if tagging.operations is None else call.operation in tagging.operations
    )
    if not concerned:
        return False
    value: Any = call.params
    for step in _steps(tagging.parameter):
        value = value.get(step) if isinstance(value, Mapping) else None
    return bool(value)


def _passed_roles(service: Service, call: Call, own: tuple[Need, ...]) -> Iterator[Need]:
    for role_arn, receiver in dict.fromkeys(_roles(service, call)):
        yield Need(
            "iam:PassRole",
            role_arn,
            {"iam:passedtoservice": (receiver,), "iam:associatedresourcearn": (own[0].resource,)},
        )


def _roles(service: Service, call: Call) -> Iterator[tuple[str, str]]:
    for passed in service.passed_roles:
        if call.operation.startswith(passed.operations):
            for role_arn in values_at(call.params, passed.parameter):
                if not (passed.may_be_elsewhere and arns.account_of(role_arn) != call.account_id):
                    yield role_arn, passed.service
