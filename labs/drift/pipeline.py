"""Learn again from what was asked: collect, train, compare with the model that serves, and serve the new one if it is
no worse.

``python labs/drift/pipeline.py > labs/drift/definition.json`` makes the definition anew; it needs SageMaker's SDK v3
(``rehearse lab setup drift --sdk``).
"""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that it runs from any folder

from labs.building import models, steps  # before the SDK, which wants a region when it is imported
from labs.building.places import Places

# isort: split

from sagemaker.core.lambda_helper import Lambda
from sagemaker.core.workflow.conditions import ConditionLessThanOrEqualTo
from sagemaker.core.workflow.functions import JsonGet
from sagemaker.core.workflow.parameters import ParameterInteger, ParameterString
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.lambda_step import LambdaStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep

REPORT = PropertyFile(name="Evaluation", output_name="evaluation", path="evaluation.json")


def pipeline(name: str, places: Places) -> Pipeline:
    """The pipeline on the bucket, role, function and image of ``places``."""
    rounds = ParameterInteger(name="Rounds", default_value=50)
    reason = ParameterString(
        name="Reason", default_value="by hand"
    )  # read by nobody: it tells what started an execution
    session = steps.session()
    collected = ProcessingStep(name="Collect", step_args=collection(places, session))
    channels = {name: steps.output_of(collected, name) for name in ("train", "validation")}
    trained = TrainingStep(
        name="Train", step_args=models.trainer(places, channels, hyperparameters(rounds), session).train()
    )
    model = trained.properties.ModelArtifacts.S3ModelArtifacts
    evaluated = ProcessingStep(
        name="Evaluate", step_args=comparison(places, collected, model, session), property_files=[REPORT]
    )
    created = ModelStep(name="Create", step_args=models.builder(places, model, session).build())
    served = LambdaStep(
        name="Serve",
        lambda_func=Lambda(function_arn=places.serve_function, session=session),
        inputs={"model_name": created.properties.ModelName, "model_data": model},
    )
    error, allowed = (_error(evaluated, each) for each in ("mse", "mse_allowed"))
    worse = FailStep(name="NoBetter", error_message="the new model is worse than the one that serves")
    checked = ConditionStep(
        name="CheckBetter",
        conditions=[ConditionLessThanOrEqualTo(left=error, right=allowed)],
        if_steps=[created, served],
        else_steps=[worse],
    )
    return Pipeline(
        name=name,
        parameters=[rounds, reason],
        steps=[collected, trained, evaluated, checked],
        pipeline_experiment_config=None,
        sagemaker_session=session,
    )


def collection(places: Places, session: Any) -> Any:
    """The job that makes three sets of the first rows and of the requests whose truth is known."""
    inputs = {"base": places.url("data", "train.csv"), "joined": places.url("monitoring", "results", "merged")}
    return steps.script(places.xgboost_image, "collect.py", places, inputs, ("train", "validation", "test"), session)


def comparison(places: Places, collected: Any, model: Any, session: Any) -> Any:
    """The job that holds the new model against the one that serves."""
    inputs = {"model": model, "serving": places.url("serving"), "test": steps.output_of(collected, "test")}
    return steps.script(places.xgboost_image, "evaluate.py", places, inputs, ("evaluation",), session)


def hyperparameters(rounds: ParameterInteger) -> dict[str, Any]:
    """Of the built-in XGBoost."""
    return {
        "objective": "reg:squarederror",
        "num_round": rounds.to_string(),  # the API takes texts
        "max_depth": "4",
        "eta": "0.2",
        "min_child_weight": "6",
        "subsample": "0.7",
        "seed": "1",
    }


def _error(evaluated: ProcessingStep, name: str) -> JsonGet:
    return JsonGet(step_name=evaluated.name, property_file=REPORT, json_path=f"regression_metrics.{name}.value")


if __name__ == "__main__":
    sys.stdout.write(steps.text(pipeline("lab-drift", Places())))
