"""Resource types that are a row in a table: which API call makes, reads, changes and removes them.

A row names calls; the arguments come from the properties by the call's own shape (``arguments``). Members that are
called otherwise than the property take an expression (JMESPath) over ``Properties``, ``Id``, ``Answer`` (what the
create call answered; for Ref and attributes only), ``Read`` (what the read call answered), ``Attributes`` and
``Stack``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import jmespath

from rehearsal.localaws.cloudformation import reasons
from rehearsal.localaws.cloudformation.resources.arguments import arguments, takes, value_for
from rehearsal.localaws.cloudformation.resources.model import Made, NotOffered, Properties, Request, Support


@dataclass(frozen=True)
class Call:
    """One API operation, by its boto3 name."""

    operation: str
    members: Mapping[str, str] = field(default_factory=dict)
    """Members whose value is an expression."""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """Members whose value is always the same."""
    given: tuple[str, ...] = ()
    """Properties without which the call is left out."""
    only: str = ""
    """An expression that must be true for the call to be made."""
    omit: tuple[str, ...] = ()
    """Properties that this call does not take although it has a member of that name."""


@dataclass(frozen=True)
class Tagging:
    """How tags change after creation."""

    tag: str
    untag: str
    resource: str
    """The expression for the ARN or id."""
    resource_member: str
    keys_member: str = "TagKeys"
    tags_member: str = "Tags"


@dataclass(frozen=True)
class ApiResource:
    """One row: a resource type and the calls that are behind it."""

    type: str
    service: str
    create: Call
    ref: str
    delete: Call | None
    attributes: Mapping[str, str] = field(default_factory=dict)
    read: Call | None = None
    after: tuple[Call, ...] = ()
    """Calls that follow the create call, each if a property of its ``given`` is there."""
    update: tuple[Call, ...] = ()
    """Calls that bring a change; each is made if a property that it takes has changed."""
    tagging: Tagging | None = None
    name_property: str | None = None
    name_length: int = 64
    lower_name: bool = False
    recorded: tuple[str, ...] = ()
    """Properties that are accepted and have no effect here."""
    before_delete: tuple[Call, ...] = ()
    support: Support = Support.EXECUTED

    def make(self, request: Request) -> Made:
        """Run the create call."""
        request = self.named(request)
        self._refuse_unknown(request)
        answer = self._run(self.create, request)
        return self._made(request, {"Answer": answer})

    def complete(self, request: Request) -> Made:
        """Run the calls that follow the create call, and read what there is."""
        request = self.named(request)
        for call in self.after:
            if any(name in request.properties for name in call.given) and self._is_meant(call, request):
                self._run(call, request)
        return self.read_again(request)

    def named(self, request: Request) -> Request:
        """The request with a name, where the type has one: given, the one it has already, or generated."""
        name = self.name_property
        if name is None or request.properties.get(name):
            return request
        known = request.attributes.get(name) or request.physical_id
        chosen = known or request.generated_name(self.name_length, lower=self.lower_name)
        return replace(request, properties={**request.properties, name: chosen})

    def change(self, request: Request) -> Made:
        """Run the update calls whose properties changed."""
        request = self.named(request)
        changed = {name for name in {*request.properties, *request.previous} if request.changed(name)}
        changed.discard(self.name_property or "")
        reached = set(self.recorded)
        for call in self.update:
            touched = {name for name in changed if self._reaches(call, name, request)}
            if touched and self._is_meant(call, request):
                self._run(call, request)
            reached |= touched
        if self.tagging is not None and "Tags" in changed:
            self._retag(self.tagging, request)
            reached.add("Tags")
        if stuck := sorted(changed - reached):
            raise NotOffered(f"The embedded AWS cannot change {', '.join(stuck)} of {self.type} in place")
        return self.read_again(request)

    def remove(self, request: Request) -> None:
        """Run the delete call."""
        request = self.named(request)
        for call in self.before_delete:
            if self._is_meant(call, request):
                with reasons.if_there():
                    self._run(call, request)
        if self.delete is not None:
            self._run(self.delete, request)

    def read_again(self, request: Request) -> Made:
        """Ref and attributes as they are now."""
        return self._made(request, {"Read": self._run(self.read, request)} if self.read else {})

    def _made(self, request: Request, seen: Mapping[str, Any]) -> Made:
        document = self._document(request, seen)
        physical_id = request.physical_id or str(evaluate(self.ref, document))
        document["Id"] = physical_id
        found = {name: evaluate(expression, document) for name, expression in self.attributes.items()}
        if self.name_property is not None:
            found[self.name_property] = request.properties[self.name_property]
        kept = {**request.attributes, **{name: value for name, value in found.items() if value is not None}}
        return Made(physical_id, kept)

    def _document(self, request: Request, seen: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "Properties": request.properties,
            "Id": request.physical_id,
            "Attributes": request.attributes,
            "Stack": {
                "Region": request.region,
                "AccountId": request.account_id,
                "Name": request.stack_name,
                "Token": request.token,
            },
            **seen,
        }

    def _is_meant(self, call: Call, request: Request) -> bool:
        return not call.only or bool(evaluate(call.only, self._document(request, {})))

    def _run(self, call: Call, request: Request) -> dict[str, Any]:
        client = request.client(self.service)
        shape = _input_shape(client, call.operation)
        expressed = {*call.omit, *call.members}
        taken = {name: value for name, value in request.properties.items() if name not in expressed}
        given = arguments(shape, taken) if shape is not None else {}
        document = self._document(request, {})
        for member, expression in call.members.items():
            value = evaluate(expression, document)
            if value is not None:
                given[member] = value_for(shape.members[member], value, member)
            else:
                given.pop(member, None)
        answer: dict[str, Any] = getattr(client, call.operation)(**given, **call.fixed)
        return answer

    def _reaches(self, call: Call, name: str, request: Request) -> bool:
        """Whether a property has a place in a call."""
        if name in call.omit:
            return False
        if any(f"Properties.{name}" in expression for expression in call.members.values()) or name in call.given:
            return True
        shape = _input_shape(request.client(self.service), call.operation)
        return shape is not None and takes(shape, name)

    def _refuse_unknown(self, request: Request) -> None:
        calls = (self.create, *self.after)
        nowhere = sorted(
            name
            for name in request.properties
            if name not in self.recorded and not any(self._reaches(call, name, request) for call in calls)
        )
        if nowhere:
            raise NotOffered(f"The embedded AWS does not offer the property {', '.join(nowhere)} of {self.type}")

    def _retag(self, tagging: Tagging, request: Request) -> None:
        client = request.client(self.service)
        resource = {tagging.resource_member: evaluate(tagging.resource, self._document(request, {}))}

        def tag(listed: list[dict[str, str]]) -> None:
            shape = _input_shape(client, tagging.tag).members[tagging.tags_member]
            getattr(client, tagging.tag)(**resource, **{tagging.tags_member: value_for(shape, listed, "Tags")})

        retag(request, lambda keys: getattr(client, tagging.untag)(**resource, **{tagging.keys_member: keys}), tag)


def retag(
    request: Request, untag: Callable[[list[str]], object], tag: Callable[[list[dict[str, str]]], object]
) -> None:
    """Take the tags away that are gone, and put those that are there."""
    was, now = tag_map(request.previous.get("Tags")), tag_map(request.properties.get("Tags"))
    if gone := sorted(was.keys() - now.keys()):
        untag(gone)
    if now and now != was:
        tag([{"Key": key, "Value": value} for key, value in now.items()])


def tag_map(tags: Any) -> dict[str, str]:
    """Tags, a list or a map, as a map."""
    if isinstance(tags, list):
        return {tag["Key"]: tag["Value"] for tag in tags}
    return dict(tags or {})


@lru_cache(maxsize=512)
def _compiled(expression: str) -> Any:
    return jmespath.compile(expression)


def evaluate(expression: str, document: Mapping[str, Any]) -> Any:
    """The value of an expression over a document; None when there is nothing there."""
    return _compiled(expression).search(document)


def _input_shape(client: Any, operation: str) -> Any:
    return client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation]).input_shape


class TableHandler:
    """The handler of one row."""

    def __init__(self, row: ApiResource) -> None:
        self._row = row
        self.type = row.type
        self.support = row.support
        self.name_property = row.name_property

    def as_sent(self, properties: Properties) -> Properties:
        """The properties as the row's calls take them; a type whose properties are otherwise than its calls says
        how."""
        return properties

    def _prepared(self, request: Request) -> Request:
        return replace(request, properties=self.as_sent(request.properties), previous=self.as_sent(request.previous))

    def create(self, request: Request) -> Made:
        return self._row.make(self._prepared(request))

    def finish(self, request: Request) -> Made:
        return self._row.complete(self._prepared(request))

    def update(self, request: Request) -> Made:
        return self._row.change(self._prepared(request))

    def delete(self, request: Request) -> None:
        self._row.remove(self._prepared(request))


def without(properties: Properties, name: str) -> dict[str, Any]:
    """The properties but one."""
    return {key: value for key, value in properties.items() if key != name}
