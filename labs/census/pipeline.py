"""Who earns more than 50,000 dollars? The pipeline: preprocess, train, evaluate, and a model package when the model is
good enough.

``python labs/census/pipeline.py > labs/census/definition.json`` makes the definition anew; it needs SageMaker's SDK v3
(``rehearse lab setup census --sdk``).
"""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that it runs from any folder

from labs.building import models, steps  # before the SDK, which wants a region when it is imported
from labs.building.places import Places

# isort: split

from sagemaker.core.workflow.conditions import ConditionGreaterThanOrEqualTo
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterFloat, ParameterInteger, ParameterString
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep

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
    channels = {name: steps.output_of(prepared, name) for name in ("train", "validation")}
    trainer = models.trainer(places, channels, hyperparameters(rounds), session)
    trained = TrainingStep(name="Train", step_args=trainer.train())
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
    report = models.metrics_of(evaluated)
    registration = models.registration(places, model, approval, session, model_metrics=report)
    accuracy = JsonGet(step_name=evaluated.name, property_file=REPORT, json_path=ACCURACY)
    checked = ConditionStep(
        name="CheckAccuracy",
        conditions=[ConditionGreaterThanOrEqualTo(left=accuracy, right=threshold)],
        if_steps=[
            ModelStep(name="Create", step_args=models.builder(places, model, session).build()),
            ModelStep(name="Register", step_args=registration),
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


def hyperparameters(rounds: ParameterInteger) -> dict[str, Any]:
    """Of the built-in XGBoost as a classification."""
    return {
        "objective": "binary:logistic",
        "eval_metric": "auc",
        "num_round": rounds.to_string(),  # the API takes texts
        "max_depth": "6",
        "eta": "0.2",
        "subsample": "0.8",
        "seed": "1994",
    }


if __name__ == "__main__":
    sys.stdout.write(steps.text(pipeline("lab-census", Places())))
