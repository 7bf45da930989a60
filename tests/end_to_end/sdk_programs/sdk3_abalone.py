"""SDK v3: process, train, create the model, and a Lambda step, whose function the SDK makes, that writes the model's
name to SSM."""

import sys
from pathlib import Path

import boto3
import sdk3_steps as v3
import wine_steps
from sagemaker.core.lambda_helper import Lambda
from sagemaker.core.processing import FrameworkProcessor
from sagemaker.core.workflow.parameters import ParameterInteger
from sagemaker.mlops.workflow import LambdaOutput, LambdaStep, ModelStep, ProcessingStep, TrainingStep
from sagemaker.mlops.workflow.lambda_step import LambdaOutputTypeEnum
from sagemaker.serve.model_builder import ModelBuilder

NAME = "/abalone-v3/model"


def processed(account):
    """A processor with a folder of sources."""
    Path("source/prepare.py").write_text(wine_steps.PREPARE)
    processor = FrameworkProcessor(
        image_uri=account.image("sklearn", "1.2-1"),
        command=["python3"],
        role=account.role,
        sagemaker_session=account.pipeline_session,
        **v3.ONE,
    )
    arguments = processor.run(
        code="prepare.py",
        source_dir="source",
        inputs=[v3.given("rows", account.upload("rows.csv", "rows.csv"), "input")],
        outputs=[v3.made(account, "train"), v3.made(account, "test")],
    )
    return ProcessingStep(name="Process", step_args=arguments)


def written(function_role, create):
    Path("write_name.py").write_text(wine_steps.WRITE_NAME)
    function = Lambda(
        function_name="write-name-v3",
        execution_role_arn=function_role,
        script="write_name.py",
        handler="write_name.handler",
        runtime="python3.12",
    )
    return LambdaStep(
        name="WriteName",
        lambda_func=function,
        inputs={"name": NAME, "model": create.properties.ModelName},
        outputs=[
            LambdaOutput(output_name="statusCode", output_type=LambdaOutputTypeEnum.Integer),
            LambdaOutput(output_name="written", output_type=LambdaOutputTypeEnum.String),
        ],
    )


def main(function_role):
    wine_steps.write()
    account = v3.Account.of("abalone-v3")
    rounds = ParameterInteger(name="Rounds", default_value=5)
    image = account.image("xgboost", "1.5-1")
    process = processed(account)
    data = v3.output_of(process, "train")
    train = TrainingStep(
        name="Train", step_args=v3.trainer(account, account.pipeline_session, image, data, num_round=rounds).train()
    )
    builder = ModelBuilder(
        s3_model_data_url=train.properties.ModelArtifacts.S3ModelArtifacts,
        image_uri=image,
        role_arn=account.role,
        sagemaker_session=account.pipeline_session,
    )
    create = ModelStep(name="Create", step_args=builder.build())
    status, steps = v3.run(
        account, "AbaloneV3", [rounds], [process, train, create, written(function_role, create)], Rounds=7
    )
    name = boto3.client("ssm").get_parameter(Name=NAME)["Parameter"]["Value"]
    model = boto3.client("sagemaker").describe_model(ModelName=name)
    job = steps["Train"]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    trained = boto3.client("sagemaker").describe_training_job(TrainingJobName=job)
    v3.tell(
        status,
        steps,
        same=model["PrimaryContainer"]["ModelDataUrl"] == trained["ModelArtifacts"]["S3ModelArtifacts"],
        parameter=trained["HyperParameters"]["num_round"],
    )


if __name__ == "__main__":
    main(sys.argv[1])
