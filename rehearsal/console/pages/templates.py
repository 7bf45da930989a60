"""The templates of the project that the form can launch, in the order in which they are."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rehearsal.toolkit import project
from rehearsal.toolkit.aws.errors import NotThere
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.stacks import template_files, template_parameters
from rehearsal.toolkit.stacks.template_parameters import Group


@dataclass(frozen=True)
class Template:
    """One that can be launched: ``key`` is its name in addresses, ``prefix`` what its stacks' names begin with."""

    key: str
    title: str
    prefix: str
    file: Path
    description: str

    def stack_name(self, suffix: str) -> str:
        """The stack of a workshop."""
        return f"{self.prefix}{suffix}"


def offered() -> list[Template]:
    """Those of the project that the console was started in; none outside of one."""
    try:
        here = project.find()
    except NotThere:
        return []
    rows = (
        ("prep", "1. Buckets for data and code", Workshop.PREP_STACK_PREFIX, here.prep_template),
        ("pipeline", "2. Roles, functions and the pipeline", Workshop.PIPELINE_STACK_PREFIX, here.pipeline_template),
    )
    return [
        Template(key, title, prefix, file, _description(file, file.stat().st_mtime_ns))
        for key, title, prefix, file in rows
    ]


@cache
def _description(file: Path, _changed: int) -> str:
    """Of a template as it is since it last changed: reading one takes half a second."""
    return str(template_files.read(file).get("Description", ""))


@cache
def _groups(file: Path, _changed: int) -> tuple[Group, ...]:
    return tuple(template_parameters.groups_in(file))


def groups_of(template: Template) -> tuple[Group, ...]:
    """The parameters of a template as its form has them."""
    return _groups(template.file, template.file.stat().st_mtime_ns)


def find(key: str) -> Template:
    """The template with this key.

    Raises:
        NotThere: there is none; the console was not started in a project, perhaps.
    """
    for template in offered():
        if template.key == key:
            return template
    raise NotThere(
        f"there is no template {key!r} here",
        where="the folder in which the console was started",
        next_step="start it in the project's folder, or name that in REHEARSAL_PROJECT",
    )


def of_stack(name: str) -> Template | None:
    """The template that stacks of this name are made from."""
    return next((template for template in offered() if name.startswith(template.prefix)), None)
