"""Who runs an invocation: a warm sandbox or a new one, within the function's reserved concurrency.

The key under which a sandbox waits holds its role's credentials too: they last an hour, and so does a sandbox.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.functions.configuration import Configuration
from rehearsal.localaws.functions.invocation import Invocation, carry_out
from rehearsal.localaws.functions.record import Result
from rehearsal.localaws.functions.sandbox import Sandbox
from rehearsal.localaws.functions.warm import WarmSandboxes
from rehearsal.localaws.ground import host
from rehearsal.localaws.ground.errors import AwsError

_SERVICE = "lambda.amazonaws.com"


@dataclass(frozen=True)
class Package:
    """Where the unpacked code and layers of a configuration are."""

    task_root: Path
    layers: tuple[Path, ...] = ()


class Pool:
    """All sandboxes of this embedded AWS, and how many invocations each function has under way."""

    def __init__(self) -> None:
        self._sandboxes: WarmSandboxes[Sandbox] = WarmSandboxes()
        self._running: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.close = self._sandboxes.close

    def invoke(
        self, configuration: Configuration, package: Package, invocation: Invocation, reserved_concurrency: int | None
    ) -> Result:
        """Run the invocation in a warm sandbox or a new one.

        Raises:
            AwsError: TooManyRequestsException, when the function's reserved concurrency is used up; AccessDenied, when
                Lambda may not assume its role.
        """
        with self._admitted(configuration, reserved_concurrency):
            role_arn, name, region = configuration.role_arn, configuration.name, configuration.region
            credentials = identity.assume_role(role_arn, name, service=_SERVICE, region=region)
            key = (configuration, credentials)
            sandbox = self._sandboxes.take(key)
            is_cold = sandbox is None
            if sandbox is None:
                self._sandboxes.end_idle(lambda key: key[0] == configuration and key[1] != credentials)
                sandbox = Sandbox(configuration, credentials, package.task_root, list(package.layers))
                self._sandboxes.add(sandbox)
            try:
                return carry_out(invocation, sandbox, cold=is_cold)
            finally:
                self._sandboxes.put_back(key, sandbox)

    @contextmanager
    def _admitted(self, configuration: Configuration, reserved: int | None) -> Iterator[None]:
        arn = ":".join(configuration.arn.split(":")[:7])  # versions and $LATEST share the reservation
        with self._lock:
            if reserved is not None and self._running[arn] >= reserved:
                raise AwsError(
                    "TooManyRequestsException",
                    "Rate Exceeded.",
                    Reason="ReservedFunctionConcurrentInvocationLimitExceeded",
                    Type="User",
                )
            self._running[arn] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[arn] -= 1


_pool: Pool | None = None
_pool_lock = threading.Lock()


def pool() -> Pool:
    """The pool of this embedded AWS, made at its first use and closed with the server."""
    global _pool
    with _pool_lock:
        if _pool is None:
            _pool = Pool()
            host.on_exit(_pool.close)
        return _pool
