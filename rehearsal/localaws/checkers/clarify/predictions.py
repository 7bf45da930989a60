"""What the model answered to each row, kept in a few bytes a row, and which answers are positive. Pure.

An answer has a label, or a probability (of several the largest decides), or is one number: the score. A score from the
cutoff on is positive; where the label is continuous, it is itself the predicted label.
"""

import json
from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rehearsal.localaws.checkers.clarify.column import Column
from rehearsal.localaws.checkers.clarify.config import Config, Predictor
from rehearsal.localaws.checkers.container import CheckFailed


class Predictions:
    """Answers are added; flags are asked."""

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor
        self._labels = Column("predicted label")
        self._scores = array("d")

    def add(self, answers: Sequence[Sequence[str]]) -> None:
        """More rows.

        Raises:
            CheckFailed: an answer is not what the predictor's configuration says.
        """
        told = self._predictor
        try:
            if told.label is not None:
                self._labels.add([answer[told.label] for answer in answers])
                return
            found = [_values(answer if told.probability is None else [answer[told.probability]]) for answer in answers]
        except (IndexError, ValueError) as error:
            raise CheckFailed(
                f"An answer of the model is not as the predictor's label and probability say: {error}"
            ) from error
        if all(len(each) == 1 for each in found):
            self._scores.extend(each[0] for each in found)
        else:
            self._labels.add([_likeliest(each, told.label_headers) for each in found])

    def positive(self, config: Config, label: Column) -> NDArray[np.bool_]:
        """The rows that are positive by their predicted label or score."""
        values, is_continuous = config.positive, label.is_continuous(config.positive)
        if len(self._scores):
            scores = np.frombuffer(self._scores)
            return scores > float(values[0]) if is_continuous else scores >= config.cutoff
        if is_continuous:
            return self._labels.as_numbers() > float(values[0])
        return self._labels.rows_of(values)


def _values(cells: Sequence[str]) -> list[float]:
    if len(cells) == 1 and cells[0].lstrip().startswith("["):
        return list(map(float, json.loads(cells[0])))
    return list(map(float, cells))


def _likeliest(probabilities: Sequence[float], headers: Sequence[str]) -> str:
    place = int(np.argmax(probabilities))
    if headers and len(headers) != len(probabilities):
        raise CheckFailed(
            f"label_headers has {len(headers)} names, and the model answers {len(probabilities)} probabilities."
        )
    return headers[place] if headers else str(place)
