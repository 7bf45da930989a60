"""What the built-in algorithm lets a tuning job search and optimise; ranges that contradict it are refused. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html names the hyperparameters and metrics. The bounds
are those that the algorithm itself checks when it trains. The service holds scripts in the algorithm's image against
the same list.
"""

from collections.abc import Mapping
from typing import Any

from rehearsal.localaws.algorithms.xgboost.errors import UserError
from rehearsal.localaws.algorithms.xgboost.hyperparameters import TABLE
from rehearsal.localaws.algorithms.xgboost.metric_names import EVAL_METRICS, is_maximized
from rehearsal.localaws.algorithms.xgboost.versions import ImageVersion
from rehearsal.localaws.sagemaker.refusals import invalid
from rehearsal.localaws.sagemaker.training.images import xgboost_tag
from rehearsal.localaws.sagemaker.tuning.ranges import Range, Space

TUNABLE = (
    *("alpha", "colsample_bylevel", "colsample_bynode", "colsample_bytree", "eta", "gamma", "lambda"),
    *("max_delta_step", "max_depth", "min_child_weight", "num_round", "subsample"),
)
_VALIDATION = "validation:"


def check(image: str, space: Space, objective: Mapping[str, str], definitions: Any) -> bool:
    """Hold a definition against the algorithm of its image; gives whether it is the built-in one.

    Raises:
        AwsError: ValidationException, in the service's words.
    """
    tag = xgboost_tag(image)
    if tag is None:
        _check_metric_is_defined(objective, definitions)
        return False
    if definitions:
        raise invalid(
            "You can't override the metric definitions for Amazon SageMaker algorithms. Please retry the request "
            "without specifying metric definitions."
        )
    version = ImageVersion.parse(tag)
    _check_names(image, space, version)
    _check_objective(image, objective)
    for each in space.ranges:
        _check_bounds(image, each, version)
    return True


def _check_metric_is_defined(objective: Mapping[str, str], definitions: Any) -> None:
    if objective["MetricName"] not in [each["Name"] for each in definitions or ()]:
        raise invalid(
            "A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric "
            "definitions."
        )


def _check_names(image: str, space: Space, version: ImageVersion) -> None:
    offered = [name for name in TUNABLE if TABLE[name].known_to(version)]
    wrong = [each.name for each in space.ranges if each.name not in offered]
    if wrong:
        raise invalid(
            "The hyperparameter tuning job you requested has the following untunable hyperparameters: "
            f"[{', '.join(wrong)}]. For the algorithm, {image}, you can tune only [{', '.join(offered)}]. Delete "
            "untunable hyperparameters."
        )


def _check_objective(image: str, objective: Mapping[str, str]) -> None:
    name, kind = objective["MetricName"], objective["Type"]
    metric = name.removeprefix(_VALIDATION)
    if not name.startswith(_VALIDATION) or metric not in EVAL_METRICS:
        raise invalid(
            f"The objective metric, [{name}], isn't valid for the [{image}] algorithm. Choose a valid objective "
            f"metric: [{', '.join(_VALIDATION + each for each in EVAL_METRICS)}]."
        )
    if kind != ("Maximize" if is_maximized(metric) else "Minimize"):
        raise invalid(
            f"The objective metric type, [{kind}], that you specified for objective metric, [{name}], isn't valid for "
            f"the [{image}] algorithm. Choose a valid objective metric type."
        )


def _check_bounds(image: str, given: Range, version: ImageVersion) -> None:
    """Both ends of a range, or each of its values, must be what the algorithm takes."""
    known = TABLE[given.name]
    try:
        for end in given.ends:
            known.check(known.value_of(end), version)
    except UserError as error:
        raise invalid(
            f"The range for the hyperparameter [{given.name}], [{', '.join(given.ends)}], isn't valid for the "
            f"[{image}] algorithm: {error}."
        ) from error
