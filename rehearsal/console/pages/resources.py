"""Every resource by service, each with what its service says of it, as it says it."""

import json
from typing import Any

from rehearsal.console import commands
from rehearsal.console.page import Asked, Page
from rehearsal.console.session import Session
from rehearsal.toolkit import resources
from rehearsal.toolkit.resources import Kind


def show_all(_session: Session, _asked: Asked) -> Page:
    """The kinds by service; what there is of one is asked when it is opened."""
    by_service: dict[str, list[Kind]] = {}
    for kind in resources.KINDS:
        by_service.setdefault(kind.service, []).append(kind)
    facts = {"services": {service: [_link(kind) for kind in kinds] for service, kinds in by_service.items()}}
    return Page("resources.html", "Resources", facts, is_live=False)


def _link(kind: Kind) -> dict[str, str]:
    return {"title": kind.title, "address": f"/resources/{kind.service}/{kind.slug}"}


def show(session: Session, asked: Asked) -> Page:
    """Those of a kind; with ``name`` in the query the description of one."""
    kind = resources.kind_of(asked.path["service"], asked.path["kind"])
    name, like = asked.query.get("name", ""), asked.query.get("like", "").strip()
    if name:
        description = resources.described(session.aws, kind, name)
        facts: dict[str, Any] = {
            "kind": _link(kind),
            "service": kind.service,
            "name": name,
            "description": _text(description),
        }
        operation = (kind.describes or kind.lists).replace("_", "-")
        option = {_option(kind.option): name} if kind.describes else {}
        return Page("resource.html", name, facts, command=commands.aws(kind.service, operation, **option))
    found = [each.name for each in resources.listed(session.aws, kind)]
    shown = [each for each in found if like.lower() in each.lower()]
    facts = {
        "kind": _link(kind),
        "service": kind.service,
        "names": shown,
        "like": like,
        "is_all": len(found) < resources.MOST,
    }
    title = f"{kind.service}: {kind.title}"
    return Page("resource_list.html", title, facts, command=commands.aws(kind.service, kind.lists.replace("_", "-")))


def _option(parameter: str) -> str:
    """``FunctionName`` as the command line of AWS has it, ``function_name``."""
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in parameter).lstrip("_")


def _text(description: object) -> str:
    return json.dumps(description, indent=2, ensure_ascii=False, default=str)
