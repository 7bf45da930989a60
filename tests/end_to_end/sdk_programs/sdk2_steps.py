"""What the shorter programs with SDK v2 share: a processing and a training step as old notebooks make them, and how a
pipeline is run."""

import json

import sagemaker
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.processing import ProcessingInput, ProcessingOutput
from sagemaker.sklearn.processing import SKLearnProcessor
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.steps import ProcessingStep, TrainingStep

ONE = {"instance_type": "ml.m5.large", "instance_count": 1}


def image(version):
    return sagemaker.image_uris.retrieve("xgboost", sagemaker.Session().boto_region_name, version=version)


def processed(role, data):
    processor = SKLearnProcessor(framework_version="1.2-1", role=role, base_job_name="process", **ONE)
    return ProcessingStep(
        name="Process",
        processor=processor,
        code="prepare.py",
        inputs=[ProcessingInput(source=data, destination="/opt/ml/processing/input")],
        outputs=[ProcessingOutput(output_name=name, source=f"/opt/ml/processing/{name}") for name in ("train", "test")],
    )


def trained(role, uri, data, output, **more):
    """The step, and its estimator."""
    estimator = Estimator(image_uri=uri, role=role, output_path=output, **ONE)
    estimator.set_hyperparameters(objective="reg:squarederror", num_round=10, **more)
    channels = {"train": TrainingInput(s3_data=data, content_type="text/csv")}
    return TrainingStep(name="Train", estimator=estimator, inputs=channels), estimator


def run(role, name, parameters, steps, **values):
    """Make the pipeline and run it to its end: how it ended, and its steps by name."""
    pipeline = Pipeline(name=name, parameters=parameters, steps=steps)
    pipeline.upsert(role_arn=role)
    execution = pipeline.start(parameters=values)
    execution.wait(delay=2, max_attempts=300)
    return execution.describe()["PipelineExecutionStatus"], {each["StepName"]: each for each in execution.list_steps()}


def tell(status, steps, **more):
    """The last line of a program, which the test reads."""
    print()
    print(json.dumps({"status": status, "steps": {name: each["StepStatus"] for name, each in steps.items()}, **more}))
