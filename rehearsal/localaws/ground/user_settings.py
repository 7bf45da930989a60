"""The user's own AWS and proxy settings, which the embedded AWS and who talks to it must not follow.

A proxy would be asked for 127.0.0.1 and fail; a profile that does not exist, a broken ``~/.aws/config``, a forced FIPS
or dual-stack endpoint or another ``AWS_ENDPOINT_URL_S3`` would break a call or lead it elsewhere.
"""

import os
import sys
from collections.abc import Iterable, Mapping

TYPE_CHECKING = False  # type checkers take this name for true; typing itself would cost each start some milliseconds
if TYPE_CHECKING:
    from pathlib import Path

NO_FILES = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
"""Instead of ``~/.aws``: SDKs take an empty file for a user without settings."""
_LASTING = "/var/tmp"
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_LOOPBACK = ("127.0.0.1", "localhost")


def names(environment: Mapping[str, str]) -> list[str]:
    """The variables of ``environment`` that are about an AWS account, sorted."""
    return sorted(name for name in environment if name.startswith("AWS_"))


def without(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a user without AWS settings and proxies. Pure."""
    unwanted = {*names(environment), *_proxies(environment)}
    kept = {name: value for name, value in environment.items() if name not in unwanted}
    return {**kept, **NO_FILES, "AWS_EC2_METADATA_DISABLED": "true"}


def forget() -> None:
    """Make this process, and the children that inherit from it, one of a user without AWS settings and proxies."""
    kept = without(os.environ)
    os.environ.clear()
    os.environ.update(kept)


def start_anew_without() -> None:
    """Start this program again, as the same process, where its environment has settings that it is to forget.

    What a process was started with stays in its memory and in ``/proc/<process>/environ`` however often it is deleted.
    """
    kept = without(os.environ)
    if names(os.environ) not in ([], names(kept)) or _proxies(os.environ):
        sys.stdout.flush()
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], kept)


def temporary_folder() -> "Path":
    """Where scratch folders and announcements lie: in TMPDIR where the user has set one, else in ``/var/tmp`` rather
    than ``/tmp``.

    ``/tmp`` is what code for Lambda writes to, so that every child process may.
    """
    import tempfile  # both are late: a server that starts anew imports this module twice
    from pathlib import Path

    if "TMPDIR" not in os.environ and os.access(_LASTING, os.W_OK | os.X_OK):
        return Path(_LASTING)
    return Path(tempfile.gettempdir())


def past_proxies(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that lead calls to this machine past the proxies of ``environment``; none where it has no proxy."""
    if not _proxies(environment):
        return {}
    known = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    value = ",".join(dict.fromkeys([*filter(None, known.split(",")), *_LOOPBACK]))
    return {"NO_PROXY": value, "no_proxy": value}


def _proxies(environment: Iterable[str]) -> list[str]:
    return [name for name in environment if name.lower() in _PROXIES]
