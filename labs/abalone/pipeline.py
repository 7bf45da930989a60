"""How old is an abalone? The pipeline that the CodePipeline runs: process, train, create a model, and record its name
for the deployment.

With ``--evaluated`` it evaluates before, fails if the error is too large, registers the model, and keeps an experiment
with a trial for each execution. ``definition.json`` and ``definition-evaluated.json`` are what it makes; it needs
SageMaker's SDK v3 (``rehearse lab setup abalone --sdk``).
"""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that it runs from any folder

from labs.building import steps  # before the SDK, which wants a region when it is imported
from labs.building.places import Places

# isort: split

from sagemaker.core.lambda_helper import Lambda
from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.core.workflow.conditions import ConditionLessThanOrEqualTo
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterFloat, ParameterInteger, ParameterString
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.lambda_step import LambdaStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, OutputDataConfig, StoppingCondition

REPORT = PropertyFile(name="Evaluation", output_name="evaluation", path="evaluation.json")


def pipeline(name: str, places: Places, *, evaluated: bool) -> Pipeline:
    """The pipeline on the bucket, role, function and images of ``places``."""
    data = ParameterString(name="InputDataUrl", default_value=places.url("data", "abalone.csv"))
    rounds = ParameterInteger(name="Rounds", default_value=50)
    session = steps.session()
    processed = ProcessingStep(
        name="Process",
        step_args=steps.script(
            places.scikit_learn_image,
            "preprocess.py",
            places,
            {"input": data},
            ("train", "validation", "test"),
            session,
        ),
    )
    trained = TrainingStep(name="Train", step_args=trainer(places, processed, rounds, session).train())
    model = trained.properties.ModelArtifacts.S3ModelArtifacts
    created = ModelStep(name="Create", step_args=builder(places, model, session).build())
    recorded = LambdaStep(
        name="RecordModelName",
        lambda_func=Lambda(function_arn=places.record_function, session=session),
        inputs={"model_name": created.properties.ModelName},
    )
    if not evaluated:
        return _pipeline(name, [data, rounds], [processed, trained, created, recorded], session)
    largest = ParameterFloat(name="LargestError", default_value=6.0)
    approval = ParameterString(name="ModelApprovalStatus", default_value="Approved")
    report = evaluation(places, processed, model, session)
    registered = ModelStep(name="Register", step_args=registration(places, model, report, approval, session))
    error = JsonGet(step_name=report.name, property_file=REPORT, json_path="regression_metrics.mse.value")
    failed = FailStep(
        name="ErrorTooLarge", error_message=Join(on=" ", values=["the squared error on the test set is above", largest])
    )
    checked = ConditionStep(
        name="CheckError",
        conditions=[ConditionLessThanOrEqualTo(left=error, right=largest)],
        if_steps=[created, registered, recorded],
        else_steps=[failed],
    )
    return _pipeline(
        name, [data, rounds, largest, approval], [processed, trained, report, checked], session, tried=True
    )


def _pipeline(name: str, parameters: list[Any], made: list[Any], session: Any, *, tried: bool = False) -> Pipeline:
    """``tried``: with an experiment of the pipeline's name and a trial for each execution, which is the SDK's
    default."""
    experiment = {} if tried else {"pipeline_experiment_config": None}
    return Pipeline(name=name, parameters=parameters, steps=made, sagemaker_session=session, **experiment)


def trainer(places: Places, processed: Any, rounds: ParameterInteger, session: Any) -> ModelTrainer:
    """The built-in XGBoost as a regression."""
    channels = [
        InputData(channel_name=name, data_source=steps.output_of(processed, name), content_type="text/csv")
        for name in ("train", "validation")
    ]
    return ModelTrainer(
        training_image=places.xgboost_image,
        role=places.jobs_role,
        compute=Compute(instance_type=steps.INSTANCE, instance_count=1, volume_size_in_gb=30),
        hyperparameters={
            "objective": "reg:squarederror",
            "num_round": rounds.to_string(),  # the API takes texts
            "max_depth": "5",
            "eta": "0.2",
            "gamma": "4",
            "min_child_weight": "6",
            "subsample": "0.7",
            "seed": "1",
        },
        input_data_config=channels,
        output_data_config=OutputDataConfig(s3_output_path=places.url("models")),
        stopping_condition=StoppingCondition(max_runtime_in_seconds=3600),
        sagemaker_session=session,
    )


def evaluation(places: Places, processed: Any, model: Any, session: Any) -> ProcessingStep:
    """The step Evaluate."""
    inputs = {"model": model, "test": steps.output_of(processed, "test")}
    arguments = steps.script(places.xgboost_image, "evaluate.py", places, inputs, ("evaluation",), session)
    return ProcessingStep(name="Evaluate", step_args=arguments, property_files=[REPORT])


def builder(places: Places, model: Any, session: Any) -> ModelBuilder:
    """What makes a model, or a model package, of the trained artifact."""
    return ModelBuilder(
        image_uri=places.xgboost_image,
        s3_model_data_url=model,
        role_arn=places.jobs_role,
        dependencies={},  # no code of ours is in the model: without this the SDK looks for a bucket to upload some to
        sagemaker_session=session,
    )


def registration(places: Places, model: Any, report: Any, approval: ParameterString, session: Any) -> Any:
    """The model package, with its evaluation beside it."""
    url = Join(on="/", values=[steps.output_of(report, "evaluation"), "evaluation.json"])
    return builder(places, model, session).register(
        model_package_group_name=places.model_package_group,
        content_types=["text/csv"],
        response_types=["text/csv"],
        inference_instances=[steps.INSTANCE],
        transform_instances=[steps.INSTANCE],
        approval_status=approval,
        model_metrics=ModelMetrics(model_statistics=MetricsSource(content_type="application/json", s3_uri=url)),
    )


if __name__ == "__main__":
    sys.stdout.write(steps.text(pipeline("lab-abalone", Places(), evaluated="--evaluated" in sys.argv[1:])))
