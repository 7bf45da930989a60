"""CPUUtilization, MemoryUtilization and DiskUtilization of jobs' hosts and endpoints' instances."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rehearsal.localaws.sagemaker import usage
from rehearsal.localaws.sagemaker.usage import MEMORY_BYTES, Usage
from rehearsal.localaws.sagemaker.utilization import Meter
from tests.localaws.sagemaker.training.conftest import training
from tests.localaws.waiting import wait_until

__all__ = ["training"]  # a fixture

NAMES = ("CPUUtilization", "MemoryUtilization", "DiskUtilization")
BUSY = "import time\nmuch = b'1' * (64 << 20)\nwhile time.process_time() < 0.3: pass\nprint(flush=True)\ninput()"
needs_proc = pytest.mark.skipif(not Path("/proc").is_dir(), reason="running processes are measured through /proc")


def test_a_meter_gives_percentages_of_what_was_used_since_it_was_read() -> None:
    meter = Meter(disk_bytes=1000)
    meter._read_at -= 10
    first = meter.read(Usage(cpu_seconds=5, memory_bytes=MEMORY_BYTES // 4), disk_used=250)
    assert 25 < first["CPUUtilization"] <= 50
    assert first["MemoryUtilization"] == pytest.approx(25, rel=0.01)
    assert first["DiskUtilization"] == 25
    assert meter.read(Usage(5, 0), disk_used=0) == dict.fromkeys(NAMES, 0.0)
    assert meter.read(Usage(0, 0), disk_used=2000)["DiskUtilization"] == 100


@needs_proc
def test_processes_are_measured_by_the_folder_that_they_work_in(tmp_path: Path) -> None:
    command = [sys.executable, "-c", BUSY]
    child = subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None and child.stdin is not None
    child.stdout.readline()
    found = usage.within(tmp_path, usage.running())
    assert found is not None
    assert found.cpu_seconds >= 0.2
    assert found.memory_bytes > 64 << 20
    assert usage.within(tmp_path / "elsewhere", usage.running()) is None
    child.stdin.close()
    code, used = usage.wait_for_end(child.pid)
    child.returncode = code
    assert code == 1  # there is nothing to read
    assert used.cpu_seconds >= 0.3
    assert used.memory_bytes > 64 << 20


def statistics(aws, namespace: str, dimensions: dict[str, str], name: str) -> list[dict]:
    now = datetime.now(UTC)
    return aws.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(days=300),
        Period=86400 * 600,
        Statistics=["SampleCount", "Maximum"],
        Unit="Percent",
    )["Datapoints"]


def test_a_job_ends_with_what_its_hosts_used(training) -> None:
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 1}
    job = training.run(ResourceConfig=resources)
    for host in ("algo-1", "algo-2"):
        for name in NAMES:
            where = {"Host": f"{job['TrainingJobName']}/{host}"}
            [found] = statistics(training.aws, "/aws/sagemaker/TrainingJobs", where, name)
            assert found["SampleCount"] == 1
            assert 0 < found["Maximum"] < (100 if name != "CPUUtilization" else 10_000)


@needs_proc
def test_a_running_job_is_measured_each_minute(training) -> None:
    name = training.start({"num_round": "1000000"})
    training.wait(name, phase="Training")
    where = {"Host": f"{name}/algo-1"}

    def measured() -> bool:
        training.aws.rehearsal("POST", "clock", seconds=20)
        found = statistics(training.aws, "/aws/sagemaker/TrainingJobs", where, "CPUUtilization")
        return sum(each["SampleCount"] for each in found) >= 2

    wait_until(measured, "two minutes' metrics")
    assert training.wait(name, "InProgress")["SecondaryStatus"] == "Training"
    training.sagemaker.stop_training_job(TrainingJobName=name)
    training.wait(name)


@needs_proc
def test_alarms_and_autoscaling_act_on_what_an_endpoint_uses(hosting, aws) -> None:
    name, scaling, cloudwatch = hosting.endpoint(), aws.client("application-autoscaling"), aws.client("cloudwatch")
    where = {"EndpointName": name, "VariantName": "AllTraffic"}
    dimensions = [{"Name": key, "Value": value} for key, value in where.items()]
    metric: dict[str, Any] = {
        "Namespace": "/aws/sagemaker/Endpoints",
        "MetricName": "MemoryUtilization",
        "Dimensions": dimensions,
    }
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        **metric,
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0.0001,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
    )
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{name}/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=3)
    tracking = {"TargetValue": 0.0001, "CustomizedMetricSpecification": {**metric, "Statistic": "Average"}}
    scaling.put_scaling_policy(
        **target,
        PolicyName=f"policy-{name}",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=tracking,
    )

    def acted() -> bool:
        aws.rehearsal("POST", "clock", seconds=15)
        [alarm] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        [variant] = hosting.client.describe_endpoint(EndpointName=name)["ProductionVariants"]
        return alarm["StateValue"] == "ALARM" and variant["DesiredInstanceCount"] == 3

    wait_until(acted, "the alarm goes off and the variant has three instances")
    for each in NAMES:
        assert 0 <= statistics(aws, metric["Namespace"], where, each)[0]["Maximum"] < 10_000
    cloudwatch.delete_alarms(AlarmNames=[name])
    scaling.deregister_scalable_target(**target)
