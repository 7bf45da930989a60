"""Combinations that the services refuse are refused first, with the reason."""

from typing import Any

import pytest

from pipeline_job import parameters, rules, schema, variables

FIRST = "811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1"
GOOD_TRAINING = {"model-name": "m", "resourceidentifier": "sde", "databucket": "aaa", "modelartifactout": "bbb"}


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"container-path": "x", "xgboost-version": "3.2-0"}, "both choose the image"),
        ({"volume-kms-key": "arn:aws:kms:us-east-1:123456789012:alias/aws/s3"}, "cannot encrypt the volumes"),
        ({"max-wait-seconds": 7200}, "set 'spot' to true"),
        ({"spot": True, "max-wait-seconds": 600}, "at least 'max-runtime-seconds'"),
        ({"spot": True, "container-path": FIRST, "max-wait-seconds": 3601}, "writes no checkpoints"),
        ({"spot": True, "container-path": FIRST, "max-runtime-seconds": 3601}, "writes no checkpoints"),
        ({"subnets": ["subnet-1"]}, "needs 'security-group-ids'"),
        ({"hp-objective": "multi:softmax"}, "needs 'hp-num-class'"),
        ({"hp-eval-metric": "auc"}, "does not go with 'hp-objective'"),
        ({"hp-eval-metric": "aft-nloglik"}, "needs 'hp-objective' survival:aft"),
        ({"hp-monotone-constraints": "(1)", "hp-tree-method": "approx"}, "exact or hist"),
        ({"hp-early-stopping-rounds": 3, "hp-eval-metric": "rmse", "validation-key": ""}, "needs a validation channel"),
        ({"hp-early-stopping-rounds": 3}, "needs 'hp-eval-metric'"),
    ],
)
def test_training(values: dict[str, Any], reason: str) -> None:
    assert reason in "; ".join(problem.message for problem in rules.check("TrainModel", values))


CANARY = {"deployment": "CANARY", "step-percent": 50, "alarms": ["a"], "instance-count": 2}


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"serverless-memory-mb": 2048, "instance-count": 1}, "no instances"),
        ({"serverless-memory-mb": 2048, "capture-percent": 10}, "captures no data"),
        ({"serverless-memory-mb": 2048, "subnets": ["s"], "security-group-ids": ["g"]}, "VPC"),
        ({"serverless-memory-mb": 2048, **CANARY}, "updated all at once"),
        ({"serverless-max-concurrency": 5}, "needs 'serverless-memory-mb'"),
        ({"min-instances": 1}, "needs 'max-instances'"),
        ({"min-instances": 3, "max-instances": 2}, "more than 'max-instances'"),
        ({"min-instances": 1, "max-instances": 2, "instance-count": 3}, "not between"),
        ({**CANARY, "instance-count": 1}, "at least two"),
        ({**CANARY, "deployment": "LINEAR", "step-percent": 5}, "10 to 50 %"),
        ({"deployment": "CANARY", "instance-count": 2, "alarms": ["a"]}, "needs 'step-percent'"),
        ({"deployment": "CANARY", "instance-count": 2, "step-percent": 10}, "never notice"),
        ({"step-percent": 10}, "is for 'deployment' CANARY or LINEAR"),
    ],
)
def test_deployment(values: dict[str, Any], reason: str) -> None:
    assert reason in "; ".join(problem.message for problem in rules.check("DeployModel", values))


def test_a_good_canary_passes() -> None:
    assert list(rules.check("DeployModel", CANARY)) == []


def test_a_threshold_without_bound_and_a_slice_without_range() -> None:
    values = {"thresholds": [{"metric": "rmse"}], "slices": [{"name": "a", "column": 1}]}
    assert len(list(rules.check("EvaluateModel", values))) == 2


def test_a_training_config_may_bring_what_a_rule_needs() -> None:
    text = (
        '{"model-name": "m", "resourceidentifier": "sde", "databucket": "aaa", "modelartifactout": "bbb", '
        '"hp-early-stopping-rounds": 3}'
    )
    checked = parameters.read("TrainModel", text)
    merged = parameters.merge("TrainModel", checked, {"hp-eval-metric": "rmse"}, "m.json")
    assert merged["hp-early-stopping-rounds"] == 3
    with pytest.raises(parameters.InvalidParameters, match="needs 'hp-eval-metric'"):
        parameters.merge("TrainModel", checked, {}, "m.json")
    assert parameters.rules_broken("TrainModel", checked).problems[0].position == text.rindex("3")


def test_user_parameters_win_over_the_config_and_that_over_defaults() -> None:
    checked = parameters.read("EvaluateModel", '{"env": "Dev", "s3bucket": "aaa", "s3key": "k", "connections": 2}')
    merged = parameters.merge("EvaluateModel", checked, {"connections": 9, "cutoff": "0.7"}, "m.json")
    assert (merged["connections"], merged["cutoff"], merged["batch-bytes"]) == (2, 0.7, 6291456)
    assert schema.defaults(schema.load("EvaluateModel"))["connections"] == 4


def test_spot_with_checkpoints_waits_as_long_as_it_is_told() -> None:
    values = {"spot": True, "max-runtime-seconds": 7200, "max-wait-seconds": 9000}
    assert list(rules.check("TrainModel", values)) == []


def test_an_endpoints_volumes_need_a_key_of_the_customer() -> None:
    [problem] = rules.check("DeployModel", {"kms-key": "alias/aws/sagemaker"})
    assert "cannot encrypt the volumes" in problem.message


def test_slices_become_different_variables() -> None:
    slices = [{"name": name, "column": 1, "min": 1} for name in ("a.b", "a-b", "other")]
    [problem] = rules.check("EvaluateModel", {"slices": slices})
    assert "'a.b' and 'a-b' would both give the output variables a-b-..." in problem.message


@pytest.mark.parametrize(
    ("name", "variable"),
    [("alcohol_10.5/rmse", "alcohol_10-5-rmse"), ("validation:error@0.7", "validation-error@0-7"), ("rmse", "rmse")],
)
def test_the_variable_of_a_metric(name: str, variable: str) -> None:
    assert variables.key(name) == variable
