"""Which runtimes can be deployed on the clock's day, and which of them this machine runs.

The table is that of https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html.
"""

import logging
import platform
import sys
from dataclasses import dataclass
from datetime import date
from functools import cache

from rehearsal.localaws.ground import clock, host
from rehearsal.localaws.ground.errors import AwsError

log = logging.getLogger("rehearsal.localaws.functions")


@dataclass(frozen=True)
class Runtime:
    """When AWS stops to let functions be made, and be changed, on a runtime."""

    name: str
    no_create_from: date
    no_update_from: date


_PYTHON = {
    runtime.name: runtime
    for runtime in (
        Runtime("python2.7", date(2021, 7, 15), date(2022, 5, 30)),
        Runtime("python3.6", date(2022, 7, 18), date(2022, 8, 29)),
        Runtime("python3.7", date(2024, 1, 9), date(2027, 3, 3)),
        Runtime("python3.8", date(2027, 2, 1), date(2027, 3, 3)),
        Runtime("python3.9", date(2027, 2, 1), date(2027, 3, 3)),
        Runtime("python3.10", date(2027, 2, 1), date(2027, 3, 3)),
        Runtime("python3.11", date(2027, 7, 31), date(2027, 8, 31)),
        Runtime("python3.12", date(2028, 11, 30), date(2029, 1, 10)),
        Runtime("python3.13", date(2029, 7, 31), date(2029, 8, 31)),
        Runtime("python3.14", date(2029, 7, 31), date(2029, 8, 31)),
    )
}
_OTHER_LANGUAGES = ("nodejs", "java", "dotnet", "ruby", "go", "provided")


def is_retired(runtime: str, day: date, *, updating: bool = False) -> bool:
    """Whether AWS refuses a Python runtime on that day."""
    known = _PYTHON[runtime]
    return day >= (known.no_update_from if updating else known.no_create_from)


def check_may_deploy(runtime: str | None, package_type: str, *, updating: bool = False) -> None:
    """Whether a function may be made (or changed) on ``runtime``.

    Raises:
        AwsError: InvalidParameterValueException in AWS's words for a retired or unknown runtime, and by name for one
            that only AWS runs.
    """
    check_runs(runtime, package_type)
    if not is_retired(runtime or "", clock.now().date(), updating=updating):
        return
    if host.current().settings.allow_retired_runtimes:
        log.warning(
            "%s is retired in AWS; this machine's own Python runs it, as --allow-retired-runtimes asks", runtime
        )
        return
    raise AwsError(
        "InvalidParameterValueException",
        f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. "
        "We recommend you use a supported runtime while creating or updating functions.",
        Type="User",
    )


@cache
def _say_which_python(runtime: str) -> None:
    """Once for each runtime that is not this machine's: another Python's syntax or library may behave otherwise."""
    here = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if runtime != here:
        log.warning(
            "functions of runtime %s run on %s here (Python %s, of the environment that Rehearsal is installed in); "
            "to run them on %s, make that environment with it: PYTHON=%s ./scripts/setup",
            runtime,
            here,
            platform.python_version(),
            runtime,
            runtime,
        )


def check_runs(runtime: str | None, package_type: str) -> None:
    """Whether this machine can run the function at all.

    Raises:
        AwsError: InvalidParameterValueException.
    """
    if package_type == "Image":
        raise AwsError(
            "InvalidParameterValueException",
            "The embedded AWS runs functions from .zip files only, not from container images. "
            "Deploy this function as a .zip file, or on a real account.",
        )
    if not runtime:
        raise AwsError(
            "InvalidParameterValueException",
            "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
        )
    if runtime in _PYTHON:
        _say_which_python(runtime)
        return
    if runtime.startswith(_OTHER_LANGUAGES):
        raise AwsError(
            "InvalidParameterValueException",
            f"The embedded AWS runs Python functions only, not {runtime}. Deploy this function on a real account.",
        )
    names = ", ".join(sorted(_PYTHON))
    raise AwsError(
        "InvalidParameterValueException",
        f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [{names}] or "
        "be a valid ARN",
        Type="User",
    )
