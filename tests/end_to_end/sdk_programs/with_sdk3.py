"""Training with SDK v3, whose script and drivers come as channels."""

import json

import boto3
import wine_steps
from sagemaker.core import image_uris
from sagemaker.core.helper.session_helper import Session, get_execution_role
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, OutputDataConfig, SourceCode


def main():
    wine_steps.write()
    session, role = Session(), get_execution_role()
    bucket, s3 = session.default_bucket(), boto3.client("s3")
    s3.upload_file("rows.csv", bucket, "v3/train.csv")
    trainer = ModelTrainer(
        training_image=image_uris.retrieve("sklearn", session.boto_region_name, version="1.2-1"),
        source_code=SourceCode(source_dir="source", entry_script="train.py"),
        compute=Compute(instance_type="ml.m5.large", instance_count=1),
        hyperparameters={"degree": 3},
        role=role,
        base_job_name="with-v3",
        output_data_config=OutputDataConfig(s3_output_path=f"s3://{bucket}/v3/models"),
    )
    trainer.train(input_data_config=[InputData(channel_name="train", data_source=f"s3://{bucket}/v3/")], logs=False)
    job = boto3.client("sagemaker").list_training_jobs(NameContains="with-v3")["TrainingJobSummaries"][0]
    described = boto3.client("sagemaker").describe_training_job(TrainingJobName=job["TrainingJobName"])
    print()
    print(json.dumps({"status": job["TrainingJobStatus"], "model": described["ModelArtifacts"]["S3ModelArtifacts"]}))


if __name__ == "__main__":
    main()
