"""The hyperparameters of the algorithm: names, types, ranges, the rules between them, and what each release knows.
Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html describes them; the messages are the
image's. The algorithm sets no defaults: what is not given is XGBoost's own choice. Only ``num_round`` is required.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.algorithms.xgboost import rules
from rehearsal.localaws.algorithms.xgboost.errors import UserError
from rehearsal.localaws.algorithms.xgboost.metric_names import EVAL_METRICS, is_eval_metric
from rehearsal.localaws.algorithms.xgboost.ranges import Choice, Interval, Range, above, at_least, between, inside
from rehearsal.localaws.algorithms.xgboost.versions import (
    LEGACY,
    NEWEST,
    V0_90,
    V1_0,
    V1_2,
    V1_2_2,
    V1_5,
    V1_7,
    ImageVersion,
)

Parse = Callable[[str], Any]


def _words(text: str) -> list[str]:
    return text.split(",")


@dataclass(frozen=True)
class Hyperparameter:
    """One hyperparameter: how its text is read, what it may be, and the releases that know it (``until`` excluded)."""

    name: str
    parse: Parse
    allowed: Range
    since: ImageVersion = LEGACY
    until: ImageVersion | None = None

    def known_to(self, version: ImageVersion) -> bool:
        return self.since <= version and (self.until is None or version < self.until)

    def value_of(self, text: str) -> Any:
        """Raises UserError when the text is not of the type."""
        try:
            return self.parse(text)
        except (ValueError, SyntaxError) as error:
            raise UserError(f"Hyperparameter {self.name}: could not parse value", caused_by=error) from error

    def check(self, value: Any, version: ImageVersion) -> None:
        """Raises UserError when the value is outside the range."""
        if isinstance(value, (list, tuple)):
            if not all(self.allowed.contains(member, version) for member in _flat(value)):
                raise UserError(f"Hyperparameter {self.name}: value {value} not in range {self.allowed.text(version)}")
        elif not self.allowed.contains(value, version):
            raise UserError(f"Hyperparameter {self.name}: {value} is not in {self.allowed.text(version)}")


def validate(given: Mapping[str, str], version: ImageVersion = NEWEST) -> dict[str, Any]:
    """The hyperparameters as values, aliases under their own name, in the order given.

    Raises:
        UserError: one is missing, unknown to this release, malformed, out of range, or at odds with another.
    """
    given = {ALIASES.get(name, name): text for name, text in given.items()}
    if "num_round" not in given:
        raise UserError("Missing required hyperparameter: num_round")
    values: dict[str, Any] = {}
    for name, text in given.items():
        known = TABLE.get(name)
        if known is None or not known.known_to(version):
            raise UserError(f"Extraneous hyperparameter found: {name}")
        values[name] = known.value_of(text)
    for name, value in values.items():
        TABLE[name].check(value, version)
    rules.check(values)
    return values


def _flat(value: Any) -> list[Any]:
    return [leaf for member in value for leaf in _flat(member)] if isinstance(value, (list, tuple)) else [value]


def _nested_list(text: str) -> list[Any]:
    value = ast.literal_eval(text)
    if not isinstance(value, (list, tuple)) or not all(isinstance(inner, (list, tuple)) for inner in value):
        raise ValueError(f"{text!r} is not a list of lists")
    return list(value)


def _tuple(text: str) -> tuple[Any, ...]:
    value = ast.literal_eval(text)
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


class _EvalMetrics:
    """The names of metrics, and those with a threshold: ``error@0.7``."""

    def contains(self, value: Any, _version: ImageVersion, /) -> bool:
        return is_eval_metric(value)

    def text(self, _version: ImageVersion, /) -> str:
        return str([*EVAL_METRICS])


_TREE_METHODS = Choice("auto", "exact", "approx", "hist", gpu_hist=V1_2)
_OBJECTIVES = Choice(
    "binary:logistic",
    "binary:logitraw",
    "binary:hinge",
    "count:poisson",
    "multi:softmax",
    "multi:softprob",
    "rank:pairwise",
    "rank:ndcg",
    "rank:map",
    "reg:linear",
    "reg:logistic",
    "reg:gamma",
    "reg:tweedie",
    "survival:cox",
    **{
        "reg:squarederror": V0_90,
        "reg:squaredlogerror": V1_0,
        "reg:pseudohubererror": V1_2,
        "survival:aft": V1_2,
        "reg:absoluteerror": V1_7,
    },
)
_UPDATERS = Choice(*rules.TREE_UPDATERS, *rules.LINEAR_UPDATERS)
_SEED = Interval(-(2**31), 2**31 - 1, low_open=True, high_open=True)

_DECLARED = (
    Hyperparameter("num_round", int, at_least(1)),
    Hyperparameter("csv_weights", int, between(0, 1)),
    Hyperparameter("early_stopping_rounds", int, at_least(1)),
    Hyperparameter("booster", str, Choice("gbtree", "gblinear", "dart")),
    Hyperparameter("silent", int, between(0, 1), until=V1_2),
    Hyperparameter("verbosity", int, between(0, 3), since=V0_90),
    Hyperparameter("nthread", int, at_least(1)),
    Hyperparameter("eta", float, between(0, 1)),
    Hyperparameter("gamma", float, at_least(0)),
    Hyperparameter("max_depth", int, at_least(0)),
    Hyperparameter("min_child_weight", float, at_least(0)),
    Hyperparameter("max_delta_step", float, at_least(0)),
    Hyperparameter("subsample", float, Interval(0, 1, low_open=True)),
    Hyperparameter("colsample_bytree", float, Interval(0, 1, low_open=True)),
    Hyperparameter("colsample_bylevel", float, Interval(0, 1, low_open=True)),
    Hyperparameter("colsample_bynode", float, Interval(0, 1, low_open=True), since=V0_90),
    Hyperparameter("lambda", float, at_least(0)),
    Hyperparameter("alpha", float, at_least(0)),
    Hyperparameter("tree_method", str, _TREE_METHODS),
    Hyperparameter("sketch_eps", float, inside(0, 1)),
    Hyperparameter("scale_pos_weight", float, above(0)),
    Hyperparameter("updater", _words, _UPDATERS),
    Hyperparameter("dsplit", str, Choice("row", "col")),
    Hyperparameter("refresh_leaf", int, between(0, 1)),
    Hyperparameter("process_type", str, Choice("default", "update")),
    Hyperparameter("grow_policy", str, Choice("depthwise", "lossguide")),
    Hyperparameter("max_leaves", int, at_least(0)),
    Hyperparameter("max_bin", int, at_least(0)),
    Hyperparameter("predictor", str, Choice("auto", "cpu_predictor", "gpu_predictor")),
    Hyperparameter("monotone_constraints", _tuple, Choice(-1, 0, 1), since=V1_0),
    Hyperparameter("interaction_constraints", _nested_list, at_least(1), since=V1_0),
    Hyperparameter("sample_type", str, Choice("uniform", "weighted")),
    Hyperparameter("normalize_type", str, Choice("tree", "forest")),
    Hyperparameter("rate_drop", float, between(0, 1)),
    Hyperparameter("one_drop", int, between(0, 1)),
    Hyperparameter("skip_drop", float, between(0, 1)),
    Hyperparameter("lambda_bias", float, between(0, 1)),
    Hyperparameter("tweedie_variance_power", float, inside(1, 2)),
    Hyperparameter("objective", str, _OBJECTIVES),
    Hyperparameter("num_class", int, at_least(2)),
    Hyperparameter("base_score", float, at_least(0)),
    Hyperparameter("_kfold", int, at_least(2), since=V1_2_2),
    Hyperparameter("_num_cv_round", int, at_least(1), since=V1_2_2),
    Hyperparameter("_tuning_objective_metric", str, Choice(*(f"validation:{metric}" for metric in EVAL_METRICS))),
    Hyperparameter("eval_metric", _words, _EvalMetrics()),
    Hyperparameter("seed", int, _SEED),
    Hyperparameter("num_parallel_tree", int, at_least(1), since=V1_0),
    Hyperparameter("save_model_on_termination", str, Choice("true", "false"), since=V1_0),
    Hyperparameter("aft_loss_distribution", str, Choice("normal", "logistic", "extreme"), since=V1_2),
    Hyperparameter("aft_loss_distribution_scale", float, at_least(0), since=V1_2),
    Hyperparameter("deterministic_histogram", str, Choice("true", "false"), since=V1_2),
    Hyperparameter("sampling_method", str, Choice("uniform", "gradient_based"), since=V1_2),
    Hyperparameter("prob_buffer_row", int, above(1), since=V1_5),
    Hyperparameter("use_dask_gpu_training", str, Choice("true", "false"), since=V1_5),
)

TABLE: dict[str, Hyperparameter] = {declared.name: declared for declared in _DECLARED}
ALIASES = {"learning_rate": "eta", "min_split_loss": "gamma", "reg_lambda": "lambda", "reg_alpha": "alpha"}
