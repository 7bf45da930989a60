"""What went wrong in well-known pipelines of this kind, each held here by a test of its own."""

import json
import logging
from dataclasses import replace
from typing import Any

import pytest

import deploy_model
import evaluate_model
import get_status
import train_model
from deploy_model import deploy
from evaluate_model import evaluate
from get_status import look
from pipeline_job import action
from pipeline_job.job import PipelineJob
from pipeline_job.reporting import InProgress, Reporter
from tests.lambdas.aws_fakes import CodePipeline, error
from tests.lambdas.conftest import EXECUTION, Workbench, event
from tests.lambdas.test_workshop import (
    DATA,
    ENDPOINT,
    FULL,
    JOB,
    SMOKE,
    TRAIN,
    deployed,
    trained,
    trained_again,
    with_data,
)
from train_model import train

ENDPOINT_STATUSES = [
    "Creating", "Updating", "SystemUpdating", "RollingBack", "InService", "Deleting", "Failed", "OutOfService",
    "UpdateRollbackFailed",
]  # fmt: skip
TRAINING_STATUSES = ["InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting"]


def failure(answer: dict[str, Any]) -> str:
    assert "failureDetails" in answer, answer
    return answer["failureDetails"]["message"]


def test_a_failed_deploy_is_reported_as_failure(bench: Workbench) -> None:
    job = trained(bench)
    bench.sagemaker.complete(JOB)

    def refuse(**_request: Any) -> None:
        raise error("ResourceLimitExceeded", "The account-level service limit is 0 Instances", "CreateEndpoint")

    bench.sagemaker.create_endpoint = refuse  # type: ignore[assignment,method-assign]
    answer = bench.call("DeployModel", deploy, {"env": "Dev"}, {"TrainingJob": job}, "DevEndpoint")
    assert "service limit is 0 Instances (ResourceLimitExceeded)" in failure(answer)
    assert "quota" in failure(answer)


@pytest.mark.parametrize("status", ENDPOINT_STATUSES)
def test_every_endpoint_status_is_answered(bench: Workbench, status: str) -> None:
    endpoint = deployed(bench)
    bench.sagemaker.endpoints[ENDPOINT] |= {"EndpointStatus": status, "FailureReason": "no capacity"}
    answer = bench.call("GetStatus", look, "", {"DevEndpoint": endpoint})
    if status == "InService":
        assert answer["outputVariables"]["EndpointStatus"] == "InService"
    elif status in ("Creating", "Updating", "SystemUpdating", "RollingBack"):
        assert answer["continuationToken"]
    else:
        assert "no capacity" in failure(answer)
        assert status in failure(answer)


def test_the_endpoint_statuses_are_those_of_the_service_model(bench: Workbench) -> None:
    from tests.lambdas.aws_fakes import service_model

    assert set(service_model("sagemaker").shape_for("EndpointStatus").enum) == set(ENDPOINT_STATUSES)
    assert set(service_model("sagemaker").shape_for("TrainingJobStatus").enum) == set(TRAINING_STATUSES)


@pytest.mark.parametrize("status", TRAINING_STATUSES)
def test_every_training_status_is_answered(bench: Workbench, status: str) -> None:
    job = trained(bench)
    bench.sagemaker.complete(
        JOB, TrainingJobStatus=status, SecondaryStatus=status, FailureReason="AlgorithmError: bad label"
    )
    answer = bench.call("GetStatus", look, "", {"TrainingJob": job})
    if status == "Completed":
        assert answer["outputVariables"]["ModelDataUrl"].endswith("model.tar.gz")
    elif status in ("InProgress", "Stopping"):
        assert answer["continuationToken"]
    else:
        assert JOB in failure(answer)
        assert ("bad label" in failure(answer)) == (status == "Failed")


def test_a_rolled_back_update_is_a_failure_though_the_endpoint_is_in_service(bench: Workbench) -> None:
    deployed(bench)
    job = trained_again(bench, "8888")
    bench.call("DeployModel", deploy, {"env": "Dev"}, {"TrainingJob": job}, "DevEndpoint")
    bench.sagemaker.endpoints[ENDPOINT] |= {"EndpointStatus": "InService", "FailureReason": "alarm 5xx went off"}
    answer = bench.call("GetStatus", look, "", {"DevEndpoint": "pipeline/DevEndpoint/out"})
    assert "rolled back: alarm 5xx went off" in failure(answer)


def test_waiting_ends_at_a_deadline(bench: Workbench) -> None:
    job = trained(bench)
    parameters = {"deadline-minutes": 30}
    token = bench.call("GetStatus", look, parameters, {"TrainingJob": job})["continuationToken"]
    bench.clock += 29 * 60
    token = bench.call("GetStatus", look, parameters, {"TrainingJob": job}, token=token)["continuationToken"]
    bench.clock += 60
    assert "30 minutes" in failure(bench.call("GetStatus", look, parameters, {"TrainingJob": job}, token=token))


def test_credentials_are_neither_logged_nor_written(bench: Workbench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    endpoint = deployed(bench)
    bench.call("EvaluateModel", evaluate, SMOKE, {"DevEndpoint": endpoint}, "SmokeTestReport")
    bench.call("EvaluateModel", evaluate, FULL, {"DevEndpoint": endpoint}, "FullTestReport")
    parsed = PipelineJob.from_event(event("{}", {}, None, None))
    seen = (
        caplog.text
        + repr(parsed)
        + json.dumps([bench.artifact(each) for each in ("TrainingJob", "DevEndpoint", "SmokeTestReport")])
    )
    for secret in ("AKIASECRET", "topsecret", "tokensecret"):
        assert secret not in seen


def test_labels_are_compared_as_numbers_and_a_missed_bound_fails(bench: Workbench) -> None:
    endpoint = deployed(bench)
    bench.s3.put_object(DATA, "test.csv", b"1,0.9\n0,0.8\n0.0,0.1\n1.0,0.2\n")
    parameters = {"env": "Dev", "s3bucket": DATA, "s3key": "test.csv", "problem-type": "binary", "cutoff": 0.85}
    answer = bench.call("EvaluateModel", evaluate, parameters, {"DevEndpoint": endpoint})
    assert {name: answer["outputVariables"][name] for name in ("accuracy", "precision", "recall")} == {
        "accuracy": "0.75", "precision": "1.0", "recall": "0.5"
    }  # fmt: skip
    missed = {**parameters, "thresholds": [{"metric": "recall", "min": 0.9}], "rollback": False}
    assert "recall 0.5 misses at least 0.9" in failure(
        bench.call("EvaluateModel", evaluate, missed, {"DevEndpoint": endpoint})
    )


def test_an_unknown_environment_is_answered(bench: Workbench) -> None:
    endpoint = deployed(bench)
    answer = bench.call("EvaluateModel", evaluate, {**json.loads(SMOKE), "env": "Prod"}, {"DevEndpoint": endpoint})
    assert "'env' is 'Prod', but the input artifact is of environment 'Dev'" in failure(answer)


def test_a_defect_of_the_function_itself_is_answered(bench: Workbench) -> None:
    def broken(_action: Any) -> InProgress:
        raise KeyError("undefined_name")

    answer = bench.call("TrainModel", broken, "{}")
    assert "KeyError: 'undefined_name'" in failure(answer)
    assert "/aws/lambda/f stream" in failure(answer)


def test_a_function_about_to_be_cut_off_is_answered() -> None:
    codepipeline = CodePipeline()
    import threading

    told = threading.Event()
    recorded = codepipeline.put_job_failure_result

    def record(**answer: Any) -> None:
        recorded(**answer)
        told.set()

    codepipeline.put_job_failure_result = record  # type: ignore[method-assign]

    def hang() -> InProgress:
        assert told.wait(60)
        return InProgress("t", "too late")

    Reporter("job", lambda: codepipeline).report(hang, lambda: 0.1, "log")
    assert "time is nearly over" in codepipeline.failures[0]["failureDetails"]["message"]
    assert codepipeline.successes == []


def test_rows_travel_together_not_one_a_call(bench: Workbench) -> None:
    endpoint = deployed(bench)
    bench.s3.put_object(DATA, "validation/validation.csv", b"3,1,2\n" * 10_000)
    answer = bench.call("EvaluateModel", evaluate, SMOKE, {"DevEndpoint": endpoint})
    assert answer["outputVariables"]["Rows"] == "10000"
    assert len(bench.runtime.bodies) == 1


def test_every_hyperparameter_arrives_as_a_string(bench: Workbench) -> None:
    with_data(bench)
    given = {**json.loads(TRAIN), "hp-silent": 0, "hp-eta": 0.3, "hp-max-depth": 6.0, "hp-seed": "7"}
    bench.call("TrainModel", train, given, {}, "TrainingJob")
    hyperparameters = bench.sagemaker.jobs[JOB]["HyperParameters"]
    assert hyperparameters == {
        "num_round": "20", "min_child_weight": "6", "subsample": "0.7", "silent": "0", "eta": "0.3", "max_depth": "6",
        "seed": "7",
    }  # fmt: skip


def test_the_training_config_of_the_source_revision_is_used(bench: Workbench) -> None:
    with_data(bench)
    config = bench.put_artifact("TrainingConfig", winequality={"TrainModel": {"hp-max-depth": 9}})
    bench.call("TrainModel", train, TRAIN, {"TrainingConfig": config}, "TrainingJob")
    assert bench.sagemaker.jobs[JOB]["HyperParameters"]["max_depth"] == "9"


def test_a_mistake_in_the_training_config_is_refused(bench: Workbench) -> None:
    with_data(bench)
    config = bench.put_artifact("TrainingConfig", winequality={"TrainModel": {"hp-max-dept": 9}})
    answer = bench.call("TrainModel", train, TRAIN, {"TrainingConfig": config}, "TrainingJob")
    assert "winequality.json, section TrainModel" in failure(answer)
    assert "did you mean 'hp-max-depth'?" in failure(answer)


@pytest.mark.parametrize("environment", ["Dev", "Test", "Prod"])
def test_a_model_is_made_for_every_environment(bench: Workbench, environment: str) -> None:
    job = trained(bench)
    bench.sagemaker.complete(JOB)
    bench.call("DeployModel", deploy, {"env": environment}, {"TrainingJob": job}, "Out")
    assert list(bench.sagemaker.models) == [f"winequality-sde-{environment}-{EXECUTION}"]


def test_ten_executions_leave_one_endpoint_and_the_last_configs(bench: Workbench) -> None:
    deployed(bench)
    for number in range(10):
        job = trained_again(bench, f"e{number}")
        answer = bench.call(
            "DeployModel", deploy, {"env": "Dev", "keep-versions": 3}, {"TrainingJob": job}, "DevEndpoint"
        )
        assert "outputVariables" in answer
        bench.sagemaker.settle(ENDPOINT)
    assert list(bench.sagemaker.endpoints) == [ENDPOINT]
    assert list(bench.sagemaker.configs) == [f"{ENDPOINT}-e7", f"{ENDPOINT}-e8", f"{ENDPOINT}-e9"]
    assert list(bench.sagemaker.models) == list(bench.sagemaker.configs)


def test_calling_each_function_twice_changes_nothing(bench: Workbench) -> None:
    deployed(bench)
    job = "pipeline/TrainingJob/out"
    first = bench.call("DeployModel", deploy, {"env": "Dev"}, {"TrainingJob": job}, "DevEndpoint")
    second = bench.call("DeployModel", deploy, {"env": "Dev"}, {"TrainingJob": job}, "DevEndpoint")
    assert first["outputVariables"] == second["outputVariables"]
    assert len(bench.checked["sagemaker"].called("create_endpoint")) == 1
    assert not bench.checked["sagemaker"].called("update_endpoint")
    assert len(bench.sagemaker.configs) == len(bench.sagemaker.models) == 1


def test_training_twice_with_the_same_job_is_one_training_job(bench: Workbench) -> None:
    trained(bench)
    trained(bench)
    assert list(bench.sagemaker.jobs) == [JOB]


def test_a_retry_after_a_failed_training_job_starts_another(bench: Workbench) -> None:
    trained(bench)
    bench.sagemaker.jobs[JOB]["TrainingJobStatus"] = "Failed"
    trained(bench)
    assert list(bench.sagemaker.jobs) == [JOB, f"{JOB}-2"]


def test_the_image_is_the_stacks_own_region_and_newest_version(bench: Workbench) -> None:
    with_data(bench)
    given = {key: value for key, value in json.loads(TRAIN).items() if key != "container-path"}
    bench.call("TrainModel", train, given, {}, "TrainingJob")
    assert bench.sagemaker.jobs[JOB]["AlgorithmSpecification"]["TrainingImage"] == bench.environment["ALGORITHM_IMAGE"]


@pytest.mark.parametrize(
    ("image", "objective"), [("xgboost:1", "reg:linear"), ("sagemaker-xgboost:3.2-0", "reg:squarederror")]
)
def test_the_guides_first_image_is_told_the_objective_by_the_name_it_knows(
    bench: Workbench, image: str, objective: str
) -> None:
    with_data(bench)
    registry = "811284229777.dkr.ecr.us-east-1.amazonaws.com"
    given = {**json.loads(TRAIN), "container-path": f"{registry}/{image}", "hp-objective": "reg:squarederror"}
    bench.call("TrainModel", train, given, {}, "TrainingJob")
    assert bench.sagemaker.jobs[JOB]["HyperParameters"]["objective"] == objective


def test_every_declared_output_artifact_is_written(bench: Workbench) -> None:
    endpoint = deployed(bench)
    bench.call("EvaluateModel", evaluate, SMOKE, {"DevEndpoint": endpoint}, "SmokeTestReport")
    assert {name: list(bench.artifact(name)) for name in ("TrainingJob", "DevEndpoint", "SmokeTestReport")} == {
        "TrainingJob": ["training-job.json"],
        "DevEndpoint": ["endpoint.json"],
        "SmokeTestReport": ["evaluation.json"],
    }


def test_missing_data_is_said_before_the_job_starts(bench: Workbench) -> None:
    bench.execution = EXECUTION
    answer = bench.call("TrainModel", train, TRAIN, {}, "TrainingJob")
    assert f"there is no data at s3://{DATA}/train/train.csv" in failure(answer)
    assert answer["failureDetails"]["type"] == "ConfigurationError"


def test_a_denied_call_is_a_permission_error_in_awss_words(bench: Workbench) -> None:
    with_data(bench)

    def deny(**_request: Any) -> None:
        raise error(
            "AccessDeniedException", "User: x is not authorized to perform: sagemaker:AddTags", "CreateTrainingJob"
        )

    bench.sagemaker.create_training_job = deny  # type: ignore[assignment,method-assign]
    answer = bench.call("TrainModel", train, TRAIN, {}, "TrainingJob")
    assert answer["failureDetails"]["type"] == "PermissionError"
    assert "sagemaker:AddTags" in failure(answer)


def test_throttling_is_looked_at_again(bench: Workbench) -> None:
    job = trained(bench)

    def throttle(**_request: Any) -> None:
        raise error("ThrottlingException", "Rate exceeded", "DescribeTrainingJob")

    bench.sagemaker.describe_training_job = throttle  # type: ignore[assignment,method-assign]
    answer = bench.call("GetStatus", look, "", {"TrainingJob": job})
    assert "Rate exceeded" in answer["executionDetails"]["summary"]
    assert answer["continuationToken"]


def test_without_an_execution_id_the_name_comes_from_the_artifact(bench: Workbench) -> None:
    with_data(bench)
    bench.execution = None
    config = bench.put_artifact("TrainingConfig", winequality={})
    for _ in range(2):
        bench.call("TrainModel", train, TRAIN, {"TrainingConfig": config}, "TrainingJob")
    assert len(bench.sagemaker.jobs) == 1


@pytest.mark.parametrize("module", [train_model, get_status, deploy_model, evaluate_model])
def test_an_event_of_somebody_else_is_an_error_not_a_silence(module: Any) -> None:
    with pytest.raises(ValueError, match="CodePipeline"):
        module.lambda_handler({"Records": []}, None)


def test_a_job_that_was_answered_already_is_left_alone(bench: Workbench) -> None:
    def refuse(**_answer: Any) -> None:
        raise error("InvalidJobStateException", "Invalid state for job", "PutJobSuccessResult")

    bench.codepipeline.put_job_success_result = refuse  # type: ignore[method-assign]
    Reporter("job", lambda: bench.codepipeline).report(lambda: InProgress("t", "s"), lambda: 10, "log")
    assert bench.codepipeline.failures == []


def test_an_answer_that_codepipeline_refuses_becomes_a_failure(bench: Workbench) -> None:
    def refuse(**_answer: Any) -> None:
        raise error("ValidationException", "outputVariables too long", "PutJobSuccessResult")

    bench.codepipeline.put_job_success_result = refuse  # type: ignore[method-assign]
    Reporter("job", lambda: bench.codepipeline).report(lambda: InProgress("t", "s"), lambda: 10, "log")
    assert "outputVariables too long" in bench.codepipeline.failures[0]["failureDetails"]["message"]


def test_artifacts_are_encrypted_with_the_pipelines_key(bench: Workbench) -> None:
    with_data(bench)
    job = replace(PipelineJob.from_event(event(TRAIN, {}, "TrainingJob", None)), encryption_key="arn:key")
    made = action.Action("TrainModel", job, bench, lambda: 60.0, bench.environment)  # type: ignore[arg-type]
    train(made)
    written = [each for each in bench.checked["s3"].called("put_object") if each["Bucket"] == "artifacts"]
    assert (written[-1]["ServerSideEncryption"], written[-1]["SSEKMSKeyId"]) == ("aws:kms", "arn:key")
