"""Run the command of a container: ``python run_command.py WORDS...``. Its exit code is the command's, 127 where there
is none such.

The service ends a container with a signal to all its processes, so this one waits for the command's own end.
"""

from __future__ import annotations

import signal
import subprocess
import sys

_NOT_FOUND = 127


def main() -> int:
    """Run it; gives the exit code."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)  # a handler, unlike SIG_IGN, is not handed on to the command
    try:
        code = subprocess.call(sys.argv[1:])
    except (FileNotFoundError, PermissionError, NotADirectoryError) as error:
        print(f"The container's command cannot be started: {error}", flush=True)
        return _NOT_FOUND
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
