"""Models and endpoint configs, and what SageMaker refuses."""

from rehearsal.toolkit.parity.calls import Call, Removal
from rehearsal.toolkit.parity.script.common import ROLE_ARN, TAGS


def calls() -> tuple[Call, ...]:
    """A model and a config of the run."""
    model, config = {"ModelName": "{prefix}-model"}, {"EndpointConfigName": "{prefix}-config"}
    container = {"PrimaryContainer": {"Image": "{image}"}, "ExecutionRoleArn": ROLE_ARN, "Tags": TAGS}
    variant = {"VariantName": "AllTraffic", "ModelName": "{prefix}-model", "InitialInstanceCount": 1}
    variants = {"ProductionVariants": [{**variant, "InstanceType": "ml.m5.large"}], "Tags": TAGS}
    unknown = {"ProductionVariants": [{**variant, "InstanceType": "ml.m5.huge"}]}
    refused = {"EndpointConfigName": "{prefix}-refused"}
    not_yet = "assume"
    return (
        Call("sagemaker-missing-job", "sagemaker", "describe_training_job", {"TrainingJobName": "{prefix}-nowhere"}),
        Call("sagemaker-missing-endpoint", "sagemaker", "describe_endpoint", {"EndpointName": "{prefix}-nowhere"}),
        Call(
            "sagemaker-create-model",
            "sagemaker",
            "create_model",
            {**model, **container},
            Removal("delete_model", model),
            retried_on=not_yet,
        ),
        Call("sagemaker-describe-model", "sagemaker", "describe_model", model),
        Call("sagemaker-create-model-again", "sagemaker", "create_model", {**model, **container}),
        Call(
            "sagemaker-unknown-instance",
            "sagemaker",
            "create_endpoint_config",
            {**refused, **unknown},
            Removal("delete_endpoint_config", refused),
        ),
        Call(
            "sagemaker-create-config",
            "sagemaker",
            "create_endpoint_config",
            {**config, **variants},
            Removal("delete_endpoint_config", config),
        ),
        Call("sagemaker-describe-config", "sagemaker", "describe_endpoint_config", config),
        Call(
            "sagemaker-endpoint-of-no-config",
            "sagemaker",
            "create_endpoint",
            {"EndpointName": "{prefix}-e", "EndpointConfigName": "{prefix}-nowhere"},
            Removal("delete_endpoint", {"EndpointName": "{prefix}-e"}),
        ),
        Call(
            "sagemaker-invoke-missing",
            "sagemaker-runtime",
            "invoke_endpoint",
            {"EndpointName": "{prefix}-nowhere", "Body": b"1"},
        ),
        Call("sagemaker-delete-missing-model", "sagemaker", "delete_model", {"ModelName": "{prefix}-nowhere"}),
    )
