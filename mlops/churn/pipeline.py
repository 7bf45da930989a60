"""Which customers leave? Process, train, evaluate; a model that is good enough waits for approval in the registry."""

from pathlib import Path

from pipelines import building
from pipelines.building import Places

HERE = Path(__file__).parent


def get_pipeline(
    role,
    default_bucket,
    image_uri,
    pipeline_name="ChurnPipeline",
    model_package_group_name="ChurnPackageGroup",
    base_job_prefix="Churn",
    input_data_url=None,
    **_others,
):
    """The pipeline. ``role`` is that of the jobs, ``image_uri`` SageMaker's XGBoost in this region.

    ``base_job_prefix`` is where in the bucket its files lie; ``input_data_url`` names a table that is not in this
    repository.
    """
    places = Places(default_bucket, base_job_prefix, image_uri, role)
    data = input_data_url or places.file(building.table())
    parameters = [
        building.parameter("InputDataUrl", "String", data),
        building.parameter("Rounds", "Integer", 50),
        building.parameter("SmallestAccuracy", "Float", 0.8),
        building.parameter("ModelApprovalStatus", "String", "PendingManualApproval"),
    ]
    processed = building.processing(
        "Process",
        places,
        HERE / "preprocess.py",
        {"input": {"Get": "Parameters.InputDataUrl"}},
        ("train", "validation", "test"),
    )
    channels = {name: building.output("Process", name) for name in ("train", "validation")}
    trained = building.training("Train", places, channels, hyperparameters())
    inputs = {
        "model": {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"},
        "test": building.output("Process", "test"),
    }
    evaluated = building.processing(
        "Evaluate", places, HERE / "evaluate.py", inputs, ("evaluation",), report="evaluation"
    )
    properties = {
        "CommitId": building.commit(),
        "InputDataUrl": {"Get": "Parameters.InputDataUrl"},
        "TestDataUrl": building.joined("/", building.output("Process", "test"), "test.csv"),
        "TrainingJobName": {"Get": "Steps.Train.TrainingJobName"},
        "PipelineExecutionArn": {"Get": "Execution.PipelineExecutionArn"},
    }
    registered = building.registration("Register", places, model_package_group_name, "Train", "Evaluate", properties)
    checked = building.gate(
        "CheckAccuracy",
        "Evaluate",
        "binary_classification_metrics.accuracy.value",
        "GreaterThanOrEqualTo",
        "SmallestAccuracy",
        [registered],
        "the accuracy on the test set is below",
    )
    steps = [processed, trained, evaluated, checked]
    return building.Pipeline(pipeline_name, default_bucket, parameters, steps, places.files)


def hyperparameters():
    """Those of the training; the API takes texts."""
    return {
        "objective": "binary:logistic",
        "num_round": building.joined("", {"Get": "Parameters.Rounds"}),
        "max_depth": "5",
        "eta": "0.2",
        "gamma": "1",
        "min_child_weight": "3",
        "subsample": "0.8",
        "seed": "1",
    }
