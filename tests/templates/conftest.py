"""The templates as data: read by cfn-lint's decoder, intrinsic functions left in place."""

from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "cloudformation"
TEMPLATES = sorted(FOLDER.glob("*.yaml"))


def load(file: Path) -> dict[str, Any]:
    from cfnlint.decode import decode

    template, problems = decode(str(file))
    assert not problems
    assert template is not None
    return dict(template)


@pytest.fixture(params=TEMPLATES, ids=lambda file: file.name)
def template(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each template in turn."""
    return load(request.param)
