"""Who earns more than 50,000 dollars? The pipeline: preprocess, train, evaluate, and a model package when the model is
good enough.

``python labs/census/pipeline.py > labs/census/definition.json`` makes the definition anew; it needs SageMaker's SDK v3
(``rehearse lab setup census --sdk``).
"""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that it runs from any folder

from labs.building import steps  # before the SDK, which wants a region when it is imported
from labs.building.places import Places

# isort: split

from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.core.workflow.conditions import ConditionGreaterThanOrEqualTo
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterFloat, ParameterInteger, ParameterString
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, OutputDataConfig, StoppingCondition

REPORT = PropertyFile(name="Evaluation", output_name="evaluation", path="evaluation.json")
ACCURACY = "binary_classification_metrics.accuracy.value"


def pipeline(name: str, places: Places) -> Pipeline:
    """The pipeline on the bucket, role and images of ``places``."""
    data = ParameterString(name="InputDataUrl", default_value=places.url("data", "adult.csv"))
    rounds = ParameterInteger(name="Rounds", default_value=100)
    threshold = ParameterFloat(name="AccuracyThreshold", default_value=0.8)
    approval = ParameterString(name="ModelApprovalStatus", default_value="PendingManualApproval")
    session = steps.session()

    prepared = ProcessingStep(
        name="Preprocess",
        step_args=steps.script(
            places.scikit_learn_image,
            "preprocess.py",
            places,
            {"input": data},
            ("train", "validation", "test"),
            session,
        ),
    )
    trained = TrainingStep(name="Train", step_args=trainer(places, prepared, rounds, session).train())
    model = trained.properties.ModelArtifacts.S3ModelArtifacts
    evaluated = ProcessingStep(
        name="Evaluate",
        step_args=steps.script(
            places.xgboost_image,
            "evaluate.py",
            places,
            {"model": model, "test": steps.output_of(prepared, "test")},
            ("evaluation",),
            session,
        ),
        property_files=[REPORT],
    )
    accuracy = JsonGet(step_name=evaluated.name, property_file=REPORT, json_path=ACCURACY)
    checked = ConditionStep(
        name="CheckAccuracy",
        conditions=[ConditionGreaterThanOrEqualTo(left=accuracy, right=threshold)],
        if_steps=[
            ModelStep(name="Create", step_args=builder(places, model, session).build()),
            ModelStep(name="Register", step_args=registration(places, model, evaluated, approval, session)),
        ],
        else_steps=[
            FailStep(
                name="AccuracyTooLow",
                error_message=Join(on=" ", values=["the accuracy on the test set is below", threshold]),
            )
        ],
    )
    return Pipeline(
        name=name,
        parameters=[data, rounds, threshold, approval],
        steps=[prepared, trained, evaluated, checked],
        pipeline_experiment_config=None,
        sagemaker_session=session,
    )


def trainer(places: Places, prepared: Any, rounds: ParameterInteger, session: Any) -> ModelTrainer:
    """The built-in XGBoost on the first two of the three sets."""
    channels = [
        InputData(channel_name=name, data_source=steps.output_of(prepared, name), content_type="text/csv")
        for name in ("train", "validation")
    ]
    return ModelTrainer(
        training_image=places.xgboost_image,
        role=places.jobs_role,
        compute=Compute(instance_type=steps.INSTANCE, instance_count=1, volume_size_in_gb=30),
        hyperparameters={
            "objective": "binary:logistic",
            "eval_metric": "auc",
            "num_round": rounds.to_string(),  # the API takes texts
            "max_depth": "6",
            "eta": "0.2",
            "subsample": "0.8",
            "seed": "1994",
        },
        input_data_config=channels,
        output_data_config=OutputDataConfig(s3_output_path=places.url("models")),
        stopping_condition=StoppingCondition(max_runtime_in_seconds=3600),
        sagemaker_session=session,
    )


def builder(places: Places, model: Any, session: Any) -> ModelBuilder:
    """What makes a model, or a model package, of the trained artifact. Each step has its own: they are independent."""
    return ModelBuilder(
        image_uri=places.xgboost_image,
        s3_model_data_url=model,
        role_arn=places.jobs_role,
        dependencies={},  # no code of ours is in the model: without this the SDK looks for a bucket to upload some to
        sagemaker_session=session,
    )


def registration(places: Places, model: Any, evaluated: Any, approval: ParameterString, session: Any) -> Any:
    """The model package, with its evaluation beside it."""
    report = Join(on="/", values=[steps.output_of(evaluated, "evaluation"), "evaluation.json"])
    return builder(places, model, session).register(
        model_package_group_name=places.model_package_group,
        content_types=["text/csv"],
        response_types=["text/csv"],
        inference_instances=[steps.INSTANCE],
        transform_instances=[steps.INSTANCE],
        approval_status=approval,
        model_metrics=ModelMetrics(
            model_statistics=MetricsSource(content_type="application/json", s3_uri=report),
        ),
    )


if __name__ == "__main__":
    sys.stdout.write(steps.text(pipeline("lab-census", Places())))
