"""Runs the commands of a plan, one after the other, as a child process of its own: ``python shell_session.py PLAN
RESULT``.

PLAN is an open descriptor: the plan holds secrets. Standard library alone. Each command runs in a new shell that takes
up directory and variables where the one before left them, as commands of a buildspec 0.2 do. Output goes to standard
output; the result file says how each phase went.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_ENDS_BUILD = ("install", "pre_build")


def main(plan_descriptor: str, result_file: str) -> None:
    """Run the plan and write the result."""
    with open(int(plan_descriptor)) as file:
        plan = json.load(file)
    session = _Session(plan)
    phases, is_over = [], False
    for phase in plan["phases"]:
        if is_over:
            continue
        ran = session.phase(phase)
        phases.append(ran)
        failed = ran["status"] == "FAILED" and phase["onFailure"] != "CONTINUE"
        is_over = failed and (phase["name"] in _ENDS_BUILD or phase["onFailure"] == "ABORT")
    exported = {name: session.variables.get(name, "") for name in plan["exported"]}
    Path(result_file).write_text(json.dumps({"phases": phases, "exported": exported}))


class _Session:
    """Where the shell is and what it knows, between commands."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._shell = plan["shell"]
        self._state = Path(plan["state"])
        self._directory = plan["directory"]
        self.variables = dict(os.environ, CODEBUILD_BUILD_SUCCEEDING="1", **plan["variables"])

    def phase(self, phase: dict[str, Any]) -> dict[str, Any]:
        """Run one phase; its ``finally`` commands run in any case."""
        started = time.time()
        of_commands, of_finally = self._commands(phase["commands"]), self._commands(phase["finally"])
        message = of_commands or of_finally
        if message:
            self.variables["CODEBUILD_BUILD_SUCCEEDING"] = "0"
        status = "FAILED" if message else "SUCCEEDED"
        return {"name": phase["name"], "status": status, "start": started, "end": time.time(), "message": message}

    def _commands(self, commands: list[str]) -> str:
        for command in commands:
            print(f"[Container] Running command {command}", flush=True)
            code = self._run(command)
            if code:
                message = (
                    f"COMMAND_EXECUTION_ERROR: Error while executing command: {command}. Reason: exit status {code}"
                )
                print(f"[Container] {message}", flush=True)
                return message
        return ""

    def _run(self, command: str) -> int:
        """Run a command, then note where it left the shell: ``env -0`` after the directory, whatever the values
        hold."""
        note = f"trap '__code=$?; {{ pwd; env -0; }} > \"{self._state}\"; exit $__code' EXIT"
        done = subprocess.run(
            [self._shell, "-c", f"{note}\n{command}\n"],
            cwd=self._directory,
            env=self.variables,
            check=False,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
        )
        if self._state.exists():
            directory, _, variables = self._state.read_text(errors="replace").partition("\n")
            self._directory = directory
            self.variables = dict(entry.split("=", 1) for entry in variables.split("\0") if "=" in entry)
            self._state.unlink()
        return done.returncode


if __name__ == "__main__":
    main(*sys.argv[1:])
