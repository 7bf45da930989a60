"""The console script: Ctrl-C while Python still reads the commands ends as quietly as later."""

import sys

_INTERRUPTED = 130


def main() -> None:
    """Run ``rehearse``; does not return."""
    try:
        from rehearsal.cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    run()
