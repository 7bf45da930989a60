"""Hyperparameter tuning with SDK v3: the built-in algorithm and a script, the best job, the analytics frame, warm start
and stop."""

import json

import boto3
import numpy as np
import wine_steps
from sagemaker.core import image_uris
from sagemaker.core.helper.session_helper import Session, get_execution_role
from sagemaker.core.parameter import ContinuousParameter, IntegerParameter
from sagemaker.core.shapes import (
    HyperParameterTuningJobWarmStartConfig,
    OutputDataConfig,
    ParentHyperParameterTuningJob,
    StoppingCondition,
)
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, SourceCode
from sagemaker.train.tuner import HyperparameterTuner


def trainer(session, role, image, **more):
    return ModelTrainer(
        training_image=image,
        compute=Compute(instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=10),
        stopping_condition=StoppingCondition(max_runtime_in_seconds=600),
        role=role,
        sagemaker_session=session,
        output_data_config=OutputDataConfig(s3_output_path=f"s3://{session.default_bucket()}/v3/tuned"),
        **more,
    )


def builtin(session, role, rounds=10, **more):
    image = image_uris.retrieve("xgboost", session.boto_region_name, version="1.7-1")
    values = {"num_round": rounds, "objective": "reg:squarederror"}
    return HyperparameterTuner(
        trainer(session, role, image, hyperparameters=values),
        "validation:rmse",
        {"eta": ContinuousParameter(0.05, 0.5), "max_depth": IntegerParameter(2, 6)},
        objective_type="Minimize",
        max_jobs=3,
        max_parallel_jobs=2,
        random_seed=3,
        **more,
    )


def scripted(session, role):
    """A script whose drivers come as channels, and whose log tells the objective."""
    with open("source/train.py", "a") as file:
        file.write('print("mean=%f" % abs(mean - degree), flush=True)\n')
    made = trainer(
        session,
        role,
        image_uris.retrieve("sklearn", session.boto_region_name, version="1.2-1"),
        source_code=SourceCode(source_dir="source", entry_script="train.py"),
        hyperparameters={"degree": 3},
    )
    return HyperparameterTuner(
        made,
        "mean",
        {"degree": IntegerParameter(1, 3)},
        metric_definitions=[{"Name": "mean", "Regex": "mean=([0-9.]+)"}],
        strategy="Random",
        objective_type="Minimize",
        max_jobs=2,
    )


def inputs_in(session):
    bucket, s3 = session.default_bucket(), boto3.client("s3")
    rows = np.loadtxt("rows.csv", delimiter=",")
    for name, part in (("train", rows[:180]), ("validation", rows[180:])):
        np.savetxt(f"{name}.csv", part, delimiter=",")
        s3.upload_file(f"{name}.csv", bucket, f"v3/tuning/{name}/{name}.csv")
    return [
        InputData(channel_name=name, data_source=f"s3://{bucket}/v3/tuning/{name}/", content_type="text/csv")
        for name in ("train", "validation")
    ]


def status(tuner):
    return tuner.describe().hyper_parameter_tuning_job_status


def main():
    wine_steps.write()
    session, role = Session(), get_execution_role()
    inputs = inputs_in(session)
    tuner = builtin(session, role)
    tuner.tune(inputs, job_name="v3-first", wait=True)
    frame = tuner.analytics().dataframe()
    parent = ParentHyperParameterTuningJob(
        hyper_parameter_tuning_job_name=tuner.latest_tuning_job.hyper_parameter_tuning_job_name
    )
    config = HyperParameterTuningJobWarmStartConfig(
        warm_start_type="IdenticalDataAndAlgorithm", parent_hyper_parameter_tuning_jobs=[parent]
    )
    warm = builtin(session, role, warm_start_config=config)
    warm.tune(inputs, job_name="v3-warm", wait=True)
    script = scripted(session, role)
    script.tune(inputs[:1], job_name="v3-scripted", wait=True)
    endless = builtin(session, role, rounds=1000000)
    endless.tune(inputs, job_name="v3-stopped", wait=False)
    endless.stop_tuning_job()
    endless.latest_tuning_job.wait()
    told = {
        "best": tuner.best_training_job(),
        "rows": len(frame),
        "lowest": frame.sort_values("FinalObjectiveValue").iloc[0]["TrainingJobName"],
        "status": status(tuner),
        "warm": status(warm),
        "scripted": status(script),
        "stopped": status(endless),
    }
    print()
    print(json.dumps(told, default=str))


if __name__ == "__main__":
    main()
