"""What a launch starts, and the instances that are paid for."""

import json

import pytest

from rehearsal.toolkit import project
from rehearsal.toolkit.checks import forecast, pricing
from rehearsal.toolkit.stacks import template_parameters
from rehearsal.toolkit.workshop import Order

DEFAULTS = {
    name: each.default or "" for name, each in template_parameters.declared_in(project.find().pipeline_template).items()
}


@pytest.mark.parametrize(
    ("is_pipeline_new", "is_config_new", "source", "says"),
    [
        (True, True, "S3", "creating the pipeline"),
        (True, False, "S3", "creating the pipeline"),
        (False, True, "S3", "training configuration"),
        (False, True, "CodeCommit", ""),
        (False, False, "S3", ""),
    ],
)
def test_an_execution_starts_with_a_new_pipeline_or_a_new_configuration(
    is_pipeline_new: bool, is_config_new: bool, source: str, says: str
) -> None:
    reason = forecast.reason_of(Order(is_pipeline_new, is_config_new), source)
    assert bool(reason) == bool(says)
    assert says in reason


def test_the_default_stack_pays_for_one_training_and_two_endpoints() -> None:
    asked = pricing.instances_of(forecast.instances_of_stack(DEFAULTS))
    assert [(kind, count) for _, kind, count in asked] == [("ml.m5.xlarge", 1), ("ml.m5.large", 1), ("ml.m5.large", 1)]


def test_production_and_given_user_parameters_count() -> None:
    given = {
        "ProdEnvironment": "true",
        "DeployProdUserParameters": json.dumps({"env": "Prod", "instance-type": "ml.c5.large"}),
    }
    asked = pricing.instances_of(forecast.instances_of_stack(DEFAULTS | given))
    assert asked[-1] == ("endpoint of DeployProd/DeployModel", "ml.c5.large", 1)
