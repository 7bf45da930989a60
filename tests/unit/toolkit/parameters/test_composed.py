"""One key set on UserParameters that the template would compose."""

import json
from dataclasses import replace

import pytest

from rehearsal.cli.options import ContentOptions
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.parameters import composed
from rehearsal.toolkit.workshop import Plan


@pytest.fixture(scope="module")
def plan() -> Plan:
    return ContentOptions().plan(Workshop("sde", "123456789012"))


def test_the_other_keys_are_as_the_template_composes_them(plan: Plan) -> None:
    settings = ["TrainModel.hp-max-depth=3", "Train/TrainModel.hp-eta=0.3"]
    told = json.loads(composed.with_settings(plan, "eu-west-1", settings).parameters["TrainUserParameters"])
    assert (told["hp-max-depth"], told["hp-eta"]) == (3, 0.3)
    assert told["model-name"] == "winequality"
    assert told["databucket"] == "mlops-builtinalgo-data-sde-123456789012"
    assert told["modelartifactout"] == "mlops-builtinalgo-model-artifacts-sde-123456789012"
    assert ".dkr.ecr.eu-west-1." in told["container-path"]
    assert told["execution-id"] == "#{codepipeline.PipelineExecutionId}"


def test_a_text_that_was_given_is_changed_and_not_composed_anew(plan: Plan) -> None:
    given = '{"env": "Test", "s3bucket": "b-ab", "s3key": "other.csv"}'
    changed = composed.with_settings(
        replace(plan, parameters={"FullTestUserParameters": given}), "us-east-1", ["FullTest.max-rows=10"]
    )
    assert json.loads(changed.parameters["FullTestUserParameters"]) == {**json.loads(given), "max-rows": 10}


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("hp-max-depth=3", "is not ACTION.KEY=VALUE"),
        ("TrainModel.hp-max-depth", "is not ACTION.KEY=VALUE"),
        ("TrainModle.hp-max-depth=3", "no action"),
        ("DeployModel.instance-count=2", "name of several actions"),
        ("TrainModel.hp-max-deph=3", "hp-max-depth"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_starts(plan: Plan, setting: str, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        composed.with_settings(plan, "us-east-1", [setting])
    assert words in refused.value.what
