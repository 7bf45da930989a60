"""The rules between hyperparameters. Pure; each raises UserError in the image's words."""

from collections.abc import Mapping, Sequence
from typing import Any

from rehearsal.localaws.algorithms.xgboost.errors import UserError

GROWING_UPDATERS = ("grow_colmaker", "distcol", "grow_histmaker", "grow_local_histmaker", "grow_quantile_histmaker")
TREE_UPDATERS = (*GROWING_UPDATERS, "grow_skmaker", "sync", "refresh", "prune")
LINEAR_UPDATERS = ("shotgun", "coord_descent")
_UPDATING = ("refresh", "prune")


def check(values: Mapping[str, Any]) -> None:
    """Hold all hyperparameters of a run against each other."""
    _objective_has_its_classes(values)
    _metrics_suit_objective(values)
    _constraints_suit_tree_method(values)
    _gpus_are_there(values)
    if "updater" in values:
        _updaters_suit_booster(values["updater"], values)


def _objective_has_its_classes(values: Mapping[str, Any]) -> None:
    objective, num_class = values.get("objective"), values.get("num_class")
    if objective in ("multi:softmax", "multi:softprob") and num_class is None:
        raise UserError("Require input for parameter 'num_class' for multi-classification")
    if objective is None and num_class is not None:
        raise UserError("Do not need to setup parameter 'num_class' for learning task other than multi-classification.")


def _metrics_suit_objective(values: Mapping[str, Any]) -> None:
    metrics, objective = values.get("eval_metric", ()), values.get("objective") or "reg:squarederror"
    if "auc" in metrics and not objective.startswith(("binary:", "rank:")):
        raise UserError("Metric 'auc' can only be applied for classification and ranking problems.")
    if "aft-nloglik" in metrics and objective != "survival:aft":
        raise UserError("Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.")


def _constraints_suit_tree_method(values: Mapping[str, Any]) -> None:
    tree_method = values.get("tree_method")
    if "monotone_constraints" in values and tree_method not in ("exact", "hist"):
        raise UserError(
            "monotone_constraints can be used only when the tree_method parameter is set to either 'exact' or 'hist'."
        )
    if "interaction_constraints" in values and tree_method not in ("exact", "hist", "approx"):
        raise UserError(
            "interaction_constraints can be used only when the tree_method parameter is set to either 'exact', 'hist' "
            "or 'approx'."
        )


def _gpus_are_there(values: Mapping[str, Any]) -> None:
    """The image refuses this on instances without GPUs, and training here has none whatever the instance type says."""
    if values.get("use_dask_gpu_training") == "true":
        raise UserError("use_dask_gpu_training needs GPU instances and tree_method gpu_hist; here are no GPUs.")


def _updaters_suit_booster(updaters: Sequence[str], values: Mapping[str, Any]) -> None:
    if values.get("booster") == "gblinear":
        if len(updaters) != 1 or updaters[0] not in LINEAR_UPDATERS:
            raise UserError("Linear updater should be one of these options: 'shotgun', 'coord_descent'.")
    elif values.get("process_type") == "update":
        if any(updater not in _UPDATING for updater in updaters):
            raise UserError("process_type 'update' can only be used with updater 'refresh' and 'prune'")
    elif any(updater not in TREE_UPDATERS for updater in updaters):
        raise UserError(f"Tree updater should be selected from these options: {_quoted(TREE_UPDATERS)}.")
    elif sum(updater in GROWING_UPDATERS for updater in updaters) > 1:
        raise UserError(
            f"Only one tree grow plugin can be selected. Choose one from the following: {_quoted(GROWING_UPDATERS)}"
        )


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
