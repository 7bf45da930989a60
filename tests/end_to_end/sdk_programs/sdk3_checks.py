"""SDK v3: a monitor's baseline, and check steps of quality and bias against it."""

from contextlib import suppress

import boto3
import numpy as np
import sdk3_steps as v3
from botocore.exceptions import WaiterError
from sagemaker.core.clarify import BiasConfig, DataConfig
from sagemaker.core.model_monitor import DefaultModelMonitor
from sagemaker.core.model_monitor.dataset_format import DatasetFormat
from sagemaker.mlops.workflow.check_job_config import CheckJobConfig
from sagemaker.mlops.workflow.clarify_check_step import ClarifyCheckStep, DataBiasCheckConfig
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.quality_check_step import DataQualityCheckConfig, QualityCheckStep

NAMES = ["approved", "income", "sex"]


def rows(seed: int, richer: float) -> str:
    random = np.random.default_rng(seed)
    sex, income = random.integers(0, 2, 400), random.normal(50 + richer, 10, 400).round(2)
    return "".join(f"{earned > 50:d},{earned},{of}\n" for earned, of in zip(income, sex, strict=True))


def steps(account, table: str, name: str, supplied: str | None) -> list:
    session, here = account.pipeline_session, f"s3://{account.bucket}/checks"
    job = CheckJobConfig(role=account.role, instance_type="ml.m5.large", sagemaker_session=session)
    flags = {"check_job_config": job, "skip_check": supplied is None, "register_new_baseline": supplied is None}
    quality = {
        f"supplied_baseline_{file}": f"{here}/{supplied}/quality/{file}.json" for file in ("statistics", "constraints")
    }
    bias = {"supplied_baseline_constraints": f"{here}/{supplied}/bias/analysis.json"}
    checked = DataQualityCheckConfig(
        baseline_dataset=table, dataset_format=DatasetFormat.csv(header=False), output_s3_uri=f"{here}/{name}/quality"
    )
    data = DataConfig(
        s3_data_input_path=table,
        s3_output_path=f"{here}/{name}/bias",
        s3_analysis_config_output_path=f"{here}/{name}/bias-config",
        label="approved",
        headers=NAMES,
        dataset_type="text/csv",
    )
    config = BiasConfig(label_values_or_threshold=[1], facet_name="sex", facet_values_or_threshold=[0])
    return [
        QualityCheckStep(name="Quality", quality_check_config=checked, **flags, **(quality if supplied else {})),
        ClarifyCheckStep(
            name="Bias",
            clarify_check_config=DataBiasCheckConfig(data_config=data, data_bias_config=config, methods=["CI", "DPL"]),
            **flags,
            **(bias if supplied else {}),
        ),
    ]


def main() -> None:
    account = v3.Account.of("checks-v3")
    s3 = boto3.client("s3")
    tables = {}
    for name, text in {"good": rows(1, 0), "bad": rows(2, 30)}.items():
        s3.put_object(Bucket=account.bucket, Key=f"checks/rows/{name}/rows.csv", Body=text.encode())
        tables[name] = f"s3://{account.bucket}/checks/rows/{name}/rows.csv"
    monitor = DefaultModelMonitor(role=account.role, instance_type="ml.m5.large", sagemaker_session=account.session)
    monitor.suggest_baseline(
        baseline_dataset=tables["good"],
        dataset_format=DatasetFormat.csv(header=False),
        output_s3_uri=f"s3://{account.bucket}/checks/monitor",
        wait=True,
        logs=False,
    )
    features = monitor.baseline_statistics().body_dict["features"]
    first, begun = v3.run(account, "ChecksV3First", [], steps(account, tables["good"], "first", None))
    same, _ = v3.run(account, "ChecksV3Same", [], steps(account, tables["good"], "same", "first"))
    found = drifted(account, tables["bad"])
    v3.tell(first, begun, same=same, drifted=found, features=[each["name"] for each in features])


def drifted(account, table: str) -> dict[str, str]:
    """How the steps ended: the SDK's waiter raises for an execution that has failed."""
    given = {"name": "ChecksV3Drifted", "sagemaker_session": account.pipeline_session}
    pipeline = Pipeline(steps=steps(account, table, "drifted", "first"), **given)
    pipeline.upsert(role_arn=account.role)
    execution = pipeline.start()
    with suppress(WaiterError):
        execution.wait(delay=2, max_attempts=300)
    return {each["StepName"]: each["StepStatus"] for each in execution.list_steps()}


if __name__ == "__main__":
    main()
