"""The command line as a user types it: a process of its own, with its output and exit code."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    """What a command left: exit code and the two streams."""

    exit_code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that it must be."""
        return json.loads(self.out)


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The tests' clean environment, with this checkout importable from any folder."""
    path = os.pathsep.join(str(ROOT / part) for part in ("", "PipelineLambdaFunctions"))
    return {**os.environ, "PYTHONPATH": path, "COLUMNS": "140", **(extra or {})}


def command(*arguments: str) -> list[str]:
    """The process's arguments."""
    return [sys.executable, "-m", "rehearsal.cli.main", *arguments]


def rehearse(
    *arguments: str, env: Mapping[str, str] | None = None, cwd: Path = ROOT, stdin: str = "", timeout: float = 300
) -> Answer:
    """Run ``rehearse`` with these arguments to its end."""
    done = subprocess.run(
        command(*arguments),
        env=environment(env),
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)
