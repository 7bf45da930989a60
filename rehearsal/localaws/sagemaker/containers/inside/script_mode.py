"""Script mode: the user's training script as SageMaker's training toolkit runs it, in ``/opt/ml/code``.

The service has unpacked the source there and set the variables; this installs the requirements, runs the entry point
with the hyperparameters as options, and leaves ``output/failure``. https://github.com/aws/sagemaker-training-toolkit
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120  as for a program run by its path

from user_requirements import RequirementsError, bring  # type: ignore[import-not-found]


def command(entry: str, arguments: list[str], is_package: bool) -> list[str]:
    """Python for a module or a file of it, a shell for any other file."""
    if is_package:
        return [sys.executable, "-m", entry[: -len(".py")] if entry.endswith(".py") else entry, *arguments]
    if entry.endswith(".py"):
        return [sys.executable, entry, *arguments]
    return ["/bin/sh", "-c", " ".join([f"./{entry}", *map(shlex.quote, arguments)])]


def main() -> int:
    """Run the script; gives the exit code."""
    base = os.environ["SAGEMAKER_BASE_DIR"]
    code_folder = os.path.join(base, "code")  # noqa: PTH118  what runs in the container uses os alone
    entry, arguments = os.environ["SM_USER_ENTRY_POINT"], json.loads(os.environ["SM_USER_ARGS"])
    try:
        bring(code_folder)
    except RequirementsError as error:
        return _failed(base, str(error), 1)
    words = command(entry, arguments, os.path.isfile(os.path.join(code_folder, "setup.py")))  # noqa: PTH113, PTH118
    print("Invoking script with the following command:\n\n" + " ".join(words) + "\n", flush=True)
    code = subprocess.call(words, cwd=code_folder)
    if code:
        said = "\n".join(["ExecuteUserScriptError:", f"ExitCode {code}", f'Command "{" ".join(words)}"'])
        return _failed(base, said, code if code > 0 else 128 - code)
    return 0


def _failed(base: str, reason: str, code: int) -> int:
    print(reason, flush=True)
    with open(os.path.join(base, "output", "failure"), "w", encoding="utf-8") as file:  # noqa: PTH118
        file.write(reason)
    return code


if __name__ == "__main__":
    sys.exit(main())
