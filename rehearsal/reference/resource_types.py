"""Writes the list of resource types into ``docs/cloudformation.md``: ``python -m rehearsal.reference.resource_types``.

A test holds the page to what the registry says.
"""

import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from rehearsal.localaws.cloudformation import registry, schemas
from rehearsal.localaws.cloudformation.resources.model import Support

BEGIN = "<!-- resource types: begin (written by rehearsal.reference.resource_types) -->"
END = "<!-- resource types: end -->"


def table() -> str:
    """Markdown: what is executed, recorded and refused."""
    offered = registry.handlers()
    executed = sorted(name for name, handler in offered.items() if handler.support is Support.EXECUTED)
    recorded = sorted(name for name, handler in offered.items() if handler.support is Support.RECORDED)
    refused = sorted(set(schemas.all_types()) - set(offered))
    services = {_service(name) for name in offered}
    near = [name for name in refused if _service(name) in services]
    return "\n\n".join(
        (
            f"**Executed** ({len(executed)}): made, changed and removed through the service's API.",
            _by_service([*executed, "Custom::*"]),
            f"**Recorded** ({len(recorded)}): validated and kept; nothing runs because of them.",
            _by_service(recorded),
            f"**Refused** ({len(refused)} that AWS has): the template is refused, naming them. Of the services above:",
            _by_service(near),
            f"and every type of {len({_service(name) for name in refused} - services)} other services.",
        )
    )


def _service(resource_type: str) -> str:
    return resource_type.rpartition("::")[0]


def _by_service(types: Iterable[str]) -> str:
    lines = [
        f"- {service}: {', '.join(name.rpartition('::')[2] for name in names)}"
        for service, names in groupby(sorted(types), key=_service)
    ]
    return "\n".join(lines)


def rewritten(page: str) -> str:
    """The page with the list as it is now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    file = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/cloudformation.md")
    file.write_text(rewritten(file.read_text()))
