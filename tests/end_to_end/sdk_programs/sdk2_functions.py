"""SDK v2: a function run as a job (``@remote``), functions as the steps of a pipeline (``@step``), and one in an image
without the SDK."""

import json
import sys

import boto3
import sagemaker
from sagemaker.remote_function import remote
from sagemaker.workflow.function_step import step
from sagemaker.workflow.pipeline import Pipeline

NAME = "FunctionsV2"


def main(image, bare):
    role = sagemaker.get_execution_role()
    settings = {"instance_type": "ml.m5.large", "role": role}

    @remote(image_uri=image, **settings)
    def divided(first, second):
        return first / second

    @step(name="Generate", image_uri=image, **settings)
    def generated():
        return 3, 4

    @step(name="Add", image_uri=image, **settings)
    def added(first, second):
        return first + second

    @remote(image_uri=bare, **settings)
    def lost():
        return "brought"

    pair = generated()
    pipeline = Pipeline(name=NAME, steps=[added(pair[0], pair[1])])
    pipeline.upsert(role_arn=role)
    execution = pipeline.start()
    execution.wait(delay=2, max_attempts=300)
    told = {
        "status": execution.describe()["PipelineExecutionStatus"],
        "steps": {each["StepName"]: each["StepStatus"] for each in execution.list_steps()},
        "sum": execution.result("Add"),
        "quotient": divided(7, 2),
    }
    for name, call in (("error", lambda: divided(1, 0)), ("lost", lost)):
        try:
            told[name] = call()
        except Exception as error:  # noqa: BLE001  what the SDK raises is what is told
            told[name] = f"{type(error).__name__}: {error}"
    jobs = boto3.client("sagemaker").list_training_jobs(NameContains="lost")
    job = jobs["TrainingJobSummaries"][0]["TrainingJobName"]
    told["reason"] = boto3.client("sagemaker").describe_training_job(TrainingJobName=job).get("FailureReason")
    print()
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
