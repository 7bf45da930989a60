"""What the parts of this room know of a function and of what an invocation came to: the types between them, and nothing
else."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rehearsal.localaws.functions.wording import Failure

_TAIL_BYTES = 4096


@dataclass(frozen=True)
class Result:
    """What an invocation came to."""

    payload: bytes
    failure: Failure | None
    version: str
    request_id: str
    log: tuple[str, ...]
    ended_at: float
    """By the clock, before the log tells of it."""

    @property
    def log_tail(self) -> str:
        """The last 4 KB of the log, in Base64, as LogType=Tail gives it."""
        text = "".join(f"{line}\n" for line in self.log).encode()
        return base64.b64encode(text[-_TAIL_BYTES:]).decode()


class FunctionRecord(Protocol):
    """A function (one version of it) as moto's record of it and ours has it; ``models.Function`` is the one there
    is."""

    function_name: str
    function_arn: str
    region: str
    version: str | int
    role: str
    handler: str
    run_time: str
    timeout: int
    memory_size: int
    environment_vars: dict[str, str]
    code_digest: str
    logging_config: dict[str, str]
    dead_letter_arn: str | None
    event_invoke_config: Any

    @property
    def log_group(self) -> str:
        """The log group that the function writes to."""

    def layer_versions(self) -> Sequence[Any]:
        """The layers in the order in which they are laid."""

    def execute(self, payload: bytes, *, request_id: str | None = None) -> Result:
        """Run the function now and wait for its result."""
