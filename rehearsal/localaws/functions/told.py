"""A failed invocation in one line for the terminal of the embedded AWS: which function, what, in which line of its
code."""

import json
import logging
import re

from rehearsal.localaws.functions.wording import Failure

log = logging.getLogger("rehearsal.functions")

_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>\S+)')
_CODE = re.compile(r"^.*/functions/code/[0-9a-f]+/")
_LONGEST = 300


def tell(function: str, failure: Failure) -> None:
    """Write the line; ``rehearse logs --function`` has the whole traceback."""
    log.warning("function %s failed: %s", function, line_of(failure))


def line_of(failure: Failure) -> str:
    """What went wrong, and the last frame in the function's own code. Pure."""
    try:
        reported = json.loads(failure.payload)
    except ValueError:
        reported = {}
    if not isinstance(reported, dict):
        reported = {}
    message = " ".join(str(reported.get("errorMessage", "")).split())
    what = f"{reported.get('errorType', failure.error_type)}: {message}"[:_LONGEST]
    frame = _last_frame([str(each) for each in reported.get("stackTrace") or []])
    return f"{what} ({frame})" if frame else what


def _last_frame(stack: list[str]) -> str:
    """The innermost frame of the function's own code; of a library's where there is none."""
    frames = [found for entry in stack for found in _FRAME.finditer(entry)]
    own = [found for found in frames if _is_own(found["file"])]
    chosen = (own or frames)[-1:]
    return "".join(f"{_CODE.sub('/var/task/', each['file'])}:{each['line']} in {each['function']}" for each in chosen)


def _is_own(file: str) -> bool:
    is_code = _CODE.match(file) or file.startswith("/var/task/")
    return bool(is_code) and "site-packages" not in file
