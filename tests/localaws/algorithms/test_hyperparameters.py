"""Which hyperparameters are taken, by which release, and what is said of the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.localaws.algorithms.xgboost.errors import UserError
from rehearsal.localaws.algorithms.xgboost.hyperparameters import TABLE, validate
from rehearsal.localaws.algorithms.xgboost.versions import RELEASES, ImageVersion


def refused(version: str = "3.2-0", **given: str) -> str:
    with pytest.raises(UserError) as error:
        validate({"num_round": "1", **given}, ImageVersion.parse(version))
    return str(error.value)


def test_values_get_their_types() -> None:
    given = {
        "num_round": "10",
        "eta": "0.5",
        "objective": "multi:softprob",
        "num_class": "3",
        "eval_metric": "mlogloss,accuracy",
        "tree_method": "hist",
        "monotone_constraints": "(1,0,-1)",
        "interaction_constraints": "[[1, 2], [3, 4]]",
    }
    assert validate(given) == {
        "num_round": 10,
        "eta": 0.5,
        "objective": "multi:softprob",
        "num_class": 3,
        "eval_metric": ["mlogloss", "accuracy"],
        "tree_method": "hist",
        "monotone_constraints": (1, 0, -1),
        "interaction_constraints": [[1, 2], [3, 4]],
    }


def test_only_num_round_is_required_and_nothing_is_added() -> None:
    assert validate({"num_round": "1"}) == {"num_round": 1}
    with pytest.raises(UserError, match=r"^Missing required hyperparameter: num_round$"):
        validate({"eta": "0.1"})


def test_aliases_are_known_by_their_own_name() -> None:
    given = {"num_round": "1", "learning_rate": "0.1", "min_split_loss": "1", "reg_lambda": "2", "reg_alpha": "3"}
    assert validate(given) == {"num_round": 1, "eta": 0.1, "gamma": 1.0, "lambda": 2.0, "alpha": 3.0}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"colour": "red"}, "Extraneous hyperparameter found: colour"),
        ({"eta": "1.5"}, "Hyperparameter eta: 1.5 is not in [0, 1]"),
        ({"eta": "fast"}, "Hyperparameter eta: could not parse value (caused by ValueError)"),
        ({"max_depth": "3.5"}, "Hyperparameter max_depth: could not parse value (caused by ValueError)"),
        ({"subsample": "0"}, "Hyperparameter subsample: 0.0 is not in (0, 1]"),
        ({"sketch_eps": "1"}, "Hyperparameter sketch_eps: 1.0 is not in (0, 1)"),
        ({"gamma": "-1"}, "Hyperparameter gamma: -1.0 is not in [0, +inf)"),
        ({"prob_buffer_row": "1"}, "Hyperparameter prob_buffer_row: 1 is not in (1, +inf)"),
        ({"booster": "forest"}, "Hyperparameter booster: forest is not in ['gbtree', 'gblinear', 'dart']"),
        ({"monotone_constraints": "(2,0)", "tree_method": "hist"}, "monotone_constraints: value (2, 0) not in range"),
        ({"eval_metric": "foo"}, "Hyperparameter eval_metric: value ['foo'] not in range ['accuracy', 'auc',"),
        ({"eval_metric": "rmse@1"}, "Hyperparameter eval_metric: value ['rmse@1'] not in range"),
        ({"objective": "multi:softmax"}, "Require input for parameter 'num_class' for multi-classification"),
        ({"num_class": "3"}, "Do not need to setup parameter 'num_class'"),
        ({"eval_metric": "auc"}, "Metric 'auc' can only be applied for classification and ranking problems."),
        ({"eval_metric": "aft-nloglik"}, "can only be applied for 'survival:aft' objective"),
        ({"monotone_constraints": "(1,0)"}, "only when the tree_method parameter is set to either 'exact' or 'hist'."),
        ({"interaction_constraints": "[[1,2]]"}, "either 'exact', 'hist' or 'approx'."),
        ({"updater": "shotgun"}, "Tree updater should be selected from these options"),
        ({"updater": "grow_colmaker,grow_histmaker"}, "Only one tree grow plugin can be selected."),
        (
            {"updater": "refresh,grow_colmaker", "process_type": "update"},
            "only be used with updater 'refresh' and 'prune'",
        ),
        ({"updater": "refresh", "booster": "gblinear"}, "Linear updater should be one of these options"),
        ({"seed": str(2**31)}, "is not in (-2147483648, 2147483647)"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_wrong_is_said_in_the_words_of_the_image(given: dict[str, str], message: str) -> None:
    assert message in refused(**given)


@pytest.mark.parametrize("metric", ["error@0.7", "ndcg@5", "map@3", "r2", "aucpr"])
def test_metrics_may_have_a_threshold(metric: str) -> None:
    assert validate({"num_round": "1", "eval_metric": metric})["eval_metric"] == [metric]


@pytest.mark.parametrize(
    ("name", "value", "first", "last"),
    [
        ("silent", "1", "1", "1.0-1"),
        ("verbosity", "1", "0.90-1", "3.2-0"),
        ("num_parallel_tree", "2", "1.0-1", "3.2-0"),
        ("save_model_on_termination", "true", "1.0-1", "3.2-0"),
        ("objective", "reg:squaredlogerror", "1.0-1", "3.2-0"),
        ("objective", "reg:pseudohubererror", "1.2-1", "3.2-0"),
        ("tree_method", "gpu_hist", "1.2-1", "3.2-0"),
        ("_kfold", "5", "1.2-2", "3.2-0"),
        ("objective", "reg:absoluteerror", "1.7-1", "3.2-0"),
        ("objective", "reg:linear", "1", "3.2-0"),
    ],
)
def test_each_release_knows_its_own(name: str, value: str, first: str, last: str) -> None:
    for version in RELEASES:
        given = {"num_round": "1", name: value}
        if ImageVersion.parse(first) <= version <= ImageVersion.parse(last):
            assert name in validate(given, version)
        else:
            with pytest.raises(UserError, match=f"Extraneous hyperparameter found: {name}|{name}: {value} is not in"):
                validate(given, version)


def test_tags_that_are_no_release_are_refused() -> None:
    assert ImageVersion.parse("1.7-1-cpu-py3") == ImageVersion(1, 7, 1)
    for tag in ("2", "3.2", "9.9-9", "v1.7-1", ""):
        with pytest.raises(ValueError, match="no release of the XGBoost image"):
            ImageVersion.parse(tag)


@given(st.dictionaries(st.sampled_from([*TABLE, "x"]), st.text(max_size=6)))
def test_any_text_is_a_value_or_a_user_error(given: dict[str, str]) -> None:
    try:
        assert validate({**given, "num_round": "1"})["num_round"] == 1
    except UserError as error:
        assert str(error)
