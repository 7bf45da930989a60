"""Train, create, register: the pipeline that every new delivery of data starts.

``python labs/retrain/pipeline.py > labs/retrain/definition.json`` makes the definition anew; it needs SageMaker's SDK
v3 (``rehearse lab setup retrain --sdk``).
"""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that it runs from any folder

from labs.building import models, steps  # before the SDK, which wants a region when it is imported
from labs.building.places import Places

# isort: split

from sagemaker.core.workflow.parameters import ParameterInteger, ParameterString
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import TrainingStep


def pipeline(name: str, places: Places) -> Pipeline:
    """The pipeline on the bucket, role and images of ``places``."""
    data = ParameterString(name="TrainDataUrl", default_value=places.url("deliveries", "none"))
    version = ParameterString(name="DataVersion", default_value="by hand")
    rounds = ParameterInteger(name="Rounds", default_value=50)
    approval = ParameterString(name="ModelApprovalStatus", default_value="Approved")
    session = steps.session()

    channels = {"train": data, "validation": places.url("validation", "validation.csv")}
    trainer = models.trainer(places, channels, hyperparameters(rounds), session)
    trained = TrainingStep(name="Train", step_args=trainer.train())
    model = trained.properties.ModelArtifacts.S3ModelArtifacts
    created = ModelStep(name="Create", step_args=models.builder(places, model, session).build())
    registered = ModelStep(
        name="Register",
        step_args=models.registration(
            places, model, approval, session, customer_metadata_properties={"data": data, "data-version": version}
        ),
    )
    return Pipeline(
        name=name,
        parameters=[data, version, rounds, approval],
        steps=[trained, created, registered],
        pipeline_experiment_config=None,
        sagemaker_session=session,
    )


def hyperparameters(rounds: ParameterInteger) -> dict[str, Any]:
    """Of the built-in XGBoost as a regression, watched on the validation set that stays the same."""
    return {
        "objective": "reg:squarederror",
        "num_round": rounds.to_string(),  # the API takes texts
        "max_depth": "5",
        "eta": "0.2",
        "subsample": "0.7",
        "seed": "1",
    }


if __name__ == "__main__":
    sys.stdout.write(steps.text(pipeline("lab-retrain", Places())))
