"""A request that only reads is asked once more when what it was reading changed under it.

moto's records have no lock. A listing walks over a dictionary while another request adds to it, and Python stops the
walk with RuntimeError. Nothing has been changed or answered then, so the walk begins anew.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from rehearsal.localaws.door import checked

_MOST = 20
"""A listing that meets a change each time is a fault of another kind."""
_READING = ("BatchGet", "Describe", "Get", "Head", "List", "Query", "Scan", "Search")
_MET_A_CHANGE = re.compile(r"(changed size|keys changed|mutated) during iteration$")

Application = Callable[..., Iterable[bytes]]


def answered(application: Application, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """What ``application`` answers.

    Raises:
        RuntimeError: as ``application`` does, unless it only met a change.
    """
    for _ in range(_MOST - 1):
        try:
            return application(environ, start_response)
        except RuntimeError as error:
            if not _MET_A_CHANGE.search(str(error)) or not _only_reads(environ):
                raise
            environ["wsgi.input"].seek(0)
            environ.pop(checked.CHECKED)
    return application(environ, start_response)


def _only_reads(environ: dict[str, Any]) -> bool:
    """Whether the operation may be executed a second time."""
    found = checked.of(environ)
    return found is not None and found.operation.startswith(_READING)
