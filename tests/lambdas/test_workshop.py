"""The four functions one after another, with the guide's UserParameters as they stand."""

import json

from deploy_model import deploy
from evaluate_model import evaluate
from get_status import look
from tests.lambdas.conftest import EXECUTION, Workbench
from train_model import train

TRAIN = (
    '{ "traincompute": "ml.c4.2xlarge", "model-name": "winequality", "container-path": '
    '"811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1", "modelartifactout": '
    '"mlops-builtinalgo-model-artifacts-sde", "resourceidentifier": "sde", "databucket": "mlops-builtinalgo-data-sde", '
    '"hp-num-round": "20", "num-round": "3", "hp-min-child-weight": "6", "hp-subsample": "0.7"}'
)
SMOKE = '{ "env": "Dev", "s3bucket": "mlops-builtinalgo-data-sde", "s3key": "/validation/validation.csv" }'
FULL = '{ "env": "Test", "s3bucket": "mlops-builtinalgo-data-sde"}", "s3key": "/test/test.csv" }'
DATA = "mlops-builtinalgo-data-sde"
JOB = f"winequality-sde-{EXECUTION}"
ENDPOINT = "winequality-sde-Dev"


def with_data(bench: Workbench) -> Workbench:
    bench.execution = EXECUTION
    bench.s3.put_object(DATA, "train/train.csv", b"1,0.5,0.5\n")
    bench.s3.put_object(DATA, "validation/validation.csv", b"3,1,2\n8,3,4\n")
    return bench


def trained(bench: Workbench) -> str:
    """Run Train; the key of the TrainingJob artifact."""
    with_data(bench)
    config = bench.put_artifact("TrainingConfig", winequality={"TrainModel": {"hp-max-depth": 4, "hp-subsample": 0.1}})
    answer = bench.call("TrainModel", train, TRAIN, {"TrainingConfig": config}, "TrainingJob")
    assert "outputVariables" in answer, answer
    return "pipeline/TrainingJob/out"


def deployed(bench: Workbench) -> str:
    """Run Train and DeployDev; the key of the DevEndpoint artifact."""
    job = trained(bench)
    bench.sagemaker.complete(JOB)
    answer = bench.call("DeployModel", deploy, {"env": "Dev"}, {"TrainingJob": job}, "DevEndpoint")
    assert "outputVariables" in answer, answer
    bench.sagemaker.settle(ENDPOINT)
    return "pipeline/DevEndpoint/out"


def test_training_gets_the_guides_parameters_over_the_training_config(bench: Workbench) -> None:
    trained(bench)
    job = bench.sagemaker.jobs[JOB]
    assert job["HyperParameters"] == {"num_round": "20", "min_child_weight": "6", "subsample": "0.7", "max_depth": "4"}
    assert job["AlgorithmSpecification"]["TrainingImage"] == "811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1"
    assert job["ResourceConfig"]["InstanceType"] == "ml.c4.2xlarge"
    channels = {each["ChannelName"]: each["DataSource"]["S3DataSource"]["S3Uri"] for each in job["InputDataConfig"]}
    assert channels == {"train": f"s3://{DATA}/train/train.csv", "validation": f"s3://{DATA}/validation/validation.csv"}


def test_the_model_can_be_traced_to_its_data_and_config(bench: Workbench) -> None:
    trained(bench)
    record = bench.artifact("TrainingJob")["training-job.json"]
    assert record["data"]["train"][0] == {
        "key": "train/train.csv", "version_id": "v1", "etag": "etag-train/train.csv", "size_bytes": 10
    }  # fmt: skip
    assert record["inputArtifacts"][0]["revision"] == "rev-1"
    tags = {tag["Key"]: tag["Value"] for tag in bench.sagemaker.jobs[JOB]["Tags"]}
    assert tags["mlops:train-version"] == "v1"
    assert tags["mlops:config-TrainingConfig"] == "rev-1"
    assert tags["mlops:pipeline-execution"] == EXECUTION


def test_status_waits_for_the_training_job_and_gives_its_metrics(bench: Workbench) -> None:
    job = trained(bench)
    first = bench.call("GetStatus", look, "", {"TrainingJob": job})
    assert first["executionDetails"]["summary"] == f"Starting: {JOB}"
    bench.sagemaker.complete(JOB)
    done = bench.call("GetStatus", look, "", {"TrainingJob": job}, token=first["continuationToken"])
    assert done["outputVariables"]["TrainingJobName"] == JOB
    assert done["outputVariables"]["validation-rmse"] == "0.61"
    assert done["outputVariables"]["BillableSeconds"] == "42"
    assert "continuationToken" not in done


def test_deploy_then_status_then_smoke_test(bench: Workbench) -> None:
    endpoint = deployed(bench)
    status = bench.call("GetStatus", look, "", {"DevEndpoint": endpoint})
    assert status["outputVariables"]["EndpointName"] == ENDPOINT
    smoke = bench.call("EvaluateModel", evaluate, SMOKE, {"DevEndpoint": endpoint}, "SmokeTestReport")
    assert smoke["outputVariables"]["Rows"] == "2"
    assert float(smoke["outputVariables"]["rmse"]) == (1 / 2) ** 0.5  # 3 against 1 + 2, 8 against 3 + 4
    report = bench.artifact("SmokeTestReport")["evaluation.json"]
    assert report["regression_metrics"]["max_error"]["value"] == 1.0
    assert report["trainingJobName"] == JOB


def test_the_guides_full_test_parameters_are_refused_with_an_explanation(bench: Workbench) -> None:
    endpoint = deployed(bench)
    answer = bench.call("EvaluateModel", evaluate, FULL, {"DevEndpoint": endpoint}, "FullTestReport")
    assert answer["failureDetails"]["type"] == "ConfigurationError"
    message = answer["failureDetails"]["message"]
    assert "is not JSON" in message
    assert "the object ends here, but text follows" in message
    assert 'remove the `"}`' in message


def test_a_second_execution_updates_the_endpoint_in_place(bench: Workbench) -> None:
    deployed(bench)
    bench.execution = "8888"
    job = trained_again(bench, "8888")
    answer = bench.call("DeployModel", deploy, {"env": "Dev"}, {"TrainingJob": job}, "DevEndpoint")
    assert answer["executionDetails"]["summary"] == f"{ENDPOINT} updated: {ENDPOINT}-8888"
    assert list(bench.sagemaker.endpoints) == [ENDPOINT]
    assert bench.artifact("DevEndpoint")["endpoint.json"]["incumbentEndpointConfigName"] == f"{ENDPOINT}-{EXECUTION}"


def trained_again(bench: Workbench, execution: str) -> str:
    bench.execution = execution
    bench.call("TrainModel", train, TRAIN, {}, "TrainingJob")
    bench.sagemaker.complete(f"winequality-sde-{execution}")
    return "pipeline/TrainingJob/out"


def test_a_missed_gate_fails_only_after_the_incumbent_is_back(bench: Workbench) -> None:
    deployed(bench)
    job = trained_again(bench, "8888")
    bench.call("DeployModel", deploy, {"env": "Dev"}, {"TrainingJob": job}, "DevEndpoint")
    bench.sagemaker.settle(ENDPOINT)
    gate = {**json.loads(SMOKE), "thresholds": [{"metric": "rmse", "max": 0.5}]}
    inputs = {"DevEndpoint": "pipeline/DevEndpoint/out"}
    first = bench.call("EvaluateModel", evaluate, gate, inputs, "SmokeTestReport")
    assert first["executionDetails"]["summary"] == f"{ENDPOINT} goes back: Updating"
    bench.sagemaker.settle(ENDPOINT)
    failed = bench.call("EvaluateModel", evaluate, gate, inputs, "SmokeTestReport", token=first["continuationToken"])
    assert "rmse 0.707107 misses at most 0.5" in failed["failureDetails"]["message"]
    assert f"back on {ENDPOINT}-{EXECUTION}" in failed["failureDetails"]["message"]
    assert bench.sagemaker.endpoints[ENDPOINT]["EndpointConfigName"] == f"{ENDPOINT}-{EXECUTION}"


def test_a_missed_gate_without_incumbent_removes_the_endpoint(bench: Workbench) -> None:
    endpoint = deployed(bench)
    gate = {**json.loads(SMOKE), "thresholds": [{"metric": "rmse", "max": 0.5}]}
    first = bench.call("EvaluateModel", evaluate, gate, {"DevEndpoint": endpoint}, "SmokeTestReport")
    bench.sagemaker.settle(ENDPOINT)
    failed = bench.call("EvaluateModel", evaluate, gate, {"DevEndpoint": endpoint}, token=first["continuationToken"])
    assert "is removed" in failed["failureDetails"]["message"]
    assert bench.sagemaker.endpoints == {}
