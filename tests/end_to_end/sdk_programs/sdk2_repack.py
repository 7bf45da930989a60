"""SDK v2: a model that gets its inference code within the pipeline: a step repacks the archive, before creating and
before registering."""

import boto3
import sagemaker
import sdk2_steps as v2
import wine_steps
from sagemaker.inputs import TrainingInput
from sagemaker.model import ModelPackage
from sagemaker.predictor import Predictor
from sagemaker.serializers import JSONSerializer
from sagemaker.sklearn.estimator import SKLearn
from sagemaker.sklearn.model import SKLearnModel
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.step_collections import RegisterModel
from sagemaker.workflow.steps import TrainingStep

GROUP, ENDPOINT = "RepackV2", "repack-v2"
CODE = {"entry_point": "inference.py", "source_dir": "source"}


def pipeline(role, data):
    estimator = SKLearn(
        entry_point="train.py",
        source_dir="source",
        framework_version="1.2-1",
        role=role,
        hyperparameters={"degree": 2},
        **v2.ONE,
    )
    train = TrainingStep(name="Train", estimator=estimator, inputs={"train": TrainingInput(s3_data=data)})
    artifact = train.properties.ModelArtifacts.S3ModelArtifacts
    model = SKLearnModel(
        model_data=artifact,
        role=role,
        framework_version="1.2-1",
        enable_network_isolation=True,  # it cannot fetch its code: the SDK repacks
        sagemaker_session=PipelineSession(),
        **CODE,
    )
    create = ModelStep(name="Create", step_args=model.create(instance_type="ml.m5.large"))
    again = SKLearnModel(
        model_data=artifact,
        role=role,
        framework_version="1.2-1",
        name="again",
        sagemaker_session=sagemaker.Session(),
        **CODE,
    )
    register = RegisterModel(
        name="Register",
        model=again,
        content_types=["application/json"],
        response_types=["application/json"],
        inference_instances=["ml.m5.large"],
        transform_instances=["ml.m5.large"],
        model_package_group_name=GROUP,
        approval_status="Approved",
    )
    return [train, create, register]


def main():
    wine_steps.write()
    session, role = sagemaker.Session(), sagemaker.get_execution_role()
    bucket = session.default_bucket()
    session.upload_data("rows.csv", bucket, "repack-v2")
    client = boto3.client("s3")
    client.copy_object(Bucket=bucket, Key="repack-v2/train.csv", CopySource=f"{bucket}/repack-v2/rows.csv")
    status, steps = v2.run(role, "RepackV2", [], pipeline(role, f"s3://{bucket}/repack-v2/"))
    listed = boto3.client("sagemaker").list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"]
    package = ModelPackage(role=role, model_package_arn=listed[0]["ModelPackageArn"], sagemaker_session=session)
    package.deploy(1, "ml.m5.large", endpoint_name=ENDPOINT)
    predictor = Predictor(ENDPOINT, session, serializer=JSONSerializer())
    answer = predictor.predict([[1.0, 2.0, 3.0]]).decode()
    predictor.delete_endpoint()
    v2.tell(status, steps, answer=answer)


if __name__ == "__main__":
    main()
