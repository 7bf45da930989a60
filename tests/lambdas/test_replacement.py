"""From one endpoint config to another: instances, autoscaling and serverless, forward and back after a missed gate."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy_model import deploy
from evaluate_model import evaluate
from pipeline_job import autoscaling
from pipeline_job.autoscaling import Scaling
from pipeline_job.replacement import Replacement, Serving
from tests.lambdas.aws_fakes import Checked, error
from tests.lambdas.conftest import EXECUTION, Workbench
from tests.lambdas.test_deploy_model import Scaling as ScalingService
from tests.lambdas.test_deploy_model import again, ready
from tests.lambdas.test_workshop import ENDPOINT, SMOKE

SCALED = {"min-instances": 1, "max-instances": 3}
TARGET = f"endpoint/{ENDPOINT}/variant/AllTraffic"
INPUTS = {"TrainingJob": "pipeline/TrainingJob/out"}
MISSED = {**json.loads(SMOKE), "thresholds": [{"metric": "rmse", "max": 0.0001}]}


@pytest.fixture
def scaling(bench: Workbench) -> ScalingService:
    """Application Auto Scaling, beside a SageMaker that refuses to change the instances of a scaled variant."""
    service, update = ScalingService(), bench.sagemaker.update_endpoint
    bench.others["application-autoscaling"] = Checked("application-autoscaling", service)

    def refuse_scaled(EndpointName: str, EndpointConfigName: str, **rest: Any) -> None:
        before = bench.sagemaker.configs[bench.sagemaker.endpoints[EndpointName]["EndpointConfigName"]]
        after = bench.sagemaker.configs[EndpointConfigName]
        types = [config["ProductionVariants"][0].get("InstanceType") for config in (before, after)]
        if service.targets and types[0] != types[1]:
            raise error("ValidationException", "the variant is a scalable target", "UpdateEndpoint")
        update(EndpointName, EndpointConfigName, **rest)

    bench.sagemaker.update_endpoint = refuse_scaled  # type: ignore[method-assign]
    return service


def deploy_until_settled(bench: Workbench, answer: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Call on until the deployment is over."""
    while "continuationToken" in answer:
        bench.sagemaker.settle(ENDPOINT)
        answer = bench.call(
            "DeployModel", deploy, {"env": "Dev", **values}, INPUTS, "DevEndpoint", answer["continuationToken"]
        )
    bench.sagemaker.settle(ENDPOINT)
    return answer


def released(bench: Workbench, **values: Any) -> None:
    """The first deployment."""
    answer = bench.call("DeployModel", deploy, {"env": "Dev", **values}, ready(bench), "DevEndpoint")
    deploy_until_settled(bench, answer, **values)


def missed(bench: Workbench) -> str:
    """The gate is missed; what the action says when the way back is over."""
    answer = bench.call("EvaluateModel", evaluate, MISSED, {"DevEndpoint": "pipeline/DevEndpoint/out"}, "Report")
    while "continuationToken" in answer:
        bench.sagemaker.settle(ENDPOINT)
        inputs = {"DevEndpoint": "pipeline/DevEndpoint/out"}
        answer = bench.call("EvaluateModel", evaluate, MISSED, inputs, "Report", answer["continuationToken"])
    return str(answer["failureDetails"]["message"])


def test_another_instance_type_is_taken_off_scaling_first_and_put_back_after(
    bench: Workbench, scaling: ScalingService
) -> None:
    released(bench, **SCALED)
    changed = {**SCALED, "max-instances": 4, "instance-type": "ml.c5.xlarge"}
    deploy_until_settled(bench, again(bench, **changed), **changed)
    assert scaling.targets == {TARGET: (1, 4)}


def test_the_instances_that_scaling_added_go_on_serving(bench: Workbench, scaling: ScalingService) -> None:
    released(bench, **SCALED)
    deploy_until_settled(bench, again(bench, **SCALED), **SCALED)
    [update] = bench.checked["sagemaker"].called("update_endpoint")
    assert update["RetainAllVariantProperties"]
    kinds = [each["VariantPropertyType"] for each in update["ExcludeRetainedVariantProperties"]]
    assert kinds == ["DataCaptureConfig", "DesiredWeight"], "all but the number of instances is the new config's"


def test_a_missed_gate_goes_back_to_other_instances_and_their_scaling(
    bench: Workbench, scaling: ScalingService
) -> None:
    released(bench, **SCALED)
    changed = {**SCALED, "max-instances": 9, "instance-type": "ml.c5.xlarge"}
    deploy_until_settled(bench, again(bench, **changed), **changed)
    assert "is back on" in missed(bench)
    assert bench.sagemaker.endpoints[ENDPOINT]["EndpointConfigName"] == f"{ENDPOINT}-{EXECUTION}"
    assert scaling.targets == {TARGET: (1, 3)}


def test_a_missed_gate_goes_back_to_an_incumbent_that_does_not_scale(bench: Workbench, scaling: ScalingService) -> None:
    released(bench)
    deploy_until_settled(bench, again(bench, **SCALED), **SCALED)
    assert scaling.targets
    assert "is back on" in missed(bench)
    assert scaling.targets == {}


def test_instances_do_not_become_serverless(bench: Workbench) -> None:
    released(bench)
    models = dict(bench.sagemaker.models)
    answer = again(bench, **{"serverless-memory-mb": 2048})
    message = answer["failureDetails"]["message"]
    assert "cannot become serverless" in message
    assert f"Delete {ENDPOINT} and retry the stage" in message
    assert bench.sagemaker.models == models, "nothing was made"


def test_the_gate_says_that_instances_cannot_go_back_to_serverless(bench: Workbench) -> None:
    released(bench, **{"serverless-memory-mb": 2048})
    deploy_until_settled(bench, again(bench))
    message = missed(bench)
    assert f"AND {ENDPOINT} COULD NOT BE PUT BACK" in message
    assert "into a serverless one" in message


def test_a_way_back_that_is_refused_is_said_with_the_gate(bench: Workbench) -> None:
    released(bench)
    deploy_until_settled(bench, again(bench))

    def refuse(**_request: Any) -> None:
        raise error("AccessDeniedException", "not authorized to perform: sagemaker:UpdateEndpoint", "UpdateEndpoint")

    bench.sagemaker.update_endpoint = refuse  # type: ignore[assignment,method-assign]
    message = missed(bench)
    assert message.startswith("the gate is missed: ")
    assert "COULD NOT BE PUT BACK" in message
    assert "sagemaker:UpdateEndpoint" in message


def test_an_endpoint_that_scaling_resizes_is_waited_for_before_the_way_back(bench: Workbench) -> None:
    released(bench)
    deploy_until_settled(bench, again(bench))
    bench.sagemaker.endpoints[ENDPOINT]["EndpointStatus"] = "Updating"
    assert "is back on" in missed(bench)


@given(st.integers(1, 100), st.integers(1, 100), st.floats(0.001, 1e9))
def test_a_tag_says_how_to_scale(fewest: int, most: int, invocations: float) -> None:
    wanted = Scaling(fewest, most, invocations)
    assert Scaling.from_tag(wanted.tag) == wanted


def test_the_first_releases_tag_does_not_say_how() -> None:
    assert Scaling.from_tag("on") is None
    serving = Serving("old", "ml.m5.large", tags={autoscaling.TAG: "on"})
    assert serving.is_scaled
    assert Replacement(serving, Serving("new", "ml.c5.large")).stops_scaling
