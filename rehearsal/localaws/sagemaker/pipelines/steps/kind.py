"""What a type of step is: the members it has, what its arguments are checked against, and who acts. Pure data.

A file of this folder describes one type; ``steps`` lists them all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from rehearsal.localaws.sagemaker.pipelines.retries import Fault
from rehearsal.localaws.sagemaker.pipelines.steps.context import Context, Ended, Started

Setting = type | tuple[str, ...]
"""What a setting of a step is: of a type, or one of these texts."""


class Actor(Protocol):
    """Does what a step of one type asks for, as the pipeline's role."""

    def begin(self, context: Context, /) -> Started | Ended:
        """Make the call. ``Started``: the work goes on elsewhere and ``end`` tells how it came out.

        Raises:
            StepFailed: it could not be made.
        """
        ...

    def is_over(self, context: Context, /) -> bool:
        """Whether what was started has come to its end; asked often, so it looks at records and calls nobody."""
        ...

    def end(self, context: Context, /) -> Ended:
        """How what was started came out.

        Raises:
            StepFailed: not well.
            StepStopped: it was stopped.
        """
        ...

    def halt(self, context: Context, /) -> None:
        """The execution is to stop: ask what was started to stop too."""
        ...


@dataclass(frozen=True)
class Kind:
    """One type of step."""

    type: str
    actor: Actor | None
    request: str | None = None
    """The operation whose request the arguments are."""
    describes: str | None = None
    """The operation whose answer the step's properties are."""
    name_member: str | None = None
    """The member of the request that names the job or resource; the pipeline makes the name."""
    supplied: frozenset[str] = frozenset()
    """Required members of the request that the pipeline fills in where the arguments leave them out."""
    unknown: frozenset[str] = frozenset()
    """Members of the request that a definition may not have."""
    members: frozenset[str] = frozenset()
    """Members of the step besides those that all have."""
    required: tuple[str, ...] = ()
    argument_members: frozenset[str] | None = None
    """Where the arguments are no request: the members they may have."""
    required_arguments: tuple[str, ...] = ()
    target: str | None = None
    """The member that names whom a Lambda or Callback step calls."""
    settings: Mapping[str, Setting] = field(default_factory=dict)
    """Members of the step beside its arguments that say how it does its work: texts, booleans, or one of several
    texts."""
    properties: frozenset[str] = frozenset()
    """Properties besides those of ``describes``."""
    faults: frozenset[Fault] = frozenset()
    """What retry policies of such a step may name."""
    takes_cache_config: bool = False
    cache_keys: tuple[str, ...] = ()
    """Arguments that must be equal for an earlier run to be reused, or their members with dots; none: never reused."""
    decides: bool = False
    """A Condition step: the state machine itself carries it out with the values that it is given."""
    is_leaf: bool = False
    """No other step may depend on it."""
    metadata: str = ""
    """The member of a step's Metadata in ListPipelineExecutionSteps."""
    works_in_call: bool = False
    """The call that begins the step lasts until its work is done."""
    longest_name: int = 63
    """Characters that the name may have."""
    makes_names: bool = True
    """A name in the arguments is a prefix, to which the pipeline adds; else it is the name itself."""

    def __reduce__(self) -> tuple[Callable[[str], "Kind"], tuple[str]]:
        return Kind.of_kept_name, (self.type,)

    @property
    def kept_name(self) -> str:
        """Kept by name: a restart finds what the type is in the code."""
        return self.type

    @classmethod
    def of_kept_name(cls, name: str) -> "Kind":
        """The type again."""
        from rehearsal.localaws.sagemaker.pipelines.steps import KINDS  # which imports the types, and they this file

        return KINDS[name]
