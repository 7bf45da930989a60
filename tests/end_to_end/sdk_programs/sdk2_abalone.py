"""SDK v2: process, train, create the model (a pickled one, of an old image), and a Lambda step that writes its name to
SSM."""

import sys
from pathlib import Path

import boto3
import sagemaker
import sdk2_steps as v2
import wine_steps
from sagemaker.inputs import CreateModelInput
from sagemaker.lambda_helper import Lambda
from sagemaker.model import Model
from sagemaker.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep
from sagemaker.workflow.parameters import ParameterInteger
from sagemaker.workflow.steps import CreateModelStep

NAME = "/abalone-v2/model"


def written(function_role, create):
    Path("write_name.py").write_text(wine_steps.WRITE_NAME)
    function = Lambda(
        function_name="write-name-v2",
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
    session, role = sagemaker.Session(), sagemaker.get_execution_role()
    bucket, uri = session.default_bucket(), v2.image("1.0-1")
    depth = ParameterInteger(name="Depth", default_value=3)
    process = v2.processed(role, session.upload_data("rows.csv", bucket, "abalone-v2"))
    data = process.properties.ProcessingOutputConfig.Outputs["train"].S3Output.S3Uri
    train, _ = v2.trained(role, uri, data, f"s3://{bucket}/abalone-v2/models", max_depth=depth)
    model = Model(
        image_uri=uri,
        model_data=train.properties.ModelArtifacts.S3ModelArtifacts,
        role=role,
        sagemaker_session=session,
    )
    create = CreateModelStep(name="Create", model=model, inputs=CreateModelInput(instance_type="ml.m5.large"))
    status, steps = v2.run(
        role, "AbaloneV2", [depth], [process, train, create, written(function_role, create)], Depth=4
    )
    name = boto3.client("ssm").get_parameter(Name=NAME)["Parameter"]["Value"]
    made = boto3.client("sagemaker").describe_model(ModelName=name)
    job = steps["Train"]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    told = boto3.client("sagemaker").describe_training_job(TrainingJobName=job)
    v2.tell(
        status,
        steps,
        same=made["PrimaryContainer"]["ModelDataUrl"] == told["ModelArtifacts"]["S3ModelArtifacts"],
        parameter=told["HyperParameters"]["max_depth"],
    )


if __name__ == "__main__":
    main(sys.argv[1])
