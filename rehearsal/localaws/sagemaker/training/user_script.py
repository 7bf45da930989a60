"""Script mode: what a training request says of the user's script, and the variables that the training toolkit gives it.
Pure.

https://github.com/aws/sagemaker-training-toolkit/blob/master/ENVIRONMENT_VARIABLES.md
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PROGRAM, SUBMIT_DIRECTORY = "sagemaker_program", "sagemaker_submit_directory"
_OF_THE_SERVICE = "sagemaker_"
OBJECTIVE_METRIC = "_tuning_objective_metric"
"""What a tuning job adds: https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-define-ranges.html"""


@dataclass(frozen=True)
class UserScript:
    """The entry point, and where its archive lies (``s3://...``, or a path of the container); None for what is in
    ``/opt/ml/code``."""

    entry_point: str
    source: str | None

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> "UserScript | None":
        """The script that the hyperparameters of a CreateTrainingJob request name; None where they name none."""
        values = decoded(request.get("HyperParameters") or {})
        if not values.get(PROGRAM):
            return None
        source = values.get(SUBMIT_DIRECTORY)
        return cls(str(values[PROGRAM]), str(source) if source else None)

    @property
    def module_name(self) -> str:
        return self.entry_point.removesuffix(".py")


def decoded(hyperparameters: Mapping[str, str]) -> dict[str, Any]:
    """The hyperparameters as a script gets them: values that are JSON as what they say, others as they are."""
    return {name: _value(text) for name, text in hyperparameters.items()}


def of_the_user(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those that are not the service's own."""
    return {
        name: value
        for name, value in values.items()
        if not name.startswith(_OF_THE_SERVICE) and name != OBJECTIVE_METRIC  # which no script would take as an option
    }


def arguments(values: Mapping[str, Any]) -> list[str]:
    """The options of the script: ``--name value``, ``-n value`` for a name of one letter, in the order of the names."""
    words = []
    for name in sorted(values):
        words += [f"{'-' if len(name) == 1 else '--'}{name}", "" if values[name] is None else str(values[name])]
    return words


def as_variable(value: Any) -> str:
    """A value as an environment variable has it: text as it is, all else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
