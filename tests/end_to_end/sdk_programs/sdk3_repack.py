"""SDK v3: a model that gets its inference code within the pipeline: a step repacks the archive before the model is
created."""

import boto3
import sdk3_steps as v3
import wine_steps
from sagemaker.core.resources import Endpoint
from sagemaker.mlops.workflow import ModelStep, TrainingStep
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, OutputDataConfig, SourceCode

ENDPOINT = "repack-v3"


def pipeline(account):
    image = account.image("sklearn", "1.2-1")
    account.upload("rows.csv", "data", "train.csv")
    trainer = ModelTrainer(
        training_image=image,
        source_code=SourceCode(source_dir="source", entry_script="train.py"),
        compute=Compute(**v3.ONE),
        hyperparameters={"degree": 3},
        role=account.role,
        sagemaker_session=account.pipeline_session,
        base_job_name=account.prefix,
        output_data_config=OutputDataConfig(s3_output_path=account.uri("models")),
        input_data_config=[InputData(channel_name="train", data_source=account.uri("data") + "/")],
    )
    train = TrainingStep(name="Train", step_args=trainer.train())
    builder = ModelBuilder(
        s3_model_data_url=train.properties.ModelArtifacts.S3ModelArtifacts,
        image_uri=image,
        source_code=SourceCode(source_dir="source", entry_script="inference.py"),
        role_arn=account.role,
        sagemaker_session=account.pipeline_session,
    )
    create = ModelStep(name="Create", step_args=builder.build())
    return [train, create]


def main():
    wine_steps.write()
    account = v3.Account.of("repack-v3")
    status, steps = v3.run(account, "RepackV3", [], pipeline(account))
    client = boto3.client("sagemaker")
    name = client.describe_model(ModelName=steps["Create"]["Metadata"]["Model"]["Arn"].rpartition("/")[2])["ModelName"]
    variant = {"VariantName": "All", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    client.create_endpoint_config(EndpointConfigName=ENDPOINT, ProductionVariants=[variant])
    endpoint = Endpoint.create(endpoint_name=ENDPOINT, endpoint_config_name=ENDPOINT)
    endpoint.wait_for_status("InService")
    answer = endpoint.invoke(body="[[1.0, 2.0, 3.0]]", content_type="application/json").body.read().decode()
    endpoint.delete()
    v3.tell(status, steps, answer=answer)


if __name__ == "__main__":
    main()
