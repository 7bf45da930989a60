"""What SAGEMAKER_INFERENCE_OUTPUT selects of a prediction: labels, probabilities, scores. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html and the AutoML documentation name the keys; which of them
an objective has follows the image. A key that the objective does not have is answered with ``nan``, as the image does.
"""

from collections.abc import Callable, Sequence
from typing import Any

_REGRESSION = ("reg:squarederror", "reg:logistic", "reg:gamma", "reg:tweedie")
_BINARY = ("binary:logistic", "binary:logitraw", "binary:hinge")

Prediction = Any
"""One row of the model's answer: a float, or a list of floats for multi:softprob."""


def select(
    predictions: Sequence[Prediction], keys: Sequence[str], objective: str, num_class: int
) -> list[dict[str, Any]]:
    """For each prediction the selected members.

    Raises:
        ValueError: the objective has nothing to select from.
    """
    available = _selectable(objective, num_class)
    if not available:
        raise ValueError(f"Objective `{objective}` unsupported for selectable inference predictions.")
    return [{key: available[key](row) if key in available else float("nan") for key in keys} for row in predictions]


def keys_of(variable: str) -> list[str]:
    """The keys that the environment variable lists: ``predicted_label, probability``."""
    return variable.replace(" ", "").lower().split(",")


def _selectable(objective: str, num_class: int) -> dict[str, Callable[[Prediction], Any]]:
    if objective in _REGRESSION:
        return {"predicted_score": lambda value: value}
    if objective == "multi:softprob":
        return {
            "predicted_label": lambda row: max(range(len(row)), key=row.__getitem__),
            "labels": lambda _: list(range(num_class)),
            "probability": max,
            "probabilities": list,
            "raw_score": max,
            "raw_scores": list,
        }
    if objective == "multi:softmax":
        return {"labels": lambda _: list(range(num_class)), **_one_score(lambda value: value)}
    if objective not in _BINARY:
        return {}
    scores = {"labels": lambda _: [0, 1], **_one_score(_BINARY_LABEL[objective])}
    if objective == "binary:logistic":
        return {**scores, "probability": scores["raw_score"], "probabilities": scores["raw_scores"]}
    return scores


_BINARY_LABEL: dict[str, Callable[[Prediction], Any]] = {
    "binary:logistic": lambda value: int(value > 0.5),
    "binary:logitraw": lambda value: int(value > 0),
    "binary:hinge": lambda value: value,
}


def _one_score(label: Callable[[Prediction], Any]) -> dict[str, Callable[[Prediction], Any]]:
    return {
        "predicted_label": label,
        "raw_score": lambda value: value,
        "raw_scores": lambda value: [1.0 - value, value],
    }
