"""One pipeline with a step of every kind that works on data: from CSV to an endpoint that answers."""

from typing import Any

from tests.localaws.sagemaker.pipelines.conftest import Lab
from tests.localaws.sagemaker.pipelines.definitions import (
    XGBOOST,
    condition,
    fail,
    get,
    join,
    json_get,
    parameter,
    step,
    training,
)

SPLIT = """
    from pathlib import Path
    import numpy
    rows = numpy.loadtxt("/opt/ml/processing/data/train.csv", delimiter=",")
    for name, part in (("train", rows[:200]), ("test", rows[200:])):
        folder = Path(f"/opt/ml/processing/{name}")
        folder.mkdir(parents=True, exist_ok=True)
        numpy.savetxt(folder / f"{name}.csv", part, delimiter=",")
"""
EVALUATE = """
    import json, tarfile
    from pathlib import Path
    import numpy, xgboost
    with tarfile.open("/opt/ml/processing/model/model.tar.gz") as tar:
        tar.extractall("/tmp/model-under-test")
    booster = xgboost.Booster(model_file="/tmp/model-under-test/xgboost-model")
    rows = numpy.loadtxt("/opt/ml/processing/test/test.csv", delimiter=",")
    error = float(((booster.inplace_predict(rows[:, 1:]) - rows[:, 0]) ** 2).mean())
    folder = Path("/opt/ml/processing/report")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "evaluation.json").write_text(json.dumps({"metrics": {"mse": {"value": error}}}))
"""
REPORT = {"PropertyFileName": "Report", "OutputName": "report", "FilePath": "evaluation.json"}
CACHE = {"Enabled": True, "ExpireAfter": "P1D"}
EXECUTION = get("Execution.PipelineExecutionId")


def definition(lab: Lab) -> list[dict[str, Any]]:
    def place(*parts: Any) -> dict[str, Any]:
        return join("/", "s3:/", lab.bucket, "runs", EXECUTION, *parts)

    split = lab.script(
        "Split",
        SPLIT,
        {
            "ProcessingInputs": [lab.source("data", get("Parameters.Data"))],
            "ProcessingOutputConfig": {
                "Outputs": [lab.output("train", place("train")), lab.output("test", place("test"))]
            },
        },
        CacheConfig=CACHE,
    )
    channel = {
        "ChannelName": "train",
        "ContentType": "text/csv",
        "DataSource": {
            "S3DataSource": {
                "S3DataType": "S3Prefix",
                "S3Uri": get("Steps.Split.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri"),
            }
        },
    }
    train = training(
        "Train",
        {
            "RoleArn": lab.role,
            "InputDataConfig": [channel],
            "HyperParameters": {"num_round": join("", get("Parameters.Rounds")), "objective": "reg:squarederror"},
            "OutputDataConfig": {"S3OutputPath": f"s3://{lab.bucket}/models"},
        },
        CacheConfig=CACHE,
    )
    model_url = get("Steps.Train.ModelArtifacts.S3ModelArtifacts")
    evaluate = lab.script(
        "Evaluate",
        EVALUATE,
        {
            "ProcessingInputs": [
                lab.source("model", model_url),
                lab.source("test", get("Steps.Split.ProcessingOutputConfig.Outputs['test'].S3Output.S3Uri")),
            ],
            "ProcessingOutputConfig": {"Outputs": [lab.output("report", place("report"))]},
        },
        PropertyFiles=[REPORT],
        CacheConfig=CACHE,
    )
    good = {
        "Type": "LessThanOrEqualTo",
        "LeftValue": json_get("Evaluate", "Report", "metrics.mse.value"),
        "RightValue": get("Parameters.Threshold"),
    }
    check = condition(
        "Check",
        [good],
        deploying(lab, model_url, place),
        [fail("TooBad", join(" ", "mse above", get("Parameters.Threshold")))],
    )
    return [split, train, evaluate, check]


def deploying(lab: Lab, model_url: Any, place: Any) -> list[dict[str, Any]]:
    container = {"Image": XGBOOST, "ModelDataUrl": model_url}
    package = {
        "ModelPackageGroupName": get("Parameters.Group"),
        "ModelApprovalStatus": "Approved",
        "ModelMetrics": {"Bias": {}, "Explainability": {}},
        "InferenceSpecification": {
            "Containers": [container],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    }
    model = {"PrimaryContainer": {**container, "Environment": {}}, "ExecutionRoleArn": lab.role}
    features = {
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{lab.bucket}/features/"}},
        "ContentType": "text/csv",
        "SplitType": "Line",
    }
    scoring = {
        "ModelName": get("Steps.Model.ModelName"),
        "TransformInput": features,
        "TransformOutput": {"S3OutputPath": place("scores"), "AssembleWith": "Line"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": get("Steps.Model.ModelName"),
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    serving = {"EndpointName": get("Parameters.Endpoint"), "EndpointConfigName": get("Steps.Config.EndpointConfigName")}
    return [
        step("Register", "RegisterModel", package),
        step("Model", "Model", model),
        step("Score", "Transform", scoring),
        step("Config", "EndpointConfig", {"ProductionVariants": [variant]}),
        step("Serve", "Endpoint", serving),
    ]


def test_from_data_to_an_endpoint_and_again_to_its_update(lab, aws, unique) -> None:
    aws.client("s3").put_object(Bucket=lab.bucket, Key="features/rows.csv", Body=b"0.1,0.2,0.3,0.4\n0.5,0.5,0.5,0.5\n")
    endpoint, group = unique("served"), unique("group")
    name = lab.create(
        *definition(lab),
        parameters=[
            parameter("Data", default=f"s3://{lab.bucket}/train/"),
            parameter("Rounds", "Integer", 10),
            parameter("Threshold", "Float", 5.0),
            parameter("Endpoint", default=endpoint),
            parameter("Group", default=group),
        ],
        Tags=[{"Key": "team", "Value": "trees"}],
    )
    first = lab.run(name)
    steps = lab.steps(first["PipelineExecutionArn"])
    assert first["PipelineExecutionStatus"] == "Succeeded", steps
    assert list(steps)[:4] == ["Split", "Train", "Evaluate", "Check"]
    assert steps["Check"]["Metadata"] == {"Condition": {"Outcome": "True"}}
    check_results(lab, aws, endpoint, group, steps)
    try:
        again = lab.run(name, {"Rounds": "3"})
        assert again["PipelineExecutionStatus"] == "Succeeded", lab.steps(again["PipelineExecutionArn"])
        config = lab.sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
        made = lab.step(again["PipelineExecutionArn"], "Config")["Metadata"]["EndpointConfig"]["Arn"]
        assert made.endswith(config.lower())
        assert reused(lab, again) == {"Split": first["PipelineExecutionArn"]}
        bad = lab.run(name, {"Threshold": "0.0"})
        failed = lab.step(bad["PipelineExecutionArn"], "TooBad")
        assert (bad["PipelineExecutionStatus"], failed["FailureReason"]) == ("Failed", "mse above 0.0")
        assert "Serve" not in lab.steps(bad["PipelineExecutionArn"])
        assert reused(lab, bad) == dict.fromkeys(("Split", "Train", "Evaluate"), first["PipelineExecutionArn"])
    finally:
        lab.sagemaker.delete_endpoint(EndpointName=endpoint)


def reused(lab: Lab, execution: dict[str, Any]) -> dict[str, str]:
    """The execution from which each reused step's results are."""
    steps = lab.steps(execution["PipelineExecutionArn"])
    hits = {name: found["CacheHitResult"] for name, found in steps.items() if "CacheHitResult" in found}
    return {name: hit["SourcePipelineExecutionArn"] for name, hit in hits.items()}


def check_results(lab: Lab, aws: Any, endpoint: str, group: str, steps: dict[str, Any]) -> None:
    sagemaker = lab.sagemaker
    job = steps["Train"]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    assert job.startswith("pipelines-")
    described = sagemaker.describe_training_job(TrainingJobName=job)
    assert described["HyperParameters"]["num_round"] == "10"
    assert sagemaker.list_tags(ResourceArn=described["TrainingJobArn"])["Tags"] == [{"Key": "team", "Value": "trees"}]
    packages = sagemaker.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
    assert [each["ModelPackageArn"] for each in packages] == [steps["Register"]["Metadata"]["RegisterModel"]["Arn"]]
    answer = aws.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint, ContentType="text/csv", Body=b"0.5,0.5,0.5,0.5"
    )
    assert 0 < float(answer["Body"].read()) < 10
    scoring = steps["Score"]["Metadata"]["TransformJob"]["Arn"].rpartition("/")[2]
    place = sagemaker.describe_transform_job(TransformJobName=scoring)["TransformOutput"]["S3OutputPath"]
    key = f"{place.split('/', 3)[3]}/rows.csv.out"
    assert len(aws.client("s3").get_object(Bucket=lab.bucket, Key=key)["Body"].read().splitlines()) == 2
