"""Monitors, Clarify and check steps of the SDK's second line: baselines, drift, bias and SHAP values, as its guides
write them."""

import json
import sys

import boto3
import numpy as np
import sagemaker
from botocore.exceptions import WaiterError
from sagemaker import clarify, image_uris
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.model_monitor import DefaultModelMonitor, ModelQualityMonitor
from sagemaker.model_monitor.dataset_format import DatasetFormat
from sagemaker.workflow.check_job_config import CheckJobConfig
from sagemaker.workflow.clarify_check_step import ClarifyCheckStep, DataBiasCheckConfig, ModelExplainabilityCheckConfig
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.quality_check_step import DataQualityCheckConfig, QualityCheckStep

role = sagemaker.get_execution_role()
session, plain = PipelineSession(), sagemaker.Session()
bucket, s3 = plain.default_bucket(), boto3.client("s3")
NAMES = ["approved", "age", "income", "sex"]


def put(key: str, text: str) -> str:
    s3.put_object(Bucket=bucket, Key=f"checks/{key}", Body=text.encode())
    return f"s3://{bucket}/checks/{key}"


def rows(seed: int, richer: float = 0.0) -> np.ndarray:
    random = np.random.default_rng(seed)
    age, sex = random.integers(20, 70, 400), random.integers(0, 2, 400)
    income = random.normal(50 + richer, 10, 400).round(2)
    return np.column_stack([income + 5 * sex + random.normal(0, 2, 400) > 52 + richer, age, income, sex]).astype(float)


def csv(table: np.ndarray, header: bool) -> str:
    lines = [",".join(f"{cell:g}" for cell in row) for row in table]
    return "\n".join([*([",".join(NAMES)] if header else []), *lines, ""])


with_header = put("rows/rows.csv", csv(rows(1), header=True))
bare = put("bare/rows.csv", csv(rows(1), header=False))

estimator = Estimator(
    image_uris.retrieve("xgboost", plain.boto_region_name, version="1.7-1"),
    role,
    instance_count=1,
    instance_type="ml.m5.large",
    output_path=f"s3://{bucket}/checks/models",
    hyperparameters={"objective": "binary:logistic", "num_round": 10, "max_depth": 3},
    sagemaker_session=plain,
)
estimator.fit({"train": TrainingInput(bare, content_type="text/csv")}, logs="None")
model = estimator.create_model()
model.name = "checked"
model.create(instance_type="ml.m5.large")

# --- monitors ---------------------------------------------------------------------------------------------------------
shape = {"role": role, "instance_count": 1, "instance_type": "ml.m5.large", "sagemaker_session": plain}
monitor = DefaultModelMonitor(**shape)
monitor.suggest_baseline(
    baseline_dataset=with_header,
    dataset_format=DatasetFormat.csv(header=True),
    output_s3_uri=f"s3://{bucket}/checks/data-baseline",
    wait=True,
    logs=False,
)
statistics = {feature["name"]: feature for feature in monitor.baseline_statistics().body_dict["features"]}
scored = put("scored/rows.csv", "label,score\n" + "".join(f"{row[0]:g},{0.9 if row[0] else 0.2}\n" for row in rows(2)))
quality = ModelQualityMonitor(**shape)
quality.suggest_baseline(
    baseline_dataset=scored,
    dataset_format=DatasetFormat.csv(header=True),
    output_s3_uri=f"s3://{bucket}/checks/model-baseline",
    problem_type="BinaryClassification",
    probability_attribute="score",
    ground_truth_attribute="label",
    wait=True,
    logs=False,
)
metrics = quality.baseline_statistics().body_dict["binary_classification_metrics"]

# --- Clarify ----------------------------------------------------------------------------------------------------------
processor = clarify.SageMakerClarifyProcessor(**shape)
data = clarify.DataConfig(
    s3_data_input_path=bare,
    s3_output_path=f"s3://{bucket}/checks/clarify",
    label="approved",
    headers=NAMES,
    dataset_type="text/csv",
)
bias = clarify.BiasConfig(label_values_or_threshold=[1], facet_name="sex", facet_values_or_threshold=[0])
config = clarify.ModelConfig(
    model_name="checked", instance_type="ml.m5.large", instance_count=1, content_type="text/csv", accept_type="text/csv"
)
shap = clarify.SHAPConfig(baseline=[[40, 50, 0]], num_samples=20, agg_method="mean_abs", save_local_shap_values=True)
processor.run_bias(
    data, bias, config, clarify.ModelPredictedLabelConfig(probability_threshold=0.5), wait=True, logs=False
)
analysed = json.loads(s3.get_object(Bucket=bucket, Key="checks/clarify/analysis.json")["Body"].read())
processor.run_explainability(data, config, shap, wait=True, logs=False)
explained = json.loads(s3.get_object(Bucket=bucket, Key="checks/clarify/analysis.json")["Body"].read())

# --- check steps ------------------------------------------------------------------------------------------------------
job = CheckJobConfig(role=role, instance_count=1, instance_type="ml.m5.large", sagemaker_session=session)


def check_steps(name: str, table: str, supplied: bool) -> list:
    def given(check: str, *files: str) -> dict:
        place = f"s3://{bucket}/checks/first/{check}"
        return {f"supplied_baseline_{file}": f"{place}/{file}.json" for file in files} if supplied else {}

    explain = {"supplied_baseline_constraints": f"s3://{bucket}/checks/first/shap/analysis.json"} if supplied else {}
    biased = {"supplied_baseline_constraints": f"s3://{bucket}/checks/first/bias/analysis.json"} if supplied else {}
    flags = {"skip_check": not supplied, "register_new_baseline": not supplied, "check_job_config": job}

    def where(check: str) -> clarify.DataConfig:
        return clarify.DataConfig(
            s3_data_input_path=table,
            s3_output_path=f"s3://{bucket}/checks/{name}/{check}",
            s3_analysis_config_output_path=f"s3://{bucket}/checks/{name}/{check}-config",
            label="approved",
            headers=NAMES,
            dataset_type="text/csv",
        )

    return [
        QualityCheckStep(
            name="Quality",
            quality_check_config=DataQualityCheckConfig(
                baseline_dataset=table,
                dataset_format=DatasetFormat.csv(header=False),
                output_s3_uri=f"s3://{bucket}/checks/{name}/quality",
            ),
            **flags,
            **given("quality", "statistics", "constraints"),
        ),
        ClarifyCheckStep(
            name="Bias",
            clarify_check_config=DataBiasCheckConfig(
                data_config=where("bias"), data_bias_config=bias, methods=["CI", "DPL"]
            ),
            **flags,
            **biased,
        ),
        ClarifyCheckStep(
            name="Explain",
            clarify_check_config=ModelExplainabilityCheckConfig(
                data_config=where("shap"), model_config=config, explainability_config=shap
            ),
            **flags,
            **explain,
        ),
    ]


def run(name: str, table: str, supplied: bool) -> dict:
    pipeline = Pipeline(name=f"checks-{name}", steps=check_steps(name, table, supplied), sagemaker_session=session)
    pipeline.upsert(role_arn=role)
    execution = pipeline.start()
    try:
        execution.wait(delay=5, max_attempts=60)
    except WaiterError as error:  # of an execution that has failed
        print(error, file=sys.stderr)
    return {each["StepName"]: each for each in execution.list_steps()}


first = run("first", bare, supplied=False)
same = run("same", bare, supplied=True)
drifted = run("drifted", put("drifted/rows.csv", csv(rows(3, richer=30), header=False)), supplied=True)
print(
    json.dumps(
        {
            "mean": statistics["income"]["numerical_statistics"]["mean"],
            "exact": float(rows(1)[:, 2].mean()),
            "recall": metrics["recall"]["value"],
            "bias": sorted(analysed),
            "shap": explained["explanations"]["kernel_shap"]["label0"]["global_shap_values"],
            "first": {name: each["StepStatus"] for name, each in first.items()},
            "same": {name: each["StepStatus"] for name, each in same.items()},
            "drifted": {name: each["StepStatus"] for name, each in drifted.items()},
            "report": drifted["Quality"]["Metadata"]["QualityCheck"].get("ViolationReport"),
            "reasons": {name: each.get("FailureReason") for name, each in {**first, **same}.items()},
        }
    )
)
