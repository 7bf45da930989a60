"""pytest's fixtures, found by themselves where rehearsal is installed. Nothing is loaded before a test asks for one.

A server serves a whole session (of one xdist worker); ``embedded_aws`` gives it new to each test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from boto3.session import Session

    from rehearsal.testing.server import Clock, DeployedStack, EmbeddedAws, Faults


@pytest.fixture(scope="session")
def embedded_aws_options() -> dict[str, Any]:
    """Define a fixture of this name to start it otherwise: ``region``, ``continuation_delay``."""
    return {}


@pytest.fixture(scope="session")
def embedded_aws_server(embedded_aws_options: dict[str, Any]) -> Iterator[EmbeddedAws]:
    """The session's server as it stands: never reset by this fixture, so that a module's fixtures may share a stack.

    A test that also uses ``embedded_aws`` gets it new, and so does whoever comes after it.
    """
    from rehearsal.testing import server

    started = server.start(**embedded_aws_options)
    yield started
    started.stop()


@pytest.fixture
def embedded_aws(embedded_aws_server: EmbeddedAws) -> Iterator[EmbeddedAws]:
    """An embedded AWS without anything in it; boto3 and any SDK in this process and its children go to it."""
    embedded_aws_server.reset()
    with embedded_aws_server.in_environment():
        yield embedded_aws_server


@pytest.fixture
def aws_session(embedded_aws: EmbeddedAws) -> Session:
    """A boto3 session of the embedded AWS's administrator."""
    return embedded_aws.session


@pytest.fixture
def deployed_stack(embedded_aws: EmbeddedAws) -> Callable[..., DeployedStack]:
    """``deployed_stack("template.yaml", Parameter="value")`` deploys a template with its local code."""
    return embedded_aws.deploy


@pytest.fixture
def embedded_clock(embedded_aws: EmbeddedAws) -> Clock:
    """The embedded AWS's clock: ``advance("7d")``. It is right again in the next test."""
    return embedded_aws.clock


@pytest.fixture
def embedded_faults(embedded_aws: EmbeddedAws) -> Faults:
    """Faults on order: ``add("throttle", service="s3")``. The next test has none."""
    return embedded_aws.faults
