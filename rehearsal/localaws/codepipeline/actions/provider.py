"""What a provider says of itself: the type it stands for, what a declaration may say, and who does the work. Pure data.

Each file of this folder that is a provider ends with its ``PROVIDERS``; ``providers.py`` lists the files.
"""

from collections.abc import Callable
from dataclasses import dataclass

from rehearsal.localaws.codepipeline.action_types import TypeRules
from rehearsal.localaws.codepipeline.actions.context import Context
from rehearsal.localaws.codepipeline.state_machine import Later, Outcome

Act = Callable[[Context], Outcome | Later | None]
"""Does the work and returns its outcome; None when the outcome comes by another way (a job's result, an approval)."""


@dataclass(frozen=True)
class Provider:
    """One action or rule type that AWS owns; the category of a rule is ``Rule``.

    ``takes_jobs``: a job is opened, whose result comes through the API; ``is_worker``: a custom worker polls for it.
    ``polling_switch``: the configuration key that switches the polling of a source off; None for what is never polled.
    """

    category: str
    name: str
    act: Act
    rules: TypeRules
    takes_jobs: bool = False
    is_worker: bool = False
    polling_switch: str | None = None
