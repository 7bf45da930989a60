"""SDK v3: train on the newest data, create the model, register it; started again with other data, as a function
does."""

import boto3
import sdk3_steps as v3
import wine_steps
from sagemaker.core.workflow.parameters import ParameterString
from sagemaker.mlops.workflow import ModelStep, SageMakerJobExceptionTypeEnum, SageMakerJobStepRetryPolicy, TrainingStep
from sagemaker.serve.model_builder import ModelBuilder

GROUP = "RetrainV3"


def pipeline(account):
    data = ParameterString(name="Data", default_value=account.upload("rows.csv", "first", "train.csv"))
    image = account.image("xgboost", "1.7-1")
    again = SageMakerJobStepRetryPolicy(
        exception_types=[SageMakerJobExceptionTypeEnum.INTERNAL_ERROR], interval_seconds=1, max_attempts=2
    )
    trainer = v3.trainer(account, account.pipeline_session, image, data)
    train = TrainingStep(name="Train", step_args=trainer.train(), retry_policies=[again])
    builder = ModelBuilder(
        s3_model_data_url=train.properties.ModelArtifacts.S3ModelArtifacts,
        image_uri=image,
        role_arn=account.role,
        sagemaker_session=account.pipeline_session,
    )
    create = ModelStep(name="Create", step_args=builder.build())
    arguments = builder.register(
        model_package_group_name=GROUP,
        content_types=["text/csv"],
        response_types=["text/csv"],
        inference_instances=["ml.m5.large"],
        transform_instances=["ml.m5.large"],
        approval_status="Approved",
    )
    return [data], [train, create, ModelStep(name="Register", step_args=arguments, depends_on=[create])]


def main():
    wine_steps.write()
    account = v3.Account.of("retrain-v3")
    status, steps = v3.run(account, "RetrainV3", *pipeline(account))
    newer = account.upload("rows.csv", "second", "train.csv")
    v3.run(account, "RetrainV3", *pipeline(account), Data=newer)
    client = boto3.client("sagemaker")
    packages = client.list_model_packages(ModelPackageGroupName=GROUP, SortBy="CreationTime")["ModelPackageSummaryList"]
    executions = client.list_pipeline_executions(PipelineName="RetrainV3")["PipelineExecutionSummaries"]
    v3.tell(
        status,
        steps,
        versions=sorted(package["ModelPackageVersion"] for package in packages),
        approvals=[package["ModelApprovalStatus"] for package in packages],
        executions=[each["PipelineExecutionStatus"] for each in executions],
    )


if __name__ == "__main__":
    main()
