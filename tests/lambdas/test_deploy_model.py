"""DeployModel's keys, and endpoints in every state that a deployment may meet."""

from typing import Any

import pytest

from deploy_model import deploy
from tests.lambdas.aws_fakes import Checked, error
from tests.lambdas.conftest import EXECUTION, Workbench
from tests.lambdas.test_workshop import ENDPOINT, JOB, deployed, trained, trained_again

CONFIG = f"{ENDPOINT}-{EXECUTION}"


def ready(bench: Workbench) -> dict[str, str]:
    """A trained model, not deployed yet."""
    job = trained(bench)
    bench.sagemaker.complete(JOB)
    return {"TrainingJob": job}


def again(bench: Workbench, execution: Any = "8888", **values: Any) -> dict[str, Any]:
    """Deploy the model of another execution."""
    job = trained_again(bench, execution)
    return bench.call("DeployModel", deploy, {"env": "Dev", **values}, {"TrainingJob": job}, "DevEndpoint")


def test_an_instance_endpoint(bench: Workbench) -> None:
    inputs = ready(bench)
    values = {
        "env": "Dev",
        "instance-type": "ml.c5.large",
        "instance-count": "2",
        "capture-percent": 50,
        "kms-key": "alias/mlops",
    }
    bench.call("DeployModel", deploy, values, inputs)
    config = bench.sagemaker.configs[CONFIG]
    assert config["ProductionVariants"] == [
        {
            "VariantName": "AllTraffic",
            "ModelName": CONFIG,
            "InstanceType": "ml.c5.large",
            "InitialInstanceCount": 2,
            "InitialVariantWeight": 1.0,
        }
    ]
    assert config["KmsKeyId"] == "alias/mlops"
    assert config["DataCaptureConfig"]["InitialSamplingPercentage"] == 50
    model = bench.sagemaker.models[CONFIG]["PrimaryContainer"]
    assert model["ModelDataUrl"] == f"s3://models/{JOB}/output/model.tar.gz"


def test_a_serverless_endpoint(bench: Workbench) -> None:
    bench.call("DeployModel", deploy, {"env": "Dev", "serverless-memory-mb": 2048}, ready(bench))
    variant = bench.sagemaker.configs[CONFIG]["ProductionVariants"][0]
    assert variant["ServerlessConfig"] == {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    assert "InstanceType" not in variant


def test_a_canary_with_alarms(bench: Workbench) -> None:
    deployed(bench)
    again(
        bench,
        **{"deployment": "CANARY", "step-percent": 50, "alarms": ["5xx"], "instance-count": 2, "wait-seconds": 60},
    )
    [update] = bench.checked["sagemaker"].called("update_endpoint")
    policy = update["DeploymentConfig"]["BlueGreenUpdatePolicy"]
    assert policy["TrafficRoutingConfiguration"] == {
        "Type": "CANARY",
        "WaitIntervalInSeconds": 60,
        "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 50},
    }
    assert update["DeploymentConfig"]["AutoRollbackConfiguration"] == {"Alarms": [{"AlarmName": "5xx"}]}


def test_what_the_service_refuses_is_refused_first(bench: Workbench) -> None:
    inputs = ready(bench)
    answer = bench.call(
        "DeployModel", deploy, {"env": "Dev", "deployment": "CANARY", "step-percent": 50, "alarms": ["a"]}, inputs
    )
    assert "at least two" in answer["failureDetails"]["message"]
    assert bench.sagemaker.models == {}


@pytest.mark.parametrize("status", ["Creating", "Updating", "RollingBack", "SystemUpdating", "Deleting"])
def test_another_operation_is_waited_for(bench: Workbench, status: str) -> None:
    deployed(bench)
    bench.sagemaker.endpoints[ENDPOINT]["EndpointStatus"] = status
    waiting = again(bench)
    assert "waits for another operation" in waiting["executionDetails"]["summary"]
    bench.sagemaker.settle(ENDPOINT)
    inputs = {"TrainingJob": "pipeline/TrainingJob/out"}
    done = bench.call("DeployModel", deploy, {"env": "Dev"}, inputs, "DevEndpoint", token=waiting["continuationToken"])
    assert done["outputVariables"]["EndpointConfigName"] == f"{ENDPOINT}-8888"


def test_waiting_for_another_operation_ends(bench: Workbench) -> None:
    deployed(bench)
    bench.sagemaker.endpoints[ENDPOINT]["EndpointStatus"] = "Updating"
    token = again(bench)["continuationToken"]
    bench.clock += 2 * 3600
    inputs = {"TrainingJob": "pipeline/TrainingJob/out"}
    answer = bench.call("DeployModel", deploy, {"env": "Dev"}, inputs, token=token)
    assert "not free within two hours" in answer["failureDetails"]["message"]


@pytest.mark.parametrize("status", ["Failed", "OutOfService", "UpdateRollbackFailed"])
def test_a_broken_endpoint_is_made_anew(bench: Workbench, status: str) -> None:
    deployed(bench)
    bench.sagemaker.endpoints[ENDPOINT]["EndpointStatus"] = status
    waiting = again(bench)
    assert "broken and deleted first" in waiting["executionDetails"]["summary"]
    bench.sagemaker.settle(ENDPOINT)
    inputs = {"TrainingJob": "pipeline/TrainingJob/out"}
    done = bench.call("DeployModel", deploy, {"env": "Dev"}, inputs, "DevEndpoint", token=waiting["continuationToken"])
    assert "created" in done["executionDetails"]["summary"]


def test_a_call_after_the_update_remembers_the_incumbent(bench: Workbench) -> None:
    deployed(bench)
    first = again(bench)
    bench.sagemaker.settle(ENDPOINT)
    second = bench.call(
        "DeployModel", deploy, {"env": "Dev"}, {"TrainingJob": "pipeline/TrainingJob/out"}, "DevEndpoint"
    )
    assert first["outputVariables"]["IncumbentEndpointConfigName"] == CONFIG
    assert second["outputVariables"] == first["outputVariables"]


def test_a_job_that_is_not_done_is_not_deployed(bench: Workbench) -> None:
    job = trained(bench)
    answer = bench.call("DeployModel", deploy, {"env": "Dev"}, {"TrainingJob": job})
    assert "let GetStatus wait for it" in answer["failureDetails"]["message"]


class Scaling:
    """Application Auto Scaling."""

    def __init__(self) -> None:
        self.targets: dict[str, tuple[int, int]] = {}

    def register_scalable_target(self, ResourceId: str, MinCapacity: int, MaxCapacity: int, **_rest: Any) -> None:
        self.targets[ResourceId] = MinCapacity, MaxCapacity

    def put_scaling_policy(self, **_policy: Any) -> None:
        pass

    def deregister_scalable_target(self, ResourceId: str, **_rest: Any) -> None:
        if ResourceId not in self.targets:
            raise error("ObjectNotFoundException", "No scalable target", "DeregisterScalableTarget")
        del self.targets[ResourceId]


def test_autoscaling_is_switched_on_when_in_service_and_off_again(bench: Workbench) -> None:
    scaling = Scaling()
    bench.others["application-autoscaling"] = Checked("application-autoscaling", scaling)
    inputs, values = ready(bench), {"env": "Dev", "min-instances": 1, "max-instances": 3}
    waiting = bench.call("DeployModel", deploy, values, inputs, "DevEndpoint")
    assert scaling.targets == {}
    bench.sagemaker.settle(ENDPOINT)
    bench.call("DeployModel", deploy, values, inputs, "DevEndpoint", token=waiting["continuationToken"])
    assert scaling.targets == {f"endpoint/{ENDPOINT}/variant/AllTraffic": (1, 3)}
    again(bench)
    assert scaling.targets == {}


class Scheduler:
    """EventBridge Scheduler."""

    def __init__(self) -> None:
        self.schedules: dict[str, dict[str, Any]] = {}

    def create_schedule(self, Name: str, **schedule: Any) -> None:
        if Name in self.schedules:
            raise error("ConflictException", "Schedule already exists", "CreateSchedule")
        self.schedules[Name] = schedule

    def update_schedule(self, Name: str, **schedule: Any) -> None:
        self.schedules[Name] = schedule

    def delete_schedule(self, Name: str, GroupName: str) -> None:
        assert GroupName == "mlops"
        if self.schedules.pop(Name, None) is None:
            raise error("ResourceNotFoundException", "Schedule does not exist", "DeleteSchedule")


def test_time_to_live_is_set_moved_and_taken_away(bench: Workbench) -> None:
    scheduler = Scheduler()
    bench.others["scheduler"] = Checked("scheduler", scheduler)
    bench.environment["SCHEDULER_ROLE_ARN"] = "arn:aws-cn:iam::123456789012:role/Scheduler"
    bench.environment["SCHEDULE_GROUP"] = "mlops"
    bench.environment["DEAD_LETTER_QUEUE_ARN"] = "arn:aws-cn:sqs:cn-north-1:123456789012:dead-letters"
    inputs = ready(bench)
    bench.call("DeployModel", deploy, {"env": "Dev", "ttl-minutes": 60}, inputs)
    assert scheduler.schedules[ENDPOINT]["GroupName"] == "mlops"
    assert scheduler.schedules[ENDPOINT]["ScheduleExpression"] == "at(1970-01-12T14:46:40)"
    assert scheduler.schedules[ENDPOINT]["Target"]["Arn"] == "arn:aws-cn:scheduler:::aws-sdk:sagemaker:deleteEndpoint"
    queue = bench.environment["DEAD_LETTER_QUEUE_ARN"]
    assert scheduler.schedules[ENDPOINT]["Target"]["DeadLetterConfig"] == {"Arn": queue}
    bench.call("DeployModel", deploy, {"env": "Dev", "ttl-minutes": 120}, inputs)
    assert scheduler.schedules[ENDPOINT]["ScheduleExpression"] == "at(1970-01-12T15:46:40)"
    bench.call("DeployModel", deploy, {"env": "Dev"}, inputs)
    assert scheduler.schedules == {}


def test_time_to_live_without_its_role_says_so(bench: Workbench) -> None:
    answer = bench.call("DeployModel", deploy, {"env": "Dev", "ttl-minutes": 60}, ready(bench))
    assert "SCHEDULER_ROLE_ARN is not set" in answer["failureDetails"]["message"]
    assert bench.sagemaker.endpoints == bench.sagemaker.models == {}


def test_names_that_would_be_too_long_are_refused(bench: Workbench) -> None:
    inputs = ready(bench)
    answer = bench.call(
        "DeployModel", deploy, {"env": "Dev", "model-name": "m" * 40, "resourceidentifier": "i" * 20}, inputs
    )
    assert "shorten 'model-name'" in answer["failureDetails"]["message"]
