import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from stacks import Stacks


@pytest.fixture
def stacks(aws: Any) -> Stacks:
    """The embedded AWS's CloudFormation, with words for what tests do."""
    return Stacks(aws.client("cloudformation"))
