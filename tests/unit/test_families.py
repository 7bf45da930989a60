"""CloudFormation's types and the authorizer's actions of a service lie in files of the same name: one grouping for
both."""

from importlib import import_module
from pathlib import Path

import pytest

from rehearsal.localaws.authorizer.actions import table
from rehearsal.localaws.cloudformation import registry

ACTIONS = Path(table.__file__).parent
APART = {"__init__", "table"}


def prefixes(family: str) -> set[str]:
    """The services of a file of ``actions/``, as IAM calls them."""
    module = import_module(f"rehearsal.localaws.authorizer.actions.{family}")
    return {each.prefix for each in vars(module).values() if isinstance(each, table.Service)}


def test_both_have_the_same_files() -> None:
    assert {file.stem for file in ACTIONS.glob("*.py")} - APART == set(registry.FAMILIES)


@pytest.mark.parametrize("family", registry.FAMILIES)
def test_the_types_of_a_file_are_of_the_services_of_the_other(family: str) -> None:
    handlers = import_module(f"rehearsal.localaws.cloudformation.resources.{family}").HANDLERS
    services = {handler.type.split("::")[1].lower() for handler in handlers}
    assert services and services <= {_spoken(prefix) for prefix in prefixes(family)}


def _spoken(prefix: str) -> str:
    """What CloudFormation calls the service."""
    return {"application-autoscaling": "applicationautoscaling", "states": "stepfunctions"}.get(prefix, prefix)
