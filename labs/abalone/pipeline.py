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

from labs.building import models, steps  # before the SDK, which wants a region when it is imported
from labs.building.places import Places

# isort: split

from sagemaker.core.lambda_helper import Lambda
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
    channels = {name: steps.output_of(processed, name) for name in ("train", "validation")}
    trainer = models.trainer(places, channels, hyperparameters(rounds), session)
    trained = TrainingStep(name="Train", step_args=trainer.train())
    model = trained.properties.ModelArtifacts.S3ModelArtifacts
    created = ModelStep(name="Create", step_args=models.builder(places, model, session).build())
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
    registered = ModelStep(
        name="Register",
        step_args=models.registration(places, model, approval, session, model_metrics=models.metrics_of(report)),
    )
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


def hyperparameters(rounds: ParameterInteger) -> dict[str, Any]:
    """Of the built-in XGBoost as a regression."""
    return {
        "objective": "reg:squarederror",
        "num_round": rounds.to_string(),  # the API takes texts
        "max_depth": "5",
        "eta": "0.2",
        "gamma": "4",
        "min_child_weight": "6",
        "subsample": "0.7",
        "seed": "1",
    }


def evaluation(places: Places, processed: Any, model: Any, session: Any) -> ProcessingStep:
    """The step Evaluate."""
    inputs = {"model": model, "test": steps.output_of(processed, "test")}
    arguments = steps.script(places.xgboost_image, "evaluate.py", places, inputs, ("evaluation",), session)
    return ProcessingStep(name="Evaluate", step_args=arguments, property_files=[REPORT])


if __name__ == "__main__":
    sys.stdout.write(steps.text(pipeline("lab-abalone", Places(), evaluated="--evaluated" in sys.argv[1:])))
