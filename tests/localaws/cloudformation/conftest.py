from typing import Any

import pytest

from tests.localaws.cloudformation.stacks import Stacks


@pytest.fixture
def stacks(aws: Any) -> Stacks:
    """The embedded AWS's CloudFormation, with words for what tests do."""
    return Stacks(aws.client("cloudformation"))
