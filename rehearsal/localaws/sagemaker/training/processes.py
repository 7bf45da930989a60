"""The processes of a job's containers: started together, followed, ended together."""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from rehearsal.localaws import isolation
from rehearsal.localaws.ground import clock, host
from rehearsal.localaws.sagemaker.training.output_lines import Sink, follow
from rehearsal.localaws.sagemaker.usage import Usage, wait_for_end

GRACE_SECONDS = 120
"""Between SIGTERM and SIGKILL: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTrainingJob.html"""


class ContainerProcess:
    """A program in a container's folders, of which ``own`` is the outermost. ``changed`` is notified when it ends."""

    def __init__(
        self,
        program: Sequence[str],
        *,
        environment: Mapping[str, str],
        cwd: Path,
        own: Path,
        readable: Sequence[Path] = (),
        sink: Sink,
        changed: threading.Condition,
        name: str,
    ) -> None:
        reading, writing = os.pipe()
        try:
            self._process = isolation.spawn(
                program,
                environment=environment,
                cwd=cwd,
                own=[own],
                readable=readable,
                stdout=writing,
                stderr=subprocess.STDOUT,
                measured=True,
            )
        finally:
            os.close(writing)
        self._reading, self._sink, self._changed = reading, sink, changed
        self.exit_code: int | None = None
        self.used: Usage | None = None
        """What it used, once it has ended."""
        self._follower = host.in_background(self._follow, name=name)

    def _follow(self) -> None:
        try:
            follow(self._reading, self._sink)
        finally:
            os.close(self._reading)
            code, self.used = wait_for_end(self._process.pid)
            self._process.returncode = code  # it is waited for: subprocess need not look after it
            with self._changed:
                self.exit_code = code if code >= 0 else 128 - code
                self._changed.notify_all()

    def signal(self, number: int) -> None:
        """Send a signal to the program and all that it started."""
        if self.exit_code is None:
            try:
                os.killpg(self._process.pid, number)
            except ProcessLookupError:
                return


def all_ended(processes: Sequence[ContainerProcess]) -> bool:
    """Whether nothing runs any more."""
    return all(process.exit_code is not None for process in processes)


def some_failed(processes: Sequence[ContainerProcess]) -> bool:
    """Whether one ended with an error, so that the others wait for it in vain."""
    return any(process.exit_code for process in processes)


def end(processes: Sequence[ContainerProcess], changed: threading.Condition, *, grace_seconds: float) -> None:
    """SIGTERM, and after the grace period SIGKILL; returns when all have ended."""
    for process in processes:
        process.signal(signal.SIGTERM)
    with changed:
        ended = clock.wait_for(changed, lambda: all_ended(processes), grace_seconds)
    if ended:
        return
    for process in processes:
        process.signal(signal.SIGKILL)
    with changed:
        clock.wait_for(changed, lambda: all_ended(processes))
