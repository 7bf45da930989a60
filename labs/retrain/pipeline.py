"""Train, create, register: the pipeline that every new delivery of data starts.

``python labs/retrain/pipeline.py > labs/retrain/definition.json`` makes the definition anew; it needs SageMaker's SDK
v3 (``rehearse lab setup retrain --sdk``).
"""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that it runs from any folder

from labs.building import steps  # before the SDK, which wants a region when it is imported
from labs.building.places import Places

# isort: split

from sagemaker.core.workflow.parameters import ParameterInteger, ParameterString
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import TrainingStep
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, OutputDataConfig, StoppingCondition


def pipeline(name: str, places: Places) -> Pipeline:
    """The pipeline on the bucket, role and images of ``places``."""
    data = ParameterString(name="TrainDataUrl", default_value=places.url("deliveries", "none"))
    version = ParameterString(name="DataVersion", default_value="by hand")
    rounds = ParameterInteger(name="Rounds", default_value=50)
    approval = ParameterString(name="ModelApprovalStatus", default_value="Approved")
    session = steps.session()

    trained = TrainingStep(name="Train", step_args=trainer(places, data, rounds, session).train())
    model = trained.properties.ModelArtifacts.S3ModelArtifacts
    created = ModelStep(name="Create", step_args=builder(places, model, session).build())
    registered = ModelStep(
        name="Register",
        step_args=builder(places, model, session).register(
            model_package_group_name=places.model_package_group,
            content_types=["text/csv"],
            response_types=["text/csv"],
            inference_instances=[steps.INSTANCE],
            transform_instances=[steps.INSTANCE],
            approval_status=approval,
            customer_metadata_properties={"data": data, "data-version": version},
        ),
    )
    return Pipeline(
        name=name,
        parameters=[data, version, rounds, approval],
        steps=[trained, created, registered],
        pipeline_experiment_config=None,
        sagemaker_session=session,
    )


def trainer(places: Places, data: ParameterString, rounds: ParameterInteger, session: Any) -> ModelTrainer:
    """The built-in XGBoost: a regression, watched on the validation set that stays the same."""
    return ModelTrainer(
        training_image=places.xgboost_image,
        role=places.jobs_role,
        compute=Compute(instance_type=steps.INSTANCE, instance_count=1, volume_size_in_gb=30),
        hyperparameters={
            "objective": "reg:squarederror",
            "num_round": rounds.to_string(),  # the API takes texts
            "max_depth": "5",
            "eta": "0.2",
            "subsample": "0.7",
            "seed": "1",
        },
        input_data_config=[
            InputData(channel_name="train", data_source=data, content_type="text/csv"),
            InputData(
                channel_name="validation",
                data_source=places.url("validation", "validation.csv"),
                content_type="text/csv",
            ),
        ],
        output_data_config=OutputDataConfig(s3_output_path=places.url("models")),
        stopping_condition=StoppingCondition(max_runtime_in_seconds=3600),
        sagemaker_session=session,
    )


def builder(places: Places, model: Any, session: Any) -> ModelBuilder:
    """What makes a model, or a model package, of the trained artifact."""
    return ModelBuilder(
        image_uri=places.xgboost_image,
        s3_model_data_url=model,
        role_arn=places.jobs_role,
        dependencies={},  # no code of ours is in the model: without this the SDK looks for a bucket to upload some to
        sagemaker_session=session,
    )


if __name__ == "__main__":
    sys.stdout.write(steps.text(pipeline("lab-retrain", Places())))
