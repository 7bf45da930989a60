"""Hyperparameter tuning with SDK v2: fit, the best job, the analytics frame, a warm start, a stop, and a Tuning
step."""

import json

import boto3
import numpy as np
import sagemaker
import wine_steps
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.model import Model
from sagemaker.parameter import ContinuousParameter, IntegerParameter
from sagemaker.sklearn.estimator import SKLearn
from sagemaker.tuner import HyperparameterTuner
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.steps import TuningStep

MACHINE = {"instance_type": "ml.m5.large", "instance_count": 1}
RANGES = {"eta": ContinuousParameter(0.05, 0.5), "max_depth": IntegerParameter(2, 6)}


def estimator(session, role, rounds):
    image = sagemaker.image_uris.retrieve("xgboost", session.boto_region_name, "1.7-1")
    made = Estimator(
        image, role, output_path=f"s3://{session.default_bucket()}/tuned", sagemaker_session=session, **MACHINE
    )
    made.set_hyperparameters(num_round=rounds, objective="reg:squarederror")
    return made


def tuner_of(session, role, rounds=10, jobs=4):
    return HyperparameterTuner(
        estimator(session, role, rounds),
        "validation:rmse",
        RANGES,
        objective_type="Minimize",
        max_jobs=jobs,
        max_parallel_jobs=2,
        random_seed=3,
    )


def inputs_in(session):
    bucket, rows = session.default_bucket(), np.loadtxt("rows.csv", delimiter=",")
    for name, part in (("train", rows[:180]), ("validation", rows[180:])):
        np.savetxt(f"{name}.csv", part, delimiter=",")
        session.upload_data(f"{name}.csv", bucket, f"tuning/{name}")
    names = ("train", "validation")
    return {name: TrainingInput(f"s3://{bucket}/tuning/{name}/", content_type="text/csv") for name in names}


def scripted(session, role, inputs):
    """A framework's estimator, whose script prints the objective."""
    with open("source/train.py", "a") as file:
        file.write('print("mean=%f" % abs(mean - degree), flush=True)\n')
    made = SKLearn(
        "train.py", source_dir="source", framework_version="1.2-1", role=role, sagemaker_session=session, **MACHINE
    )
    definitions = [{"Name": "mean", "Regex": "mean=([0-9.]+)"}]
    ranges = {"degree": IntegerParameter(1, 3)}
    tuner = HyperparameterTuner(
        made, "mean", ranges, definitions, strategy="Random", objective_type="Minimize", max_jobs=2
    )
    tuner.fit({"train": inputs["train"]}, job_name="v2-scripted")
    return tuner.describe()["HyperParameterTuningJobStatus"]


def stopped(session, role, inputs):
    tuner = tuner_of(session, role, rounds=1000000)
    tuner.fit(inputs, job_name="v2-stopped", wait=False)
    tuner.stop_tuning_job()
    tuner.wait()
    return tuner.describe()["HyperParameterTuningJobStatus"]


def pipeline(role, inputs):
    session = PipelineSession()
    bucket = session.default_bucket()
    tune = TuningStep("Tune", step_args=tuner_of(session, role, jobs=2).fit(inputs))
    image = sagemaker.image_uris.retrieve("xgboost", session.boto_region_name, "1.7-1")
    best = tune.get_top_model_s3_uri(top_k=0, s3_bucket=bucket, prefix="tuned")
    model = Model(image, model_data=best, role=role, sagemaker_session=session)
    create = ModelStep("Best", step_args=model.create(instance_type="ml.m5.large"))
    made = Pipeline("tuned", steps=[tune, create], sagemaker_session=session)
    made.upsert(role)
    execution = made.start()
    execution.wait(delay=1, max_attempts=600)
    return execution.describe()["PipelineExecutionStatus"]


def main():
    wine_steps.write()
    session, role = sagemaker.Session(), sagemaker.get_execution_role()
    inputs = inputs_in(session)
    tuner = tuner_of(session, role)
    tuner.fit(inputs, job_name="v2-first")
    frame = tuner.analytics().dataframe()
    warm = tuner.identical_dataset_and_algorithm_tuner()
    warm.fit(inputs, job_name="v2-warm")
    told = {
        "best": tuner.best_training_job(),
        "rows": len(frame),
        "columns": sorted(frame.columns),
        "lowest": frame.sort_values("FinalObjectiveValue").iloc[0]["TrainingJobName"],
        "estimator": tuner.best_estimator().hyperparameters()["num_round"],
        "warm": warm.describe()["HyperParameterTuningJobStatus"],
        "overall": "OverallBestTrainingJob" in warm.describe(),
        "scripted": scripted(session, role, inputs),
        "stopped": stopped(session, role, inputs),
        "pipeline": pipeline(role, inputs),
        "jobs": len(boto3.client("sagemaker").list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"]),
    }
    print()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
