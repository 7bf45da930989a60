"""Labs as a reader types them, on the worker's embedded AWS."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import EmbeddedAws
from tests.end_to_end.rehearse import Answer, rehearse
from tests.localaws.authorizer.minimal.statements import Named
from tests.localaws.authorizer.minimal.usage import Usage


@dataclass(frozen=True)
class Typed:
    """``rehearse`` against one embedded AWS."""

    aws: EmbeddedAws

    def __call__(self, *arguments: str, **options: Any) -> Answer:
        env = {**self.aws.environment, **options.pop("env", {})}
        return rehearse(*arguments, env=env, timeout=options.pop("timeout", 600), **options)

    def needed(self, stack: str) -> dict[Named, set[str]]:
        """For each statement of a stack's roles, the actions that nothing else allowed."""
        return Usage(self.aws, stack).needed()

    def denied(self, stack: str) -> list[dict[str, Any]]:
        """What was refused to a stack's roles."""
        return Usage(self.aws, stack).denied()


@pytest.fixture(scope="session")
def typed(aws: EmbeddedAws) -> Callable[..., Answer]:
    return Typed(aws)


@pytest.fixture(scope="session")
def sdk3(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter with SageMaker's SDK v3: the one that ``REHEARSAL_TEST_SDK3_PYTHON`` names, else made as a learner
    makes it."""
    named = os.environ.get("REHEARSAL_TEST_SDK3_PYTHON")
    if named:
        return named
    made = rehearse(
        "lab",
        "setup",
        "census",
        "--sdk",
        "--json",
        env={"XDG_DATA_HOME": str(tmp_path_factory.mktemp("data"))},
        timeout=1800,
    )
    assert made.exit_code == 0, made.err
    return str(made.document["sdkPython"])
