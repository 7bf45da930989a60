"""What each member of a request for a job, a model, a model package or an endpoint does: it acts, has no effect, or is
refused. Data.

A path covers what lies below it; the longest path that fits counts. A test holds the tables against the service model,
so that no member, a new one of a later SDK either, is taken in silence. docs/sagemaker-members.md is made of them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker.member_verdicts import Members, below
from rehearsal.localaws.sagemaker.registry.package_members import PACKAGE_OPERATIONS, UNREAD_DATA

_DISK = "the disk is this machine's"
_THIS_MACHINE = "all containers are on this machine"
_VOLUME = {"VolumeKmsKeyId": _DISK}
_EXPERIMENT = ("ExperimentConfig",)
_FLEXIBLE = {
    "InstancePreferences": "instance types are not chosen from a list",
    "SelectedInstanceType": "it is part of answers",
    "SelectedInstanceCount": "it is part of answers",
}


_TRAINING = Members(
    acting=(
        *(
            "TrainingJobName",
            "HyperParameters",
            "RoleArn",
            "OutputDataConfig",
            "Tags",
            "Environment",
            "CheckpointConfig",
        ),
        *(f"AlgorithmSpecification.{name}" for name in ("TrainingImage", "AlgorithmName", "TrainingInputMode")),
        *(
            f"AlgorithmSpecification.{name}"
            for name in ("MetricDefinitions", "ContainerEntrypoint", "ContainerArguments")
        ),
        *(f"InputDataConfig.{name}" for name in ("ChannelName", "ContentType", "CompressionType", "InputMode")),
        *("InputDataConfig.DataSource.S3DataSource", "InputDataConfig.DataSource.FileSystemDataSource"),
        *(
            f"ResourceConfig.{name}"
            for name in ("InstanceType", "InstanceCount", "VolumeSizeInGB", "VolumeKmsKeyId", "InstanceGroups")
        ),
        *("VpcConfig", "StoppingCondition", "EnableManagedSpotTraining", "EnableNetworkIsolation", *_EXPERIMENT),
    ),
    without_effect={
        "AlgorithmSpecification.EnableSageMakerMetricsTimeSeries": "the metrics are in CloudWatch, each of their "
        "values",
        "InputDataConfig.RecordWrapperType": "the program reads it in inputdataconfig.json; data are handed over as "
        "they are",
        "StoppingCondition.MaxPendingTimeInSeconds": "no job waits for capacity",
        "EnableInterContainerTrafficEncryption": _THIS_MACHINE,
        "DebugHookConfig": "no tensors are saved, as by a job whose hook names no collections",
        "ProfilerConfig": "what the hosts use is in CloudWatch; nothing is profiled",
        "RetryStrategy": "jobs do not fail here for reasons of the service's own",
        "InfraCheckConfig": "there are no instances to check",
    },
    refused={
        "AlgorithmSpecification.TrainingImageConfig": "images are not pulled from private registries",
        "InputDataConfig.DataSource.S3DataSource.AttributeNames": "augmented manifests are not read",
        "InputDataConfig.DataSource.S3DataSource.InstanceGroupNames": "there are no heterogeneous clusters",
        "InputDataConfig.DataSource.S3DataSource.ModelAccessConfig": "there are no models of JumpStart",
        "InputDataConfig.DataSource.S3DataSource.HubAccessConfig": "there are no model hubs",
        "InputDataConfig.DataSource.DatasetSource": "there are no datasets of the AI registry",
        "InputDataConfig.ShuffleConfig": "objects are not shuffled",
        "ResourceConfig.KeepAlivePeriodInSeconds": "there are no warm pools; AWS gives an account none until it asks "
        "for a quota",
        "ResourceConfig.TrainingPlanArn": "there are no training plans",
        "ResourceConfig.InstancePlacementConfig": "there are no UltraServers",
        **below("ResourceConfig", _FLEXIBLE),
        "DebugHookConfig.CollectionConfigurations": "no tensors are saved",
        "DebugHookConfig.HookParameters": "no tensors are saved",
        "DebugRuleConfigurations": "no rules are evaluated while a job trains",
        "TensorBoardOutputConfig": "nothing is copied for TensorBoard",
        "ProfilerConfig.ProfilingParameters": "nothing is profiled",
        "ProfilerRuleConfigurations": "no rules are evaluated while a job trains",
        "RemoteDebugConfig": "nobody can log in to a container",
        "SessionChainingConfig": "session tags are not handed on",
        "ServerlessJobConfig": "there is no serverless customization of models",
        "MlflowConfig": "there is no MLflow server",
        "ModelPackageConfig": "jobs register no models",
    },
)

_PROCESSING = Members(
    acting=(
        *("ProcessingJobName", "RoleArn", "AppSpecification", "Environment", "StoppingCondition", "Tags", *_EXPERIMENT),
        *("ProcessingInputs", "ProcessingOutputConfig", "NetworkConfig"),
        *(f"ProcessingResources.ClusterConfig.{name}" for name in ("InstanceCount", "InstanceType", "VolumeKmsKeyId")),
    ),
    without_effect={
        "ProcessingResources.ClusterConfig.VolumeSizeInGB": _DISK,
        "NetworkConfig.EnableInterContainerTrafficEncryption": _THIS_MACHINE,
        "ProcessingInputs.S3Input.S3InputMode": "inputs are copied before the program starts, those of mode Pipe too",
        "ProcessingOutputConfig.Outputs.S3Output.S3UploadMode": "outputs are copied at the end of the job, continuous "
        "ones too",
    },
    refused={
        **below("ProcessingResources.ClusterConfig", _FLEXIBLE),
        "ProcessingInputs.AppManaged": "the embedded AWS copies inputs itself",
        "ProcessingOutputConfig.Outputs.AppManaged": "the embedded AWS copies outputs itself",
    },
)

_TRANSFORM = Members(
    acting=(
        *("TransformJobName", "ModelName", "MaxConcurrentTransforms", "ModelClientConfig", "MaxPayloadInMB"),
        *("BatchStrategy", "Environment", "TransformInput", "TransformOutput", "DataProcessing", "Tags", *_EXPERIMENT),
        *(f"TransformResources.{name}" for name in ("InstanceType", "InstanceCount")),
    ),
    without_effect={
        **below("TransformResources", _VOLUME),
        "TransformResources.TransformAmiVersion": "there are no machine images",
    },
    refused={"DataCaptureConfig": "transform jobs capture no data"},
)

_UNSERVED = {
    **UNREAD_DATA,
    "ImageConfig": "images are not pulled from private registries",
    "InferenceSpecificationName": "a package's first inference specification is used",
    "MultiModelConfig": "there are no multi-model containers",
    "ContainerMetricsConfig": "metrics of containers are not scraped",
}
_MODEL = Members(
    acting=(
        "ModelName",
        "PrimaryContainer",
        "Containers",
        "ExecutionRoleArn",
        "Tags",
        "EnableNetworkIsolation",
        "VpcConfig",
    ),
    without_effect={"InferenceExecutionConfig": "a model has one container"},
    refused={**below("PrimaryContainer", _UNSERVED), **below("Containers", _UNSERVED)},
)

_VARIANT_ACTING = (
    *("VariantName", "ModelName", "InitialInstanceCount", "InstanceType", "InitialVariantWeight"),
    *("ServerlessConfig", "ContainerStartupHealthCheckTimeoutInSeconds"),
)
_VARIANT_WITHOUT_EFFECT = {
    "VariantInstanceProvisionTimeoutInSeconds": "instances are there at once",
    "ServerlessConfig.ProvisionedConcurrency": "a server starts in milliseconds",
    "VolumeSizeInGB": _DISK,
    "ModelDataDownloadTimeoutInSeconds": "archives are on this machine",
    "RoutingConfig": "servers take turns",
    "InferenceAmiVersion": "there are no machine images",
}
_VARIANT_REFUSED = {
    "InstancePools": "a variant has one instance type",
    "AcceleratorType": "AWS has retired Elastic Inference",
    "CoreDumpConfig": "no core dumps are kept",
    "EnableSSMAccess": "nobody can log in to an instance",
    "ManagedInstanceScaling": "there are no inference components",
    "RoutingConfig.PrefixAwareRoutingConfig": "requests are not routed by their content",
    "CapacityReservationConfig": "there are no reservations",
    "AcceleratorPartitionLayouts": "there are no accelerators",
}
_OF_COMPONENTS = "there are no inference components; the model's own is used"
_VARIANTS = ("ProductionVariants", "ShadowProductionVariants")
_CONFIG = Members(
    acting=(
        *("EndpointConfigName", "DataCaptureConfig", "Tags", "AsyncInferenceConfig", "MetricsConfig", "KmsKeyId"),
        *(f"{kind}.{name}" for kind in _VARIANTS for name in _VARIANT_ACTING),
    ),
    without_effect={
        "MetricsConfig.EnableEnhancedMetrics": "every variant has its metrics, by variant",
        "MetricsConfig.EnableDetailedObservability": "every variant has its metrics, by variant",
        **{path: reason for kind in _VARIANTS for path, reason in below(kind, _VARIANT_WITHOUT_EFFECT).items()},
    },
    refused={
        "ExplainerConfig": "answers are not explained",
        "ExecutionRoleArn": _OF_COMPONENTS,
        "VpcConfig": _OF_COMPONENTS,
        "EnableNetworkIsolation": _OF_COMPONENTS,
        "CrossRegionTrafficConfig": "no traffic goes to other regions",
        **{path: reason for kind in _VARIANTS for path, reason in below(kind, _VARIANT_REFUSED).items()},
    },
)

_TRIAL_ACTING = (
    *("DefinitionName", "TuningObjective", "HyperParameterRanges", "StaticHyperParameters", "RoleArn", "VpcConfig"),
    *(
        f"AlgorithmSpecification.{name}"
        for name in ("TrainingImage", "TrainingInputMode", "MetricDefinitions", "AlgorithmName")
    ),
    *(
        "OutputDataConfig",
        "StoppingCondition",
        "EnableNetworkIsolation",
        "EnableManagedSpotTraining",
        "CheckpointConfig",
    ),
    *("RetryStrategy", "Environment", "HyperParameterTuningResourceConfig"),
    *(path for path in _TRAINING.acting if path.startswith(("InputDataConfig.", "ResourceConfig."))),
)
_OF_TRIALS = ("InputDataConfig.", "ResourceConfig.", "StoppingCondition.", "EnableInterContainer")
_TRIAL_WITHOUT_EFFECT = {path: why for path, why in _TRAINING.without_effect.items() if path.startswith(_OF_TRIALS)}
_TRIAL_REFUSED = {
    **{path: why for path, why in _TRAINING.refused.items() if path.startswith(_OF_TRIALS)},
    "HyperParameterRanges.AutoParameters": "ranges are not chosen here; give a range",
}
_TRIALS = ("TrainingJobDefinition", "TrainingJobDefinitions")
_TUNING = Members(
    acting=(
        *("HyperParameterTuningJobName", "HyperParameterTuningJobConfig", "WarmStartConfig", "Tags"),
        *(f"{member}.{path}" for member in _TRIALS for path in _TRIAL_ACTING),
    ),
    without_effect={path: why for member in _TRIALS for path, why in below(member, _TRIAL_WITHOUT_EFFECT).items()},
    refused={
        "Autotune": "strategy, ranges and limits are not chosen here; give them",
        "HyperParameterTuningJobConfig.ParameterRanges.AutoParameters": "ranges are not chosen here; give a range",
        **{path: why for member in _TRIALS for path, why in below(member, _TRIAL_REFUSED).items()},
    },
)

OPERATIONS: Mapping[str, Members] = {
    "CreateTrainingJob": _TRAINING,
    "CreateProcessingJob": _PROCESSING,
    "CreateTransformJob": _TRANSFORM,
    "CreateHyperParameterTuningJob": _TUNING,
    "CreateModel": _MODEL,
    **PACKAGE_OPERATIONS,
    "CreateEndpointConfig": _CONFIG,
    "CreateEndpoint": Members(("EndpointName", "EndpointConfigName", "DeploymentConfig", "Tags")),
    "UpdateEndpoint": Members(
        (
            *("EndpointName", "EndpointConfigName", "DeploymentConfig", "RetainDeploymentConfig"),
            *("RetainAllVariantProperties", "ExcludeRetainedVariantProperties"),
        )
    ),
}


def check(operation: str, request: Mapping[str, Any]) -> None:
    """Refuse a request that uses what is not offered. An empty member, or a switch that is off, asks for nothing.

    Raises:
        AwsError: ValidationException, naming the member and the reason.
    """
    members = OPERATIONS.get(operation)
    for path, reason in (members.refused if members else {}).items():
        if any(_asks(value) for value in _values(request, path.split("."))):
            raise AwsError("ValidationException", f"The embedded AWS does not offer {path}: {reason}.")


def _values(node: Any, names: list[str]) -> Iterator[Any]:
    if isinstance(node, list):
        for each in node:
            yield from _values(each, names)
    elif not names:
        yield node
    elif isinstance(node, Mapping) and names[0] in node:
        yield from _values(node[names[0]], names[1:])


def _asks(value: Any) -> bool:
    """Whether a member says anything: a structure does by its members."""
    if isinstance(value, Mapping):
        return any(_asks(member) for member in value.values())
    return bool(value)
