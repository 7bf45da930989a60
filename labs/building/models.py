"""What pipelines of labs make of data and of a trained artifact: the built-in XGBoost, a model, a model package."""

from collections.abc import Mapping
from typing import Any

from labs.building import steps
from labs.building.places import Places

# isort: split

from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.core.workflow.functions import Join
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, OutputDataConfig, StoppingCondition


def trainer(
    places: Places, channels: Mapping[str, Any], hyperparameters: Mapping[str, Any], session: Any
) -> ModelTrainer:
    """The built-in XGBoost on CSV; the channels by their names, the hyperparameters as texts."""
    return ModelTrainer(
        training_image=places.xgboost_image,
        role=places.jobs_role,
        compute=Compute(instance_type=steps.INSTANCE, instance_count=1, volume_size_in_gb=30),
        hyperparameters=dict(hyperparameters),
        input_data_config=[
            InputData(channel_name=name, data_source=source, content_type="text/csv")
            for name, source in channels.items()
        ],
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


def registration(places: Places, model: Any, approval: Any, session: Any, **more: Any) -> Any:
    """The arguments of a step that registers the model as a version of the places' group."""
    return builder(places, model, session).register(
        model_package_group_name=places.model_package_group,
        content_types=["text/csv"],
        response_types=["text/csv"],
        inference_instances=[steps.INSTANCE],
        transform_instances=[steps.INSTANCE],
        approval_status=approval,
        **more,
    )


def metrics_of(evaluated: Any) -> ModelMetrics:
    """The ``evaluation.json`` of a Processing step, as the registry keeps it beside a version."""
    report = Join(on="/", values=[steps.output_of(evaluated, "evaluation"), "evaluation.json"])
    return ModelMetrics(model_statistics=MetricsSource(content_type="application/json", s3_uri=report))
