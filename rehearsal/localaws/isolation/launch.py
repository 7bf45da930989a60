"""Start the child processes of the embedded AWS: functions, training jobs, build commands."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from rehearsal.localaws.ground import host
from rehearsal.localaws.ground.host import Credentials
from rehearsal.localaws.isolation import loopback_only

_GUARD = str(Path(loopback_only.__file__))
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")


def child_environment(credentials: Credentials, region: str, home: Path) -> dict[str, str]:
    """The environment that every child gets: this server's address and its role's credentials, nothing of the user's.

    No ``AWS_*`` variable, profile or ``~/.aws`` of the user is seen, and no instance metadata is asked.
    OpenMP waits passively: spinning threads on a machine shared with other jobs slow training tenfold.
    """
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    environment.update(
        {
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "HOME": str(home),
            "TMPDIR": str(home),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "OMP_WAIT_POLICY": "PASSIVE",
            "AWS_ENDPOINT_URL": host.current().endpoint_url,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ACCESS_KEY_ID": credentials.access_key_id,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
    )
    if credentials.session_token:
        environment["AWS_SESSION_TOKEN"] = credentials.session_token
    return environment


def spawn(
    program: Sequence[str],
    *,
    environment: Mapping[str, str],
    cwd: Path,
    stdout: int | IO[Any] | None = subprocess.DEVNULL,
    stderr: int | IO[Any] | None = subprocess.STDOUT,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start ``python program...`` (``["-m", "module", ...]`` or ``["file.py", ...]``) behind the loopback guard.

    The child leads its own process group (end it with ``os.killpg``) and ends by itself when this server does.
    """
    lifeline = _lifeline()
    return subprocess.Popen(
        [sys.executable, _GUARD, *program],
        env={**environment, loopback_only.LIFELINE_VARIABLE: str(lifeline)},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        pass_fds=(*pass_fds, lifeline),
        start_new_session=True,
    )


@lru_cache(maxsize=1)
def _lifeline() -> int:
    """The reading end of a pipe whose writing end only this process holds, open for as long as it lives."""
    reading, _writing = os.pipe()
    return reading
