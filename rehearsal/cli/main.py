"""The entry point: runs a command and turns every way out into words and an exit code."""

import io
import os
import signal
import sys
from types import FrameType

from rehearsal.cli.app import app
from rehearsal.localaws.ground import user_settings
from rehearsal.toolkit.aws.errors import RehearsalError


def main() -> None:
    """Run ``rehearse`` with this process's arguments; does not return."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    sys.stdout = (
        sys.stdout or io.StringIO()
    )  # a caller may have closed it: nobody listens, the work is done all the same
    os.environ.update(user_settings.past_proxies(os.environ))
    try:
        app(prog_name="rehearse")
    except Exception as error:  # noqa: BLE001 - the outermost edge: whatever happened must reach the user as words
        sys.exit(_report(error))


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """A hang-up or termination is treated as Ctrl-C: everything is cleaned up."""
    raise KeyboardInterrupt


def _report(error: Exception) -> int:
    from rehearsal.cli.output import print_error, print_json

    if "--debug" in sys.argv:
        raise error
    told = _translated(error)
    if "--json" in sys.argv and not getattr(error, "is_reported", False):
        print_json({"error": told.as_json()})
    print_error(told)
    return told.exit_code


def _translated(error: Exception) -> RehearsalError:
    from rehearsal.toolkit.aws.translation import FAILURES, explain  # botocore, which most commands do not wait for

    if isinstance(error, FAILURES):
        return explain(error)
    if isinstance(error, OSError):
        return RehearsalError(
            f"{error.strerror or error}",
            where=str(error.filename or "this machine"),
            next_step="check free space, permissions and the path (df -h, ls -l)",
        )
    return RehearsalError(
        f"this is a fault of rehearse itself: {type(error).__name__}: {error}",
        where=" ".join(sys.argv[:3]),
        next_step="run it again with --debug and report what it prints",
    )


if __name__ == "__main__":
    main()
