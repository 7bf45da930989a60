"""Every documented key of UserParameters is exercised on the embedded AWS, by the shipped functions with the shipped
roles."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from pipeline_job import schema
from pipeline_job.functions import FUNCTIONS
from tests.conftest import start_embedded_aws, stop_embedded_aws
from tests.end_to_end import key_cases
from tests.end_to_end.key_cases import Case, Place, Shown
from tests.end_to_end.keyed_pipelines import Keyed
from tests.end_to_end.optional_stacks import PATIENCE_SECONDS, Launcher
from tests.localaws.authorizer.minimal.table import KEYS, TABLE, Evaluated
from tests.localaws.waiting import wait_until

SUFFIX = "keys"
NOWHERE = Place(SUFFIX, "data", "models", "key", "subnet-0a1b2c3d", "sg-0a1b2c3d", "alarm")
"""To read the cases without an account."""
MINUTE = 60.0


@dataclass
class Seen:
    """What the services said of each case, by function and case."""

    keyed: Keyed
    of: dict[tuple[str, str], Any] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    values: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)


CASES: dict[str, list[tuple[str, Case]]] = {
    "TrainModel": [("", each) for each in key_cases.train_cases(NOWHERE)],
    "DeployModel": [
        *(("first ", each) for each in key_cases.first_deployments(NOWHERE)),
        *(("second ", each) for each in key_cases.second_deployments(NOWHERE)),
    ],
    "EvaluateModel": [("", each) for each in key_cases.evaluations(NOWHERE)],
    "GetStatus": [
        ("", Case("Job", {"training-job-name": "job", "deadline-minutes": 30, "execution-id": key_cases.EXECUTION})),
        ("", Case("Endpoint", {"endpoint-name": "endpoint"})),
    ],
}
SHOWN: dict[str, dict[str, Shown]] = {
    "TrainModel": key_cases.TRAIN_SHOWN,
    "DeployModel": key_cases.DEPLOY_SHOWN,
    "EvaluateModel": key_cases.EVALUATE_SHOWN,
    "GetStatus": {
        "training-job-name": lambda seen, _value: seen["variables"]["ModelDataUrl"].startswith("s3://"),
        "deadline-minutes": lambda seen, _value: seen["variables"]["TrainingJobName"].startswith("squares-"),
        "execution-id": lambda seen, _value: seen["status"] == "Succeeded",
        "endpoint-name": lambda seen, _value: seen["variables"]["EndpointStatus"] == "InService",
    },
}
ALL_KEYS = [(function, key) for function in FUNCTIONS for key in schema.load(function)["properties"]]


def test_every_key_has_a_case_and_a_row() -> None:
    used = {(function, key) for function, cases in CASES.items() for _, case in cases for key in case.values}
    rows = {(function, key) for function in SHOWN for key in SHOWN[function]}
    assert set(ALL_KEYS) - used == set(), "keys that no case uses"
    assert set(ALL_KEYS) - rows == set(), "keys without a row"
    assert rows - set(ALL_KEYS) == set(), "rows of keys that are gone"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Everything run: a stack with each option that a key needs, then pipelines of all cases."""
    embedded = start_embedded_aws("--continuation-delay", "0.05")
    found = Seen(_launched(embedded, tmp_path_factory.mktemp("keys")))
    _train_deploy_and_evaluate(found)
    _update(found)
    yield found
    stop_embedded_aws(embedded)


def _launched(embedded: Any, folder: Any) -> Keyed:
    key = embedded.client("kms").create_key()["KeyMetadata"]["Arn"]
    ec2 = embedded.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [subnet["VpcId"]]}])["SecurityGroups"]
    embedded.client("cloudwatch").put_metric_alarm(
        AlarmName="nothing-is-wrong",
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        TreatMissingData="notBreaching",
        ComparisonOperator="GreaterThanThreshold",
    )
    options = dict.fromkeys(("AllowAutoscaling", "AllowTimeToLive", "AllowVpc"), "true")
    made = Launcher(embedded, folder).launch(SUFFIX, {**options, "FurtherKeyArns": key})
    names = made.plan.workshop
    place = Place(
        *(SUFFIX, names.data_bucket, names.model_bucket, key),
        *(subnet["SubnetId"], groups[0]["GroupId"], "nothing-is-wrong"),
    )
    _fill(embedded.client("s3"), place)
    return Keyed(made, place)


def _fill(s3: Any, place: Place) -> None:
    """Data beside the workshop's own: two shards and their manifest, weighted rows, labels of two classes under a
    header."""
    lines = s3.get_object(Bucket=place.data, Key="train/train.csv")["Body"].read().decode().splitlines()[:400]
    halves = ["label,0,1,2,3,4,5,6,7,8,9,10"]
    halves += [f"{int(float(line.split(',')[0]) > 5)},{line.partition(',')[2]}" for line in lines]
    manifest = [{"prefix": f"s3://{place.data}/shards/"}, "one.csv", "two.csv"]
    weighted = [line.replace(",", ",1,", 1) for line in lines]
    for key, text in {
        "shards/one.csv": "\n".join(lines[:200]),
        "shards/two.csv": "\n".join(lines[200:]),
        "shards.manifest": json.dumps(manifest),
        "weighted/train.csv": "\n".join(weighted),
        "halves/train.csv": "\n".join(halves[1:]),
        "halves/test.csv": "\n".join(halves),
    }.items():
        s3.put_object(Bucket=place.data, Key=key, Body=text.encode())


def _train_deploy_and_evaluate(seen: Seen) -> None:
    keyed, place = seen.keyed, seen.keyed.place
    good = [case for case in key_cases.train_cases(place) if not case.fails]
    bad = [case for case in key_cases.train_cases(place) if case.fails]
    deployments, evaluations = key_cases.first_deployments(place), key_cases.evaluations(place)
    job = Case("Job", {"training-job-name": "#{Squares.TrainingJobName}", "deadline-minutes": 30})
    job.values["execution-id"] = key_cases.EXECUTION
    endpoint = Case("Endpoint", {"endpoint-name": f"halves-{SUFFIX}-Serverless"})
    stages = {
        "Train": [
            *(_training(keyed, case) for case in good),
            *(_waiting(keyed, f"Of{case.name}", f"T{case.name}", 2) for case in good),
            keyed.action("GetStatus", job, 2, namespace="StatusOfJob"),
        ],
        "Deploy": [
            *(
                keyed.action("DeployModel", case, 1, inputs=[f"T{case.job}"], output=f"D{case.name}")
                for case in deployments
            ),
            *(_waiting(keyed, f"Of{case.name}", f"D{case.name}", 2) for case in deployments),
            keyed.action("GetStatus", endpoint, 3, namespace="StatusOfEndpoint"),
            keyed.action("EvaluateModel", evaluations[0], 3, inputs=["DScaled"], output="EByArtifact", namespace="E0"),
            *(
                keyed.action("EvaluateModel", case, 3, output=f"E{case.name}", namespace=f"E{number}")
                for number, case in enumerate(evaluations[1:], 1)
            ),
        ],
    }
    execution = keyed.run("keys-first", stages)
    outputs = keyed.outputs("keys-first")
    for case in good:
        name = outputs[f"TrainModel-{case.name}"]["executionResult"]["externalExecutionId"]
        _keep(seen, "TrainModel", case.name, case, keyed.trained(name, execution))
    for case in deployments:
        _keep(seen, "DeployModel", f"first {case.name}", case, keyed.deployed(_endpoint(case), execution))
    for case in evaluations:
        told = {"report": keyed.report("keys-first", execution, f"E{case.name}"), "execution": execution}
        variables = outputs[f"EvaluateModel-{case.name}"]["outputVariables"]
        _keep(seen, "EvaluateModel", case.name, case, {**told, "variables": variables})
    for case in (job, endpoint):
        output = outputs[f"GetStatus-{case.name}"]
        _keep(seen, "GetStatus", case.name, case, {**output, "variables": output["outputVariables"]})
    _train_what_fails(seen, bad)


def _train_what_fails(seen: Seen, cases: list[Case]) -> None:
    """What the algorithm cannot do here is its own error, told by the action."""
    keyed = seen.keyed
    actions = [_training(keyed, case) for case in cases]
    waiting = [_waiting(keyed, f"Of{case.name}", f"T{case.name}", 2) for case in cases]
    keyed.run("keys-failing", {"Train": [*actions, *waiting]}, expected="Failed")
    outputs, failures = keyed.outputs("keys-failing"), keyed.failures("keys-failing")
    for case in cases:
        name = outputs[f"TrainModel-{case.name}"]["executionResult"]["externalExecutionId"]
        _keep(seen, "TrainModel", case.name, case, keyed.trained(name, ""))
        seen.failed[case.name] = failures[f"GetStatus-Of{case.name}"]


def _update(seen: Seen) -> None:
    keyed = seen.keyed
    again = {"model-name": "squares", "resourceidentifier": SUFFIX, "hp-num-round": 3}
    again |= {"databucket": keyed.place.data, "modelartifactout": keyed.place.models}
    cases = key_cases.second_deployments(keyed.place)
    stages = {
        "Train": [_training(keyed, Case("squares", again)), _waiting(keyed, "Ofsquares", "Tsquares", 2)],
        "Deploy": [
            *(keyed.action("DeployModel", case, 1, inputs=["Tsquares"], output=f"D{case.name}") for case in cases),
            *(_waiting(keyed, f"Of{case.name}", f"D{case.name}", 2) for case in cases),
        ],
    }
    execution = keyed.run("keys-second", stages)
    for case in cases:
        _keep(seen, "DeployModel", f"second {case.name}", case, keyed.deployed(_endpoint(case), execution))


def _training(keyed: Keyed, case: Case) -> dict[str, Any]:
    namespace = case.name.title()
    return keyed.action("TrainModel", case, 1, inputs=["TrainingConfig"], output=f"T{case.name}", namespace=namespace)


def _waiting(keyed: Keyed, name: str, artifact: str, order: int) -> dict[str, Any]:
    return keyed.action("GetStatus", Case(name), order, inputs=[artifact])


def _endpoint(case: Case) -> str:
    return f"{case.job}-{SUFFIX}-{case.values['env']}"


def _keep(seen: Seen, function: str, name: str, case: Case, told: Any) -> None:
    seen.of[function, name] = told
    seen.values[function, name] = case.values


@pytest.mark.parametrize(("function", "key"), ALL_KEYS, ids=lambda each: each)
def test_a_key_does_what_it_says(seen: Seen, function: str, key: str) -> None:
    cases = [name for (of, name), values in seen.values.items() if of == function and key in values]
    assert cases
    for name in cases:
        value = schema.read(seen.values[function, name][key], schema.load(function)["properties"][key])
        assert SHOWN[function][key](seen.of[function, name], value), (name, value)


@pytest.mark.parametrize(
    "case", [each for each in key_cases.train_cases(NOWHERE) if each.fails], ids=lambda each: each.name
)
def test_what_the_algorithm_cannot_do_here_is_told(seen: Seen, case: Case) -> None:
    assert case.fails in seen.failed[case.name]


def test_instances_change_behind_autoscaling(seen: Seen) -> None:
    told = seen.of["DeployModel", "second Scaled"]
    assert told["config"]["ProductionVariants"][0]["InstanceType"] == "ml.c5.xlarge"
    assert told["target"]["MaxCapacity"] == 4


def test_every_right_that_a_key_needs_was_used(seen: Seen) -> None:
    """Last: the endpoints that live for a time are deleted, scaling and all; of one that is gone already a letter is
    left."""
    embedded = seen.keyed.made.launcher.embedded
    sagemaker, sqs = embedded.client("sagemaker"), embedded.client("sqs")
    sagemaker.delete_endpoint(EndpointName=f"squares-{SUFFIX}-Ended")
    embedded.rehearsal("POST", "clock", seconds=45 * MINUTE)
    name = f"squares-{SUFFIX}-Scaled"
    wait_until(lambda: name not in seen.keyed.made.endpoints(), seconds=PATIENCE_SECONDS)
    assert (
        seen.keyed.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="sagemaker")[
            "ScalableTargets"
        ]
        == []
    )
    queue = sqs.get_queue_url(QueueName=f"mlops-builtinalgo-dead-letters-{SUFFIX}")["QueueUrl"]
    letters = wait_until(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"), seconds=PATIENCE_SECONDS)
    assert f"squares-{SUFFIX}-Ended" in letters[0]["Body"]
    needed: dict[tuple[str, str], set[str]] = {}
    for principal in embedded.rehearsal("GET", "iam/usage")["principals"]:
        for row in principal["statements"]:
            needed.setdefault((row["policy"], row["statement"]), set()).update(row["neededFor"])
    for named, row in TABLE.items():
        if isinstance(row, Evaluated) and row.test == KEYS:
            assert needed[named.policy, named.sid] >= {*row.actions}, named
