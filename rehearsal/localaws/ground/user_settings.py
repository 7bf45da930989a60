"""The user's own AWS and proxy settings, which the embedded AWS and who talks to it must not follow.

A proxy would be asked for 127.0.0.1 and fail; a profile that does not exist, a broken ``~/.aws/config``, a forced FIPS
or dual-stack endpoint or another ``AWS_ENDPOINT_URL_S3`` would break a call or lead it elsewhere.
"""

import os
from collections.abc import Iterable, Mapping

NO_FILES = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
"""Instead of ``~/.aws``: SDKs take an empty file for a user without settings."""
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_LOOPBACK = ("127.0.0.1", "localhost")


def names(environment: Mapping[str, str]) -> list[str]:
    """The variables of ``environment`` that are about an AWS account, sorted."""
    return sorted(name for name in environment if name.startswith("AWS_"))


def forget() -> None:
    """Make this process, and the children that inherit from it, one of a user without AWS settings and proxies."""
    for name in [*names(os.environ), *_proxies(os.environ)]:
        del os.environ[name]
    os.environ.update(NO_FILES, AWS_EC2_METADATA_DISABLED="true")


def past_proxies(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that lead calls to this machine past the proxies of ``environment``; none where it has no proxy."""
    if not _proxies(environment):
        return {}
    known = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    value = ",".join(dict.fromkeys([*filter(None, known.split(",")), *_LOOPBACK]))
    return {"NO_PROXY": value, "no_proxy": value}


def _proxies(environment: Iterable[str]) -> list[str]:
    return [name for name in environment if name.lower() in _PROXIES]
