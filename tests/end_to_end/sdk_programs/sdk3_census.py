"""SDK v3: preprocess, train, evaluate, condition; then create and register, independently; deploy what was registered,
transform."""

import boto3
import sdk3_steps as v3
import wine_steps
from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.core.resources import ModelPackage
from sagemaker.core.transformer import Transformer
from sagemaker.core.workflow.conditions import ConditionLessThanOrEqualTo
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterFloat, ParameterString
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow import CacheConfig, ConditionStep, FailStep, ModelStep, ProcessingStep, TrainingStep
from sagemaker.serve.model_builder import ModelBuilder

GROUP = "CensusV3"


def prepared(account, data):
    processor = v3.processor(account, account.pipeline_session, account.image("sklearn", "1.2-1"), "prepare")
    arguments = processor.run(
        code="prepare.py",
        arguments=["--share", "0.75"],
        inputs=[v3.given("rows", data, "input")],
        outputs=[v3.made(account, "train"), v3.made(account, "test")],
    )
    return ProcessingStep(
        name="Prepare", step_args=arguments, cache_config=CacheConfig(enable_caching=True, expire_after="30d")
    )


def evaluated(account, image, train, prepare):
    report = PropertyFile(name="Report", output_name="evaluation", path="evaluation.json")
    processor = v3.processor(account, account.pipeline_session, image, "evaluate")
    arguments = processor.run(
        code="evaluate.py",
        inputs=[
            v3.given("model", train.properties.ModelArtifacts.S3ModelArtifacts, "model"),
            v3.given("test", v3.output_of(prepare, "test"), "test"),
        ],
        outputs=[v3.made(account, "evaluation")],
    )
    return ProcessingStep(name="Evaluate", step_args=arguments, property_files=[report]), report


def registered(builder, evaluate):
    report = Join(on="/", values=[v3.output_of(evaluate, "evaluation"), "evaluation.json"])
    arguments = builder.register(
        model_package_group_name=GROUP,
        content_types=["text/csv"],
        response_types=["text/csv"],
        inference_instances=["ml.m5.large"],
        transform_instances=["ml.m5.large"],
        approval_status="PendingManualApproval",
        model_metrics=ModelMetrics(model_statistics=MetricsSource(content_type="application/json", s3_uri=report)),
    )
    return ModelStep(name="Register", step_args=arguments)


def pipeline(account):
    limit = ParameterFloat(name="Limit", default_value=0.0)
    data = ParameterString(name="Data", default_value=account.upload("rows.csv", "rows.csv"))
    image = account.image("xgboost", "1.7-1")
    prepare = prepared(account, data)
    trainer = v3.trainer(account, account.pipeline_session, image, v3.output_of(prepare, "train"))
    train = TrainingStep(name="Train", step_args=trainer.train())
    evaluate, report = evaluated(account, image, train, prepare)
    builder = ModelBuilder(
        s3_model_data_url=train.properties.ModelArtifacts.S3ModelArtifacts,
        image_uri=image,
        role_arn=account.role,
        sagemaker_session=account.pipeline_session,
    )
    create = ModelStep(name="Create", step_args=builder.build())
    mse = JsonGet(step_name="Evaluate", property_file=report, json_path="regression_metrics.mse.value")
    gate = ConditionStep(
        name="IsGood",
        conditions=[ConditionLessThanOrEqualTo(left=mse, right=limit)],
        if_steps=[create, registered(builder, evaluate)],
        else_steps=[FailStep(name="TooBad", error_message=Join(on=" ", values=["mse above", limit]))],
    )
    return [limit, data], [prepare, train, evaluate, gate]


def transformed(account, create):
    name = boto3.client("sagemaker").describe_model(ModelName=create["Metadata"]["Model"]["Arn"].rpartition("/")[2])[
        "ModelName"
    ]
    transformer = Transformer(
        model_name=name,
        output_path=account.uri("out"),
        accept="text/csv",
        assemble_with="Line",
        sagemaker_session=account.session,
        **v3.ONE,
    )
    transformer.transform(account.upload("features.csv", "features.csv"), content_type="text/csv", split_type="Line")
    return account.session.read_s3_file(account.bucket, f"{account.prefix}/out/features.csv.out")


def served(account):
    """Approve the version, deploy it by its ARN, and ask."""
    client = boto3.client("sagemaker")
    arn = client.list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"][0]["ModelPackageArn"]
    package = ModelPackage.get(model_package_name=arn)
    package.update(model_approval_status="Approved")
    builder = ModelBuilder(
        s3_model_data_url=package.inference_specification.containers[0].model_data_url,
        image_uri=package.inference_specification.containers[0].image,
        role_arn=account.role,
        sagemaker_session=account.session,
    )
    builder.build()
    endpoint = builder.deploy(endpoint_name="census-v3", instance_type="ml.m5.large", initial_instance_count=1)
    answer = endpoint.invoke(body="0.1,0.2,0.3", content_type="text/csv", accept="text/csv").body.read().decode()
    endpoint.delete()
    return answer, ModelPackage.get(model_package_name=arn).model_approval_status


def main():
    wine_steps.write()
    account = v3.Account.of("census-v3")
    status, steps = v3.run(account, "CensusV3", *pipeline(account), Limit=2.0)
    again = v3.run(account, "CensusV3", *pipeline(account), Limit=2.0)[1]
    predicted, approval = served(account)
    v3.tell(
        status,
        steps,
        reused=sorted(name for name, each in again.items() if each.get("CacheHitResult")),
        transformed=transformed(account, steps["Create"]),
        predicted=predicted,
        approval=approval,
    )


if __name__ == "__main__":
    main()
