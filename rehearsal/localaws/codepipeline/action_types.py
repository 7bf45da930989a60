"""The words in which action and rule types say what their declarations may have: configuration keys, numbers of
artifacts.

Pure data; each type stands in its provider's file in ``actions/``.

Reference: user guide, "Action structure reference", "Rule structure reference" and "Valid input and output artifacts".
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rehearsal.localaws.codepipeline.definition import ActionType


@dataclass(frozen=True)
class Counts:
    """How many artifacts an action may have."""

    least: int
    most: int


RULE = "Rule"
"""The category of what a stage's condition runs."""

NONE, ONE, UP_TO_ONE, ANY = Counts(0, 0), Counts(1, 1), Counts(0, 1), Counts(0, 5)


@dataclass(frozen=True)
class TypeRules:
    """What a declaration of this type may and must say; ``properties`` maps configuration keys to whether they are
    required."""

    properties: Mapping[str, bool]
    inputs: Counts = NONE
    outputs: Counts = NONE


TypeTable = Mapping[ActionType, TypeRules]
"""What declarations of each type may say; a rule is of the category ``Rule``."""
