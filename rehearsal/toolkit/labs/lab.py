"""What a lab is: its files, what it needs on this machine, its story, and what comes out of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.executions.events import Tell
from rehearsal.toolkit.executions.model_pipelines import ModelExecution
from rehearsal.toolkit.labs.names import LabNames
from rehearsal.toolkit.stacks.stacks import StackRequest, StackResult

Deploy = Callable[[StackRequest], StackResult]
"""Creates or updates a stack: at once, or after the user has seen what would change."""


@dataclass(frozen=True)
class Order:
    """What to do: which lab under which names, with which data and parameters of its pipeline and of its stack.

    ``approve`` says whether the version that was registered is approved at once and deployed; else a person does it.
    """

    names: LabNames
    folder: Path
    data: Path
    parameters: Mapping[str, str] = field(default_factory=dict)
    stack_parameters: Mapping[str, str] = field(default_factory=dict)
    approve: bool = True

    def file(self, name: str) -> Path:
        """A file of the lab."""
        return self.folder / name

    def stack(self, template: str, more: Mapping[str, str] | None = None) -> StackRequest:
        """The lab's stack; ``more`` are parameters that the lab decides unless the user did."""
        parameters = {**self.names.parameters, **(more or {}), **self.stack_parameters}
        return StackRequest(self.names.stack, self.file(template), parameters)


@dataclass(frozen=True)
class Outcome:
    """What came out. ``metrics`` are those of the evaluation, ``answers`` says what the endpoint answered, and
    ``facts`` what else the lab shows."""

    execution: ModelExecution
    metrics: Mapping[str, float] = field(default_factory=dict)
    model_package: str = ""
    endpoint: str = ""
    answers: Mapping[str, float] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    next_steps: tuple[str, ...] = ()

    @property
    def succeeded(self) -> bool:
        return self.execution.status == "Succeeded"

    def as_json(self) -> dict[str, Any]:
        """As ``--json`` prints it."""
        return {
            "pipeline": self.execution.pipeline,
            "pipelineExecutionArn": self.execution.arn,
            "status": self.execution.status,
            "reason": self.execution.reason,
            "steps": [
                {"name": step.name, "status": step.status, "seconds": step.seconds, "note": step.note}
                for step in self.execution.steps
            ],
            "metrics": dict(self.metrics),
            "modelPackageArn": self.model_package or None,
            "endpoint": self.endpoint or None,
            "answers": dict(self.answers),
            **({"facts": dict(self.facts)} if self.facts else {}),
            "next": list(self.next_steps),
        }


@dataclass(frozen=True)
class Lab:
    """A lab of ``labs/``: ``libraries`` are the modules that its jobs import and Rehearsal itself does not have; they
    run in the scikit-learn image of that tag.

    ``template`` is its stack's, and ``rehearsed_with`` what its parameters are on the embedded AWS unless the user says
    otherwise. ``serves_always`` says that a run deploys what it made without ``approve``. ``jobs`` are the instances
    that a run takes on an account: what for, instance type, how many. ``workshop`` is the one that a run launches
    beside the lab's stack; ``images`` the file that says which programs stand for its images on the embedded AWS.
    """

    name: str
    title: str
    summary: str
    sample: str
    libraries: tuple[str, ...]
    scikit_learn_tag: str | None
    jobs: tuple[tuple[str, str, int], ...]
    template: str
    endpoint_instance: str
    serves_always: bool
    rehearsed_with: Mapping[str, str]
    run: Callable[[Aws, Order, Deploy, Tell], Outcome]
    try_next: tuple[str, ...]
    workshop: Callable[[LabNames], Workshop] | None = None
    images: str = ""
