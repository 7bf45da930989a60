"""A bounded, even sample of rows for pictures: every n-th row, where n doubles whenever there are too many."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Sample:
    """At most ``size`` pairs of label and answer, and between half as many and ``size`` once there are enough rows."""

    size: int
    step: int = 1
    rows_seen: int = 0
    pairs: list[tuple[float, str]] = field(default_factory=list)

    def add(self, labels: Sequence[float], answers: Sequence[bytes]) -> None:
        """Look at the next rows."""
        if self.size:
            first = -self.rows_seen % self.step
            chosen = range(first, len(labels), self.step)
            self.pairs.extend((labels[index], answers[index].decode()) for index in chosen)
            while len(self.pairs) > self.size:
                del self.pairs[1::2]
                self.step *= 2
        self.rows_seen += len(labels)

    def state(self) -> dict[str, Any]:
        """For a later call."""
        return asdict(self)

    @classmethod
    def restored(cls, state: dict[str, Any]) -> "Sample":
        """As :meth:`state` left it."""
        return cls(
            state["size"], state["step"], state["rows_seen"], [(label, answer) for label, answer in state["pairs"]]
        )
