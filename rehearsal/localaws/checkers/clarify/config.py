"""``analysis_config.json``, read once. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-configure-analysis.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.checkers.container import CheckFailed

_MEMBERS = frozenset(
    {
        *("version", "dataset_type", "headers", "label", "features", "label_values_or_threshold", "facet", "methods"),
        *("group_variable", "predictor", "probability_threshold", "joinsource_name_or_index", "excluded_columns"),
    }
)
_METHODS = frozenset({"pre_training_bias", "post_training_bias", "shap", "report"})
PARQUET, JSON_LINES = "application/x-parquet", "application/jsonlines"
_AGGREGATIONS = ("mean_abs", "median", "mean_sq")
_CSV = "text/csv"
_TYPES = (_CSV, JSON_LINES, PARQUET)


@dataclass(frozen=True)
class Facet:
    """A sensitive column, by name or number; ``values`` name the group, or are a threshold. None: each value is a
    group."""

    column: str
    values: tuple[Any, ...] | None


@dataclass(frozen=True)
class Predictor:
    """The model, and where its answers have label and probability (numbers of cells)."""

    model: str
    instance_type: str
    instance_count: int
    prefix: str
    label: int | None
    probability: int | None
    label_headers: tuple[str, ...]


@dataclass(frozen=True)
class Shap:
    """Explainability."""

    aggregation: str
    saves_local: bool


@dataclass(frozen=True)
class Config:
    """An analysis. Columns are names or numbers, as texts."""

    dataset_type: str
    headers: tuple[str, ...]
    label: str | None
    features: str | None
    positive: tuple[Any, ...]
    facets: tuple[Facet, ...]
    group: str | None
    unused: tuple[str, ...]
    """Columns that are no features."""
    pre_training: tuple[str, ...] | None
    """Names of metrics; ``all`` among them: all. None: not asked."""
    post_training: tuple[str, ...] | None
    shap: Shap | None
    report: Mapping[str, Any] | None
    predictor: Predictor | None
    cutoff: float


def parse(given: Any, model: str | None) -> Config:
    """Read an analysis; ``model`` is the model's name where the analysis leaves it out.

    Raises:
        CheckFailed: it asks for what is not done here, lacks something, or is not in the documented layout.
    """
    if not isinstance(given, Mapping):
        raise CheckFailed("analysis_config.json must hold a JSON object.")
    try:
        return _parsed(given, model)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CheckFailed(f"analysis_config.json is not in the layout that AWS documents: {error!r}") from error


def _parsed(given: Mapping[str, Any], model: str | None) -> Config:
    unknown = given.keys() - _MEMBERS
    if unknown:
        raise CheckFailed(f"analysis_config.json: the embedded AWS does not carry out {', '.join(sorted(unknown))}.")
    methods = given.get("methods") or {}
    if methods.keys() - _METHODS:
        raise CheckFailed(
            f"analysis_config.json: methods {', '.join(sorted(methods.keys() - _METHODS))}: the embedded AWS computes "
            f"{', '.join(sorted(_METHODS))}."
        )
    config = Config(
        dataset_type=_one_of(given.get("dataset_type", _CSV), _TYPES, "dataset_type"),
        headers=tuple(map(str, given.get("headers") or ())),
        label=_name(given.get("label")),
        features=given.get("features"),
        positive=_listed(given.get("label_values_or_threshold")) or (),
        facets=_facets(given.get("facet")),
        group=_name(given.get("group_variable")),
        unused=tuple(map(str, [*_unused(given)])),
        pre_training=_metrics(methods, "pre_training_bias"),
        post_training=_metrics(methods, "post_training_bias"),
        shap=_shap(methods["shap"]) if "shap" in methods else None,
        report=methods.get("report"),
        predictor=_predictor(given.get("predictor") or {}, model),
        cutoff=float(given.get("probability_threshold", 0.5)),
    )
    _check(config)
    return config


def _check(config: Config) -> None:
    asks_bias = config.pre_training is not None or config.post_training is not None
    if asks_bias and not (config.label and config.positive and config.facets):
        raise CheckFailed("analysis_config.json: bias needs label, label_values_or_threshold and facet.")
    if (config.post_training is not None or config.shap is not None) and config.predictor is None:
        raise CheckFailed("analysis_config.json: post_training_bias and shap need a predictor with a model_name.")
    if not asks_bias and config.shap is None:
        raise CheckFailed(
            "analysis_config.json: methods asks for neither pre_training_bias, post_training_bias nor shap."
        )


def _unused(given: Mapping[str, Any]) -> Sequence[Any]:
    joined = given.get("joinsource_name_or_index")
    return [*(given.get("excluded_columns") or ()), *([] if joined is None else [joined])]


def _facets(given: Any) -> tuple[Facet, ...]:
    listed = given if isinstance(given, list) else [given] if given else []
    return tuple(Facet(str(each["name_or_index"]), _listed(each.get("value_or_threshold"))) for each in listed)


def _metrics(methods: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    if name not in methods:
        return None
    asked = (methods[name] or {}).get("methods", "all")
    return (asked,) if isinstance(asked, str) else tuple(asked)


def _shap(given: Mapping[str, Any]) -> Shap:
    for unknown in ("text_config", "image_config"):
        if given.get(unknown):
            raise CheckFailed(f"analysis_config.json: shap of texts and images ({unknown}) is not computed here.")
    aggregation = _one_of(given.get("agg_method", "mean_abs"), _AGGREGATIONS, "agg_method")
    return Shap(aggregation, bool(given.get("save_local_shap_values", False)))


def _predictor(given: Mapping[str, Any], model: str | None) -> Predictor | None:
    name = given.get("model_name") or model
    if not name:
        return None
    for refused in ("target_model", "accelerator_type", "content_template", "record_template", "custom_attributes"):
        if given.get(refused):
            raise CheckFailed(f"analysis_config.json: {refused} of the predictor is not carried out here.")
    for member in ("content_type", "accept_type"):
        _one_of(given.get(member) or _CSV, (_CSV,), f"{member} of the predictor")
    return Predictor(
        model=name,
        instance_type=given.get("instance_type", "ml.m5.large"),
        instance_count=int(given.get("initial_instance_count", 1)),
        prefix=given.get("endpoint_name_prefix", "sagemaker-clarify-endpoint"),
        label=_number(given.get("label"), "label"),
        probability=_number(given.get("probability"), "probability"),
        label_headers=tuple(map(str, given.get("label_headers") or ())),
    )


def _number(given: Any, member: str) -> int | None:
    if given is None:
        return None
    if not str(given).isdigit():
        raise CheckFailed(
            f"analysis_config.json: {member} {given!r} of the predictor: give the number of a cell, from 0."
        )
    return int(given)


def _one_of(value: Any, allowed: Sequence[str], what: str) -> str:
    if value not in allowed:
        raise CheckFailed(f"analysis_config.json: {what} {value!r}: the embedded AWS takes {' or '.join(allowed)}.")
    return str(value)


def _listed(given: Any) -> tuple[Any, ...] | None:
    if given is None:
        return None
    return tuple(given) if isinstance(given, list) else (given,)


def _name(given: Any) -> str | None:
    return None if given is None else str(given)
