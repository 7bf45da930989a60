"""A git that is killed says nothing; nobody takes that for an answer."""

import os
from pathlib import Path

import pytest

from rehearsal.localaws.codecommit.repository import Repository
from rehearsal.localaws.ground.errors import AwsError


def test_a_branch_is_not_missing_because_git_was_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "git"
    program.write_text("#!/bin/sh\nkill -9 $$\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(AwsError, match=r"git rev-parse was ended by signal 9"):
        Repository(tmp_path / "code.git").commit_id("main")
