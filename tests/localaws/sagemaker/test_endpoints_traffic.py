"""Who serves which request: variants and weights, blue/green deployments, shadows, serverless, capture, metrics,
load."""

import base64
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.localaws.waiting import wait_until

from .conftest import model_servers


def blue_green(**routing) -> dict:
    return {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": {"WaitIntervalInSeconds": 0, **routing}}}


def served_by(hosting, name, body, count) -> list[str]:
    answers = [
        hosting.runtime.invoke_endpoint(EndpointName=name, Body=body, ContentType="text/csv") for _ in range(count)
    ]
    return [answer["InvokedProductionVariant"] for answer in answers]


@pytest.fixture
def two_variants(hosting):
    model = hosting.model()
    return hosting.endpoint(
        hosting.config(
            hosting.variant(model, "Blue", weight=1), hosting.variant(hosting.model("other.tar.gz"), "Green", weight=0)
        )
    )


def test_weights_and_target_variant_choose_the_variant(hosting, two_variants, trained):
    assert set(served_by(hosting, two_variants, trained.csv(1), 10)) == {"Blue"}
    answer = hosting.runtime.invoke_endpoint(
        EndpointName=two_variants, Body=trained.csv(1), ContentType="text/csv", TargetVariant="Green"
    )
    assert answer["InvokedProductionVariant"] == "Green"


def test_weights_and_capacities_change_in_place(hosting, two_variants, trained):
    hosting.client.update_endpoint_weights_and_capacities(
        EndpointName=two_variants,
        DesiredWeightsAndCapacities=[
            {"VariantName": "Blue", "DesiredWeight": 0},
            {"VariantName": "Green", "DesiredWeight": 3, "DesiredInstanceCount": 2},
        ],
    )
    green = hosting.settled(two_variants)["ProductionVariants"][1]
    assert (green["CurrentWeight"], green["CurrentInstanceCount"]) == (3.0, 2)
    assert set(served_by(hosting, two_variants, trained.csv(1), 10)) == {"Green"}


@pytest.mark.parametrize(("keep", "weight"), [(True, 0.25), (False, 1.0)])
def test_variant_properties_are_retained_on_request(hosting, keep, weight):
    model = hosting.model()
    name = hosting.endpoint(hosting.config(hosting.variant(model)))
    hosting.client.update_endpoint_weights_and_capacities(
        EndpointName=name, DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredWeight": 0.25}]
    )
    hosting.settled(name)
    config = hosting.config(hosting.variant(model))
    hosting.client.update_endpoint(EndpointName=name, EndpointConfigName=config, RetainAllVariantProperties=keep)
    assert hosting.settled(name)["ProductionVariants"][0]["CurrentWeight"] == weight


def test_a_canary_of_one_instance_is_refused(hosting):
    name = hosting.endpoint()
    config = hosting.config(hosting.variant(hosting.model()))
    canary = blue_green(Type="CANARY", CanarySize={"Type": "INSTANCE_COUNT", "Value": 1})
    with pytest.raises(ClientError, match="CanarySize must be at most 50% of the fleet"):
        hosting.client.update_endpoint(EndpointName=name, EndpointConfigName=config, DeploymentConfig=canary)


@pytest.mark.parametrize(
    "routing",
    [
        {"Type": "ALL_AT_ONCE"},
        {"Type": "CANARY", "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 50}},
        {"Type": "LINEAR", "LinearStepSize": {"Type": "INSTANCE_COUNT", "Value": 1}},
    ],
    ids=lambda routing: routing["Type"],
)
def test_a_deployment_ends_with_the_new_fleet(hosting, trained, trained_otherwise, routing):
    name = hosting.endpoint(hosting.config(hosting.variant(hosting.model(), count=2)))
    config = hosting.config(hosting.variant(hosting.model("other.tar.gz"), count=2))
    hosting.client.update_endpoint(EndpointName=name, EndpointConfigName=config, DeploymentConfig=blue_green(**routing))
    description = hosting.settled(name)
    assert description["EndpointConfigName"] == config
    assert description["LastDeploymentConfig"] == blue_green(**routing)
    expected = trained_otherwise.booster.inplace_predict(trained.rows[:1])[0]
    assert float(hosting.invoke(name, trained.csv(1))) == pytest.approx(expected)


def linear(wait_seconds: int, **policy) -> dict:
    """A deployment in two steps."""
    step = {"Type": "INSTANCE_COUNT", "Value": 1}
    made = blue_green(Type="LINEAR", LinearStepSize=step, WaitIntervalInSeconds=wait_seconds)
    made["BlueGreenUpdatePolicy"].update(policy)
    return made


def update_in_steps(hosting, deployment: dict) -> tuple[str, str, str]:
    """The endpoint, and its configuration before and after, once the first step of the update serves."""
    before = hosting.config(hosting.variant(hosting.model(), count=2))
    name, after = hosting.endpoint(before), hosting.config(hosting.variant(hosting.model("other.tar.gz"), count=2))
    hosting.client.update_endpoint(EndpointName=name, EndpointConfigName=after, DeploymentConfig=deployment)
    wait_until(
        lambda: "PendingDeploymentSummary" in hosting.client.describe_endpoint(EndpointName=name), "the first step"
    )
    return name, before, after


def answers(hosting, name, trained) -> set[float]:
    return {float(hosting.invoke(name, trained.csv(1))) for _ in range(40)}


def only(found: set[float]) -> set[float] | None:
    return found if len(found) == 1 else None


def test_a_linear_deployment_waits_after_each_step(hosting, aws, trained, trained_otherwise):
    name, _, after = update_in_steps(hosting, linear(300))
    assert len(answers(hosting, name, trained)) == 2, "half of the traffic"
    aws.rehearsal("POST", "clock", seconds=300)
    [new] = wait_until(lambda: only(answers(hosting, name, trained)), "all of the traffic")
    assert new == pytest.approx(trained_otherwise.booster.inplace_predict(trained.rows[:1])[0])
    assert hosting.client.describe_endpoint(EndpointName=name)["EndpointStatus"] == "Updating"
    aws.rehearsal("POST", "clock", seconds=300)
    assert hosting.settled(name)["EndpointConfigName"] == after


def test_a_deployment_that_takes_too_long_rolls_back(hosting, aws, trained):
    name, before, _ = update_in_steps(hosting, linear(3600, MaximumExecutionTimeoutInSeconds=600))
    aws.rehearsal("POST", "clock", seconds=600)
    description = hosting.settled(name)
    assert (description["EndpointStatus"], description["EndpointConfigName"]) == ("InService", before)
    assert "MaximumExecutionTimeoutInSeconds" in description["FailureReason"]
    assert float(hosting.invoke(name, trained.csv(1))) == pytest.approx(trained.predictions(1)[0])


def test_an_alarm_rolls_the_deployment_back(hosting, aws, trained):
    alarm = hosting.unique("alarm")
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName=alarm,
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Dimensions=[{"Name": "EndpointName", "Value": "none"}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )
    before = hosting.config(hosting.variant(hosting.model(), count=2))
    name = hosting.endpoint(before)
    config = hosting.config(hosting.variant(hosting.model("other.tar.gz"), count=2))
    waiting = blue_green(Type="CANARY", CanarySize={"Type": "INSTANCE_COUNT", "Value": 1}, WaitIntervalInSeconds=600)
    waiting["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": alarm}]}
    hosting.client.update_endpoint(EndpointName=name, EndpointConfigName=config, DeploymentConfig=waiting)
    wait_until(
        lambda: "PendingDeploymentSummary" in hosting.client.describe_endpoint(EndpointName=name), "the canary serves"
    )
    answers = {float(hosting.invoke(name, trained.csv(1))) for _ in range(40)}
    assert len(answers) == 2, "both fleets serve while the canary waits"
    aws.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")
    description = hosting.settled(name)
    assert (description["EndpointStatus"], description["EndpointConfigName"]) == ("InService", before)
    assert alarm in description["FailureReason"]
    assert float(hosting.invoke(name, trained.csv(1))) == pytest.approx(trained.predictions(1)[0])


def test_no_request_is_dropped_while_the_endpoint_is_updated(hosting, aws, trained):
    name = hosting.endpoint()
    done, failures, answered = threading.Event(), [], []

    def ask() -> None:
        runtime = aws._make(
            "sagemaker-runtime",
            "us-east-1",
            aws_access_key_id=aws.announced.access_key_id,
            aws_secret_access_key=aws.announced.secret_access_key,
        )
        while not done.is_set():
            try:
                answer = runtime.invoke_endpoint(EndpointName=name, Body=trained.csv(3), ContentType="text/csv")
                answered.append(float(answer["Body"].read().split()[0]))
            except Exception as error:  # noqa: BLE001 (whatever it is, the test fails with it)
                failures.append(error)

    callers = [threading.Thread(target=ask) for _ in range(4)]
    for caller in callers:
        caller.start()
    for key in ("other.tar.gz", "model.tar.gz", "other.tar.gz"):
        config = hosting.config(hosting.variant(hosting.model(key)))
        hosting.client.update_endpoint(EndpointName=name, EndpointConfigName=config)
        assert hosting.settled(name)["EndpointConfigName"] == config
    done.set()
    for caller in callers:
        caller.join()
    assert not failures
    assert len(set(answered)) == 2
    assert len(answered) > 20


def test_a_shadow_variant_gets_the_requests_and_never_answers(hosting, aws, trained):
    shadow = hosting.variant(hosting.model("other.tar.gz"), "Shadow")
    config = hosting.config(hosting.variant(hosting.model(), "Production"), ShadowProductionVariants=[shadow])
    name = hosting.endpoint(config)
    assert set(served_by(hosting, name, trained.csv(1), 5)) == {"Production"}
    wait_until(lambda: metric(aws, name, "Shadow", "Invocations") == 5, "the shadow's metric")


def test_a_serverless_endpoint_starts_cold_and_serves(hosting, trained):
    serverless = {
        "VariantName": "AllTraffic",
        "ModelName": hosting.model(),
        "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1},
    }
    name = hosting.endpoint(hosting.config(serverless))
    variant = hosting.client.describe_endpoint(EndpointName=name)["ProductionVariants"][0]
    assert variant["CurrentServerlessConfig"] == serverless["ServerlessConfig"]
    assert "CurrentInstanceCount" not in variant
    assert float(hosting.invoke(name, trained.csv(1))) == pytest.approx(trained.predictions(1)[0])


def test_an_idle_serverless_endpoint_cools_down_and_starts_again(hosting, aws, trained):
    config = {"MemorySizeInMB": 1024, "MaxConcurrency": 2}
    serverless = {"VariantName": "AllTraffic", "ModelName": hosting.model(), "ServerlessConfig": config}
    name = hosting.endpoint(hosting.config(serverless))
    others = set(model_servers(aws))  # of the tests before, some on their way out
    hosting.invoke(name, trained.csv(1))
    [server] = set(model_servers(aws)) - others
    aws.rehearsal("POST", "clock", seconds=300)
    wait_until(lambda: server not in model_servers(aws), "the server ends")
    assert float(hosting.invoke(name, trained.csv(1))) == pytest.approx(trained.predictions(1)[0])


def test_a_serverless_endpoint_throttles_above_its_concurrency(hosting, aws, trained):
    serverless = {
        "VariantName": "AllTraffic",
        "ModelName": hosting.model(),
        "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1},
    }
    name = hosting.endpoint(hosting.config(serverless))
    body, codes = b"".join(trained.csv(200) for _ in range(250)), []
    keys = {
        "aws_access_key_id": aws.announced.access_key_id,
        "aws_secret_access_key": aws.announced.secret_access_key,
        "config": Config(retries={"total_max_attempts": 1}),
    }
    runtime = aws._make("sagemaker-runtime", "us-east-1", **keys)

    def ask() -> None:
        try:
            runtime.invoke_endpoint(EndpointName=name, Body=body, ContentType="text/csv")["Body"].read()
            codes.append("served")
        except ClientError as error:
            codes.append(error.response["Error"]["Code"])

    def two_met() -> bool:
        callers = [threading.Thread(target=ask) for _ in range(4)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        return len(set(codes)) > 1

    wait_until(two_met, "two requests at a time")
    assert set(codes) == {"served", "ThrottlingException"}


def metric(aws, endpoint: str, variant: str, name: str, statistic: str = "Sum") -> float:
    now = datetime.now(UTC)
    found = aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName=name,
        Dimensions=[{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(days=30),
        Period=86400 * 60,
        Statistics=[statistic],
    )["Datapoints"]
    return sum(point[statistic] for point in found)


def test_invocations_are_metrics(hosting, aws, trained):
    name = hosting.endpoint()
    served_by(hosting, name, trained.csv(1), 3)
    with pytest.raises(ClientError):
        hosting.invoke(name, b"no,csv,at,all")
    wait_until(lambda: metric(aws, name, "AllTraffic", "Invocations") == 4, "the metric Invocations")
    assert metric(aws, name, "AllTraffic", "Invocation4XXErrors") == 1
    assert metric(aws, name, "AllTraffic", "Invocation5XXErrors") == 0
    assert 0 < metric(aws, name, "AllTraffic", "ModelLatency", "Average") < 60e6
    assert metric(aws, name, "AllTraffic", "OverheadLatency", "Average") > 0


def capture(hosting, prefix: str, **members) -> dict:
    return {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{hosting.bucket}/{prefix}",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        **members,
    }


def captured(aws, hosting, prefix: str) -> list[tuple[str, dict]]:
    s3 = aws.client("s3")
    found = s3.list_objects_v2(Bucket=hosting.bucket, Prefix=prefix).get("Contents", [])
    lines = []
    for entry in found:
        body = s3.get_object(Bucket=hosting.bucket, Key=entry["Key"])["Body"].read()
        lines += [(entry["Key"], json.loads(line)) for line in body.splitlines()]
    return lines


def test_captured_invocations_are_json_lines_in_s3(hosting, aws, trained):
    prefix = hosting.unique("capture")
    settings = capture(hosting, prefix, CaptureContentTypeHeader={"CsvContentTypes": ["text/csv"]})
    name = hosting.endpoint(hosting.config(hosting.variant(hosting.model()), DataCaptureConfig=settings))
    answer = hosting.runtime.invoke_endpoint(
        EndpointName=name, Body=trained.csv(1), ContentType="text/csv", InferenceId="order-7"
    )["Body"].read()
    [(key, line)] = wait_until(lambda: captured(aws, hosting, prefix), "a captured line")
    assert key.startswith(f"{prefix}/{name}/AllTraffic/20")
    assert key.endswith(".jsonl")
    assert line["captureData"]["endpointInput"] == {
        "observedContentType": "text/csv",
        "mode": "INPUT",
        "data": trained.csv(1).decode(),
        "encoding": "CSV",
    }
    assert line["captureData"]["endpointOutput"]["data"] == answer.decode()
    assert line["eventMetadata"]["inferenceId"] == "order-7"
    assert line["eventVersion"] == "0"


def test_content_types_that_are_not_named_are_captured_as_base64(hosting, aws, trained):
    prefix = hosting.unique("capture")
    config = hosting.config(hosting.variant(hosting.model()), DataCaptureConfig=capture(hosting, prefix))
    hosting.invoke(hosting.endpoint(config), trained.csv(1))
    [(_, line)] = wait_until(lambda: captured(aws, hosting, prefix), "a captured line")
    side = line["captureData"]["endpointInput"]
    assert (side["encoding"], base64.b64decode(side["data"])) == ("BASE64", trained.csv(1))


def test_captured_lines_are_encrypted_with_the_key_of_the_configuration(hosting, aws, trained):
    prefix, key = hosting.unique("capture"), aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    settings = capture(hosting, prefix, KmsKeyId=key)
    hosting.invoke(
        hosting.endpoint(hosting.config(hosting.variant(hosting.model()), DataCaptureConfig=settings)), trained.csv(1)
    )
    [(written, _)] = wait_until(lambda: captured(aws, hosting, prefix), "a captured line")
    head = aws.client("s3").head_object(Bucket=hosting.bucket, Key=written)
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)


@pytest.mark.parametrize("keep", [True, False])
def test_data_capture_is_retained_unless_it_is_excluded(hosting, aws, trained, keep):
    model, prefix = hosting.model(), hosting.unique(f"capture-{keep}")
    name = hosting.endpoint(hosting.config(hosting.variant(model), DataCaptureConfig=capture(hosting, prefix)))
    excluded = [] if keep else [{"VariantPropertyType": "DataCaptureConfig"}]
    hosting.client.update_endpoint(
        EndpointName=name,
        EndpointConfigName=hosting.config(hosting.variant(model)),
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=excluded,
    )
    assert ("DataCaptureConfig" in hosting.settled(name)) is keep
    hosting.invoke(name, trained.csv(1))
    if keep:
        wait_until(lambda: captured(aws, hosting, prefix), "a captured line")
