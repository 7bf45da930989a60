"""A job that names an experiment has a trial component, which tells how the job went."""

import pytest
from botocore.exceptions import ClientError

from tests.localaws.sagemaker.training.conftest import Training


@pytest.fixture
def training(aws, job_role, data, unique) -> Training:
    return Training(aws, job_role, data, unique)


def test_a_training_jobs_component_tells_parameters_metrics_and_model(training) -> None:
    sagemaker, experiment, trial = training.sagemaker, training.unique("experiment"), training.unique("trial")
    sagemaker.create_experiment(ExperimentName=experiment)
    sagemaker.create_trial(TrialName=trial, ExperimentName=experiment)
    named = {"ExperimentName": experiment, "TrialName": trial, "TrialComponentDisplayName": "Train"}
    job = training.run({"eta": "0.5"}, ExperimentConfig=named)
    [summary] = sagemaker.list_trial_components(TrialName=trial)["TrialComponentSummaries"]
    assert summary["TrialComponentName"] == f"{job['TrainingJobName'].lower()}-aws-training-job"
    component = sagemaker.describe_trial_component(TrialComponentName=summary["TrialComponentName"])
    assert component["DisplayName"] == "Train"
    assert component["Source"] == {"SourceArn": job["TrainingJobArn"], "SourceType": "SageMakerTrainingJob"}
    assert component["Status"]["PrimaryStatus"] == "Completed"
    assert component["EndTime"] == job["TrainingEndTime"]
    assert component["Parameters"]["eta"] == {"StringValue": "0.5"}
    assert component["OutputArtifacts"]["SageMaker.ModelArtifact"]["Value"] == job["ModelArtifacts"]["S3ModelArtifacts"]
    measured = {metric["MetricName"]: metric["Last"] for metric in component["Metrics"]}
    final = {metric["MetricName"]: metric["Value"] for metric in job["FinalMetricDataList"]}
    assert measured == pytest.approx(final)


def test_a_trial_that_there_is_not_is_refused(training) -> None:
    with pytest.raises(ClientError, match=r"Trial '.*:experiment-trial/nowhere' does not exist") as refused:
        training.start(ExperimentConfig={"TrialName": "nowhere"})
    assert refused.value.response["Error"]["Code"] == "ResourceNotFound"
