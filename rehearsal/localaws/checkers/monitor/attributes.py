"""Where label, prediction and probability of a row stand: by name, or by number in data without names.

A member of JSON is named as its cells are (``predictions.0.score``), a JSONPath's ``$.`` and brackets are taken too.
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ModelQualityJobInput.html
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rehearsal.localaws.checkers.container import CheckFailed
from rehearsal.localaws.checkers.data.batches import Batch
from rehearsal.localaws.checkers.data.captured import GROUND_TRUTH

_BRACKET = re.compile(r"\[['\"]?([^\]'\"]+)['\"]?\]")


@dataclass(frozen=True)
class Labelled:
    """Some rows: their labels, and what was predicted; None where that attribute is not given."""

    labels: Sequence[str]
    predictions: Sequence[str] | None
    probabilities: Sequence[str] | None


@dataclass(frozen=True)
class Attributes:
    """The variables ``ground_truth_attribute``, ``inference_attribute``, ``probability_attribute`` and the
    threshold."""

    label: str | None
    prediction: str | None
    probability: str | None
    threshold: float = 0.5

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> "Attributes":
        """From the program's environment.

        Raises:
            CheckFailed: the threshold is no number, or nothing says where the predictions stand.
        """
        told = variables.get("probability_threshold_attribute") or "0.5"
        try:
            threshold = float(told)
        except ValueError:
            raise CheckFailed(f"probability_threshold_attribute {told!r} is no number.") from None
        prediction, probability = variables.get("inference_attribute"), variables.get("probability_attribute")
        if not prediction and not probability:
            raise CheckFailed("Give inference_attribute or probability_attribute: where does a row's prediction stand?")
        return cls(variables.get("ground_truth_attribute") or None, prediction or None, probability or None, threshold)

    def cells(self, batches: Iterable[Batch]) -> Iterator[Labelled]:
        """Rows that have a label and a prediction."""
        for batch in batches:
            label = _column(batch, self.label or GROUND_TRUTH, "ground_truth_attribute")
            chosen = _column(batch, self.prediction, "inference_attribute") if self.prediction else None
            probability = _column(batch, self.probability, "probability_attribute") if self.probability else None
            yield _complete(label, chosen, probability)


def _column(batch: Batch, attribute: str, variable: str) -> Sequence[str]:
    name = _BRACKET.sub(r".\1", attribute.removeprefix("$")).strip(".")
    for tried in (name, f"_c{name}"):
        if tried in batch.names:
            return batch.column(tried)
    if name.isdigit() and int(name) < len(batch.columns):
        return batch.columns[int(name)]
    raise CheckFailed(f"{variable} {attribute!r}: the data set has no such column, only {', '.join(batch.names)}.")


def _complete(
    labels: Sequence[str], predictions: Sequence[str] | None, probabilities: Sequence[str] | None
) -> Labelled:
    columns = [column for column in (labels, predictions, probabilities) if column is not None]
    if all(map(all, columns)):
        return Labelled(labels, predictions, probabilities)
    kept = [number for number, row in enumerate(zip(*columns, strict=True)) if all(row)]
    whole = [
        None if column is None else [column[each] for each in kept] for column in (labels, predictions, probabilities)
    ]
    return Labelled(whole[0] or [], whole[1], whole[2])


def numbers(cells: Sequence[str], what: str) -> list[float]:
    """Cells as numbers.

    Raises:
        CheckFailed: one is none.
    """
    try:
        return list(map(float, cells))
    except ValueError as error:
        raise CheckFailed(f"{what}: {error}") from None
