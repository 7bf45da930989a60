"""A pipeline and what follows it, with SDK v2: process, train, evaluate, condition, register, create; then deploy and
transform."""

import json
import sys

import boto3
import sagemaker
import wine_steps
from sagemaker.estimator import Estimator
from sagemaker.inputs import CreateModelInput, TrainingInput
from sagemaker.lambda_helper import Lambda
from sagemaker.model import Model
from sagemaker.model_metrics import MetricsSource, ModelMetrics
from sagemaker.processing import FrameworkProcessor, ProcessingInput, ProcessingOutput, ScriptProcessor
from sagemaker.serializers import CSVSerializer
from sagemaker.sklearn.estimator import SKLearn
from sagemaker.sklearn.processing import SKLearnProcessor
from sagemaker.transformer import Transformer
from sagemaker.workflow.condition_step import ConditionStep
from sagemaker.workflow.conditions import ConditionLessThanOrEqualTo
from sagemaker.workflow.functions import Join, JsonGet
from sagemaker.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.parameters import ParameterFloat, ParameterString
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.properties import PropertyFile
from sagemaker.workflow.step_collections import RegisterModel
from sagemaker.workflow.steps import CreateModelStep, ProcessingStep, TrainingStep

MACHINE = {"instance_type": "ml.m5.large", "instance_count": 1}


def prepared(role, data):
    processor = SKLearnProcessor(framework_version="1.2-1", role=role, base_job_name="prepare", **MACHINE)
    return ProcessingStep(
        name="Prepare",
        processor=processor,
        code="prepare.py",
        job_arguments=["--share", "0.75"],
        inputs=[ProcessingInput(source=data, destination="/opt/ml/processing/input")],
        outputs=[ProcessingOutput(output_name=name, source=f"/opt/ml/processing/{name}") for name in ("train", "test")],
    )


def output_of(step, name):
    return step.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri


def evaluated(role, image, train, prepare):
    report = PropertyFile(name="Report", output_name="evaluation", path="evaluation.json")
    model = train.properties.ModelArtifacts.S3ModelArtifacts
    step = ProcessingStep(
        name="Evaluate",
        processor=ScriptProcessor(image_uri=image, command=["python3"], role=role, **MACHINE),
        code="evaluate.py",
        inputs=[
            ProcessingInput(source=model, destination="/opt/ml/processing/model"),
            ProcessingInput(source=output_of(prepare, "test"), destination="/opt/ml/processing/test"),
        ],
        outputs=[ProcessingOutput(output_name="evaluation", source="/opt/ml/processing/evaluation")],
        property_files=[report],
    )
    return step, report


def pipeline(role, bucket, data, function):
    limit = ParameterFloat(name="Limit", default_value=1.0)
    session, image = (
        PipelineSession(),
        sagemaker.image_uris.retrieve("xgboost", sagemaker.Session().boto_region_name, version="1.7-1"),
    )
    source = ParameterString(name="Data", default_value=data)
    prepare = prepared(role, source)
    estimator = Estimator(image_uri=image, role=role, output_path=f"s3://{bucket}/models", **MACHINE)
    estimator.set_hyperparameters(objective="reg:squarederror", num_round=20)
    channel = TrainingInput(s3_data=output_of(prepare, "train"), content_type="text/csv")
    train = TrainingStep(name="Train", estimator=estimator, inputs={"train": channel})
    evaluate, report = evaluated(role, image, train, prepare)
    artifact = train.properties.ModelArtifacts.S3ModelArtifacts
    statistics = MetricsSource(
        s3_uri=Join(on="/", values=[output_of(evaluate, "evaluation"), "evaluation.json"]),
        content_type="application/json",
    )
    register = RegisterModel(
        name="Register",
        estimator=estimator,
        model_data=artifact,
        content_types=["text/csv"],
        response_types=["text/csv"],
        inference_instances=["ml.m5.large"],
        transform_instances=["ml.m5.large"],
        model_package_group_name="WineV2",
        approval_status="Approved",
        model_metrics=ModelMetrics(model_statistics=statistics),
    )
    plain = Model(image_uri=image, model_data=artifact, role=role, sagemaker_session=sagemaker.Session())
    create = CreateModelStep(name="Create", model=plain, inputs=CreateModelInput(instance_type="ml.m5.large"))
    again = Model(image_uri=image, model_data=artifact, role=role, sagemaker_session=session)
    create_again = ModelStep(name="CreateAgain", step_args=again.create(instance_type="ml.m5.large"))
    told = LambdaStep(
        name="Tell",
        lambda_func=Lambda(function_arn=function),
        inputs={"model": create.properties.ModelName},
        outputs=[LambdaOutput(output_name="told", output_type=LambdaOutputTypeEnum.String)],
    )
    mse = JsonGet(step_name="Evaluate", property_file=report, json_path="regression_metrics.mse.value")
    good = ConditionStep(
        name="IsGood",
        conditions=[ConditionLessThanOrEqualTo(left=mse, right=limit)],
        if_steps=[register, create, create_again, told],
        else_steps=[],
    )
    return Pipeline(name="WineV2", parameters=[limit, source], steps=[prepare, train, evaluate, good])


def script_mode(role, data):
    """A framework estimator: its own training and inference scripts, and a processor with a source folder."""
    estimator = SKLearn(
        entry_point="train.py",
        source_dir="source",
        framework_version="1.2-1",
        role=role,
        hyperparameters={"degree": 2},
        **MACHINE,
    )
    estimator.fit({"train": data}, logs=False)
    SKLearn.attach(estimator.latest_training_job.name)
    model = estimator.create_model(entry_point="inference.py", source_dir="source")
    predictor = model.deploy(1, "ml.m5.large")
    answer = predictor.predict([[1.0, 2.0, 3.0]])
    predictor.delete_endpoint()
    processor = FrameworkProcessor(
        estimator_cls=SKLearn, framework_version="1.2-1", role=role, command=["python3"], **MACHINE
    )
    processor.run(
        code="train.py",
        source_dir="source",
        arguments=["--help"],
        logs=False,
    )
    return answer


def main(function):
    wine_steps.write()
    session, role = sagemaker.Session(), sagemaker.get_execution_role()
    bucket = session.default_bucket()
    made = pipeline(role, bucket, session.upload_data("rows.csv", bucket, "wine"), function)
    made.upsert(role_arn=role)
    execution = made.start(parameters={"Limit": 2.0})
    execution.wait(delay=2, max_attempts=300)
    steps = {step["StepName"]: step for step in execution.list_steps()}
    name = steps["Create"]["Metadata"]["Model"]["Arn"].rpartition("/")[2]
    client = boto3.client("sagemaker")
    name = next(
        model["ModelName"] for model in client.list_models()["Models"] if model["ModelName"].lower() == name.lower()
    )
    transformer = Transformer(
        model_name=name,
        instance_count=1,
        instance_type="ml.m5.large",
        output_path=f"s3://{bucket}/out",
        accept="text/csv",
    )
    transformer.transform(
        session.upload_data("features.csv", bucket, "features"), content_type="text/csv", split_type="Line", logs=False
    )
    transformed = session.read_s3_file(bucket, "out/features.csv.out")
    training = steps["Train"]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    trained = Estimator.attach(training)
    predictor = trained.deploy(1, "ml.m5.large", serializer=CSVSerializer())
    predicted = predictor.predict([[0.1, 0.2, 0.3]]).decode()
    predictor.delete_endpoint()
    session.upload_data("rows.csv", bucket, "scripted")
    boto3.client("s3").copy_object(Bucket=bucket, Key="scripted/train.csv", CopySource=f"{bucket}/scripted/rows.csv")
    scripted = script_mode(role, f"s3://{bucket}/scripted/")
    packages = client.list_model_packages(ModelPackageGroupName="WineV2")["ModelPackageSummaryList"]
    print()  # the SDK leaves dots on the line
    print(
        json.dumps(
            {
                "status": execution.describe()["PipelineExecutionStatus"],
                "steps": {step: each["StepStatus"] for step, each in steps.items()},
                "packages": [package["ModelApprovalStatus"] for package in packages],
                "transformed": transformed,
                "predicted": predicted,
                "scripted": [float(each) for each in scripted],
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
