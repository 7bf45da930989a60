"""What the programs with SDK v3 share: who they are, jobs as the SDK describes them, and how a pipeline is run."""

import json
from dataclasses import dataclass

import boto3
from sagemaker.core import image_uris
from sagemaker.core.helper.session_helper import Session, get_execution_role
from sagemaker.core.processing import ScriptProcessor
from sagemaker.core.shapes import ProcessingInput, ProcessingOutput, ProcessingS3Input, ProcessingS3Output
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, OutputDataConfig

ONE = {"instance_type": "ml.m5.large", "instance_count": 1}


@dataclass(frozen=True)
class Account:
    """Where a program works: its sessions, role and bucket, and where its objects go."""

    session: Session
    pipeline_session: PipelineSession
    role: str
    bucket: str
    prefix: str

    @classmethod
    def of(cls, prefix):
        session = Session()
        return cls(session, PipelineSession(), get_execution_role(), session.default_bucket(), prefix)

    def uri(self, *path):
        return "/".join((f"s3://{self.bucket}", self.prefix, *path))

    def upload(self, file, *path):
        boto3.client("s3").upload_file(file, self.bucket, "/".join((self.prefix, *path)))
        return self.uri(*path)

    def image(self, framework, version):
        return image_uris.retrieve(framework, self.session.boto_region_name, version=version)


def given(name, uri, folder):
    return ProcessingInput(
        input_name=name,
        s3_input=ProcessingS3Input(
            s3_uri=uri, local_path=f"/opt/ml/processing/{folder}", s3_data_type="S3Prefix", s3_input_mode="File"
        ),
    )


def made(account, name):
    return ProcessingOutput(
        output_name=name,
        s3_output=ProcessingS3Output(
            s3_uri=account.uri(name), local_path=f"/opt/ml/processing/{name}", s3_upload_mode="EndOfJob"
        ),
    )


def processor(account, session, image, name):
    return ScriptProcessor(
        image_uri=image, command=["python3"], role=account.role, sagemaker_session=session, base_job_name=name, **ONE
    )


def trainer(account, session, image, data, **hyperparameters):
    return ModelTrainer(
        training_image=image,
        compute=Compute(**ONE),
        hyperparameters={"objective": "reg:squarederror", "num_round": 20, **hyperparameters},
        role=account.role,
        sagemaker_session=session,
        base_job_name=account.prefix,
        output_data_config=OutputDataConfig(s3_output_path=account.uri("models")),
        input_data_config=[InputData(channel_name="train", data_source=data, content_type="text/csv")],
    )


def output_of(step, name):
    return step.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri


def run(account, name, parameters, steps, **values):
    """Make the pipeline and run it to its end: how it ended, and its steps by name."""
    pipeline = Pipeline(name=name, parameters=parameters, steps=steps, sagemaker_session=account.pipeline_session)
    pipeline.upsert(role_arn=account.role)
    execution = pipeline.start(parameters=values)
    execution.wait(delay=2, max_attempts=300)
    return execution.describe()["PipelineExecutionStatus"], {each["StepName"]: each for each in execution.list_steps()}


def tell(status, steps, **more):
    """The last line of a program, which the test reads."""
    print()
    print(json.dumps({"status": status, "steps": {name: each["StepStatus"] for name, each in steps.items()}, **more}))
