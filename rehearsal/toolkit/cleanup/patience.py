"""How long a removal goes on when nothing goes: as long as a service works at it, a while for what is not yet true
everywhere."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rehearsal.toolkit.aws.pace import Pace

_PASSES_AT_LEAST = 3
SETTLING_SECONDS = 30.0
"""S3, IAM and CloudWatch Logs are eventually consistent: what has just gone may hold up what held it for seconds."""
LONGEST_CHANGE_SECONDS = 7200.0
"""No change of an endpoint or stack takes longer; CloudFormation gives up on a resource after less."""


@dataclass
class Patience:
    """Told after each pass how it went; says whether another makes sense."""

    pace: Pace
    _since: float = field(init=False)
    _idle_passes: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._since = self.pace.now()

    def is_over(self, *, has_changed: bool, is_moving: bool, are_denied: Iterable[bool]) -> bool:
        """``has_changed``: something went or changed its state; ``is_moving``: a service is at work on something;
        ``are_denied``: for each refusal, whether it is for want of a permission, which no waiting cures."""
        if has_changed:
            self._since, self._idle_passes = self.pace.now(), 0
            self.pace.changed()
            return False
        self._idle_passes += 1
        waited = self.pace.now() - self._since
        if is_moving:
            return waited >= LONGEST_CHANGE_SECONDS
        denials = list(are_denied)
        if denials and all(denials):
            return self._idle_passes >= _PASSES_AT_LEAST
        return self._idle_passes >= _PASSES_AT_LEAST and waited >= SETTLING_SECONDS
