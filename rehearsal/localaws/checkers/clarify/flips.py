"""The flip test: what the model answers to the sensitive rows against what it answers to their nearest neighbours
outside. Pure.

Neighbours are the five (of less than ten rows outside: the one) nearest by Euclid. The sign is that of AWS's library,
which counts a row as plus that is positive while its neighbours are not; AWS's page describes the opposite.
https://github.com/aws/amazon-sagemaker-clarify
"""

import numpy as np
from numpy.typing import NDArray

MOST_ROWS = 10_000
_NEIGHBOURS, _FEW_ROWS = 5, 9
_BLOCK = 256


def share(features: NDArray[np.float32], sensitive: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> float:
    """Rows that would flip to negative less those that would flip to positive, over all sensitive rows."""
    outside, answers = features[~sensitive].astype(np.float64), predicted[~sensitive]
    count = _NEIGHBOURS if len(outside) > _FEW_ROWS else 1
    inside = features[sensitive].astype(np.float64)
    lengths = np.sum(outside**2, axis=1)
    neighbours = np.empty(len(inside), np.bool_)
    for start in range(0, len(inside), _BLOCK):
        block = inside[start : start + _BLOCK]
        distances = lengths - 2 * block @ outside.T  # less the row's own length, which orders nothing
        nearest = np.argpartition(distances, count - 1, axis=1)[:, :count]
        neighbours[start : start + _BLOCK] = answers[nearest].mean(axis=1) > 0.5
    own = predicted[sensitive]
    return (int(np.sum(own & ~neighbours)) - int(np.sum(~own & neighbours))) / len(own)
