"""SDK v2: train on the newest data, create the model, register it (ModelStep); started again with other data."""

import boto3
import sagemaker
import sdk2_steps as v2
import wine_steps
from sagemaker.model import Model
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.parameters import ParameterString
from sagemaker.workflow.pipeline_context import PipelineSession

GROUP = "RetrainV2"


def pipeline(role, bucket, data):
    source, uri = ParameterString(name="Data", default_value=data), v2.image("1.7-1")
    train, _ = v2.trained(role, uri, source, f"s3://{bucket}/retrain-v2/models")
    model = Model(
        image_uri=uri,
        model_data=train.properties.ModelArtifacts.S3ModelArtifacts,
        role=role,
        sagemaker_session=PipelineSession(),
    )
    create = ModelStep(name="Create", step_args=model.create(instance_type="ml.m5.large"))
    arguments = model.register(
        content_types=["text/csv"],
        response_types=["text/csv"],
        inference_instances=["ml.m5.large"],
        transform_instances=["ml.m5.large"],
        model_package_group_name=GROUP,
        approval_status="Approved",
    )
    return [source], [train, create, ModelStep(name="Register", step_args=arguments, depends_on=[create])]


def main():
    wine_steps.write()
    session, role = sagemaker.Session(), sagemaker.get_execution_role()
    bucket = session.default_bucket()
    made = pipeline(role, bucket, session.upload_data("rows.csv", bucket, "retrain-v2/first"))
    status, steps = v2.run(role, "RetrainV2", *made)
    v2.run(role, "RetrainV2", *made, Data=session.upload_data("rows.csv", bucket, "retrain-v2/second"))
    client = boto3.client("sagemaker")
    packages = client.list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"]
    executions = client.list_pipeline_executions(PipelineName="RetrainV2")["PipelineExecutionSummaries"]
    v2.tell(
        status,
        steps,
        versions=sorted(package["ModelPackageVersion"] for package in packages),
        executions=[each["PipelineExecutionStatus"] for each in executions],
    )


if __name__ == "__main__":
    main()
