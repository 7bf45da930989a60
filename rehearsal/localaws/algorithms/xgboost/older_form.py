"""A model in the form that XGBoost 1.x writes and reads, made of that of 3.x. Calls nothing; the document given is
changed in place.

The forms differ in what a tree's members are called and hold, and since 3.1 a model has a base score for each class:
older releases have one for all, so the difference goes into leaves, which leaves predictions as they are.
https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html
"""

import json
import math
from collections.abc import Sequence
from typing import Any

_VERSION = [1, 6, 0]
"""What the document says it was written by: 3.x warns of older ones, and 1.0 takes this one without a word."""
_LEAF = -1
_BASE_SCORE = 0.5
"""XGBoost's default, where classes have scores of their own."""
_NUMBERS = ("base_weights", "loss_changes", "split_conditions", "sum_hessian")
_FORMER = {
    "lambda_rank_param": {"num_pairsample": "1", "fix_list_weight": "0"},
    "reg_loss_param": {"scale_pos_weight": "1"},
}
"""Parameters that objectives had, or have in older releases alone. They say how to train, not how to predict."""
_RAW = "binary:logitraw"


def older(document: dict[str, Any], *, before_1_3: bool = False) -> dict[str, Any]:
    """The JSON document of a model of 3.x, restated as 1.x has it; releases before 1.3 have the base score of raw
    logits as a probability.

    Raises:
        KeyError: it is no document of a model.
    """
    learner = document["learner"]
    scores = _base_scores(learner["learner_model_param"]["base_score"])
    common = scores[0] if len(scores) == 1 else _BASE_SCORE
    _shift(learner["gradient_booster"], [score - common for score in scores])
    as_probability = before_1_3 and learner["objective"]["name"] == _RAW
    learner["learner_model_param"] = {
        "base_score": f"{1 / (1 + math.exp(-common)) if as_probability else common:.9g}",  # 1.2 reads no more digits
        "num_class": learner["learner_model_param"]["num_class"],
        "num_feature": learner["learner_model_param"]["num_feature"],
    }
    learner["objective"] = {**_FORMER, **learner["objective"]}
    for tree in _trees(learner["gradient_booster"]).get("trees", ()):
        _restate(tree)
    document["version"] = _VERSION
    return document


def _base_scores(told: str) -> list[float]:
    scores = json.loads(told)
    return [float(score) for score in scores] if isinstance(scores, list) else [float(scores)]


def _trees(booster: dict[str, Any]) -> dict[str, Any]:
    """The part of a booster with its trees, or with its weights where it is linear."""
    part: dict[str, Any] = booster["gbtree"]["model"] if booster["name"] == "dart" else booster["model"]
    return part


def _shift(booster: dict[str, Any], differences: Sequence[float]) -> None:
    """Add to what the trees predict for each class. A linear booster takes the first class's score for all, as it did
    before."""
    model = _trees(booster)
    if "trees" not in model:
        return
    drops = booster.get("weight_drop") or [1.0] * len(model["trees"])
    first = {group: number for number, group in reversed(list(enumerate(model["tree_info"])))}
    for group, number in first.items():
        _add_to_leaves(model["trees"][number], differences[group % len(differences)] / drops[number])


def _add_to_leaves(tree: dict[str, Any], value: float) -> None:
    for node, child in enumerate(tree["left_children"]):
        if child == _LEAF:
            tree["split_conditions"][node] += value


def _restate(tree: dict[str, Any]) -> None:
    nodes = len(tree["left_children"])
    tree["default_left"] = [bool(each) for each in tree["default_left"]]
    tree["leaf_child_counts"] = [0] * nodes
    tree["tree_param"] |= {"num_nodes": str(nodes), "size_leaf_vector": "0"}
    for name in _NUMBERS:
        tree[name] = [float(each) for each in tree[name]]
