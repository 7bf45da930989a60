"""SageMaker and its data plane. Names are lower case in SageMaker's ARNs, whatever the request says, but for pipelines.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
"""

from rehearsal.localaws.authorizer.actions.table import Operation, PassedRole, Service, Tagging, on, only, words

_NAMED = {
    "TrainingJobName": "training-job",
    "ProcessingJobName": "processing-job",
    "TransformJobName": "transform-job",
    "HyperParameterTuningJobName": "hyper-parameter-tuning-job",
    "AutoMLJobName": "automl-job",
    "LabelingJobName": "labeling-job",
    "CompilationJobName": "compilation-job",
    "InferenceComponentName": "inference-component",
    "EndpointName": "endpoint",
    "EndpointConfigName": "endpoint-config",
    "ModelName": "model",
    "ModelPackageName": "model-package",
    "ModelPackageGroupName": "model-package-group",
    "PipelineName": "pipeline",
    "ExperimentName": "experiment",
    "TrialName": "experiment-trial",
    "TrialComponentName": "experiment-trial-component",
    "MonitoringScheduleName": "monitoring-schedule",
    "JobDefinitionName": "data-quality-job-definition",
    "NotebookInstanceName": "notebook-instance",
    "NotebookInstanceLifecycleConfigName": "notebook-instance-lifecycle-config",
    "FeatureGroupName": "feature-group",
    "ProjectName": "project",
    "ContextName": "context",
    "ActionName": "action",
    "ArtifactArn": "artifact",
    "DomainId": "domain",
    "CodeRepositoryName": "code-repository",
    "AlgorithmName": "algorithm",
    "ModelCardName": "model-card",
    "ImageName": "image",
    "FlowDefinitionName": "flow-definition",
    "HumanTaskUiName": "human-task-ui",
    "InferenceExperimentName": "inference-experiment",
    "JobName": "inference-recommendations-job",
    "StudioLifecycleConfigName": "studio-lifecycle-config",
    "WorkteamName": "workteam",
    "WorkforceName": "workforce",
    "AppImageConfigName": "app-image-config",
    "ClusterName": "cluster",
    "DeviceFleetName": "device-fleet",
    "EdgePackagingJobName": "edge-packaging-job",
    "HubName": "hub",
    "TrackingServerName": "mlflow-tracking-server",
    "MlflowAppName": "mlflow-app",
    "TrainingPlanName": "training-plan",
    "OptimizationJobName": "optimization-job",
    "PartnerAppName": "partner-app",
}
_BY_ARN = (
    "PipelineExecutionArn",
    "ResourceArn",
    "SourceArn",
    "ModelPackageArn",
    "ArtifactArn",
    "TrackingServerArn",
    "LineageGroupName",
    "InferenceComponentArn",
    "Arn",
)
_JOB_DEFINITIONS = {
    f"{verb}{kind}JobDefinition": on(f"{resource}-job-definition/{{JobDefinitionName}}")
    for verb in ("Create", "Delete", "Describe")
    for kind, resource in (
        ("DataQuality", "data-quality"),
        ("ModelQuality", "model-quality"),
        ("ModelBias", "model-bias"),
        ("ModelExplainability", "model-explainability"),
    )
}
_SPACE = "space/{DomainId}/{SpaceName}"
_USER_PROFILE = "user-profile/{DomainId}/{UserProfileName}"

SAGEMAKER = Service(
    prefix="sagemaker",
    templates=(
        *(f"{{{name}}}" for name in _BY_ARN),
        *(f"{kind}/{{{name}}}" for name, kind in _NAMED.items()),
    ),
    operations={
        "CreateEndpoint": on("endpoint/{EndpointName}", "endpoint-config/{EndpointConfigName}"),
        "UpdateEndpoint": on("endpoint/{EndpointName}", "endpoint-config/{EndpointConfigName}"),
        "UpdateEndpointWeightsAndCapacities": on("endpoint/{EndpointName}"),
        "CreateDomain": on("domain/*"),
        "CreateTransformJob": on("transform-job/{TransformJobName}"),
        "CreateHyperParameterTuningJob": Operation(
            resources=("hyper-parameter-tuning-job/{HyperParameterTuningJobName}",),
            keys_below=("TrainingJobDefinition", "TrainingJobDefinitions[]"),
        ),
        "CreateInferenceComponent": on("inference-component/{InferenceComponentName}"),
        "CreateModel": on("model/{ModelName}", "{PackagesOfOthers[]}"),
        "ListModelPackages": on("{GroupOfOthers}"),
        "CreateModelPackage": on("model-package/{ModelPackageName}", "model-package-group/{ModelPackageGroupName}"),
        "BatchDescribeModelPackage": on("{ModelPackageArnList[]}"),
        "CreateTrial": on("experiment-trial/{TrialName}"),
        "StartPipelineExecution": on("pipeline/{PipelineName}"),
        "ListPipelineExecutions": on("pipeline/{PipelineName}"),
        "CreateProcessingJob": on("processing-job/{ProcessingJobName}"),
        "AddAssociation": on("{SourceArn}", "{DestinationArn}"),
        "DeleteAssociation": on("{SourceArn}", "{DestinationArn}"),
        "CreateUserProfile": on(_USER_PROFILE),
        "DescribeUserProfile": on(_USER_PROFILE),
        "UpdateUserProfile": on(_USER_PROFILE),
        "DeleteUserProfile": on(_USER_PROFILE),
        "CreateSpace": on(_SPACE),
        "DescribeSpace": on(_SPACE),
        "UpdateSpace": on(_SPACE),
        "DeleteSpace": on(_SPACE),
        "CreateApp": on("app/{DomainId}/{UserProfileName}/{AppType}/{AppName}"),
        "DescribeApp": on("app/{DomainId}/{UserProfileName}/{AppType}/{AppName}"),
        "DeleteApp": on("app/{DomainId}/{UserProfileName}/{AppType}/{AppName}"),
        "SendPipelineExecutionStepSuccess": on("pipeline/{ExecutionOfToken}"),
        "SendPipelineExecutionStepFailure": on("pipeline/{ExecutionOfToken}"),
        "UpdatePipelineVersion": on("{PipelineArn}"),
        **_JOB_DEFINITIONS,
    },
    without_resource=words(
        "ListCandidatesForAutoMLJob ListTrials "
        "ListTrialComponents ListInferenceComponents ListMonitoringExecutions ListApps ListSpaces ListUserProfiles "
        "ListDataQualityJobDefinitions ListModelBiasJobDefinitions ListModelExplainabilityJobDefinitions "
        "ListModelQualityJobDefinitions ListMonitoringSchedules ListMonitoringAlerts ListMonitoringAlertHistory "
        "ListAssociations ListModels ListInferenceRecommendationsJobSteps"
    ),
    tagging=(Tagging("AddTags"),),
    passed_roles=(
        PassedRole("RoleArn", "sagemaker.amazonaws.com", ("Create", "Update", "StartPipelineExecution")),
        PassedRole("ExecutionRoleArn", "sagemaker.amazonaws.com"),
        PassedRole("DefaultUserSettings.ExecutionRole", "sagemaker.amazonaws.com"),
        PassedRole("UserSettings.ExecutionRole", "sagemaker.amazonaws.com"),
        PassedRole("MonitoringScheduleConfig.MonitoringJobDefinition.RoleArn", "sagemaker.amazonaws.com"),
        PassedRole("TrainingJobDefinition.RoleArn", "sagemaker.amazonaws.com"),
        PassedRole("TrainingJobDefinitions[].RoleArn", "sagemaker.amazonaws.com"),
    ),
    context_keys={
        "sagemaker:InstanceTypes": "ResourceConfig.InstanceType",
        "sagemaker:VolumeKmsKey": "ResourceConfig.VolumeKmsKeyId",
        "sagemaker:OutputKmsKey": "OutputDataConfig.KmsKeyId",
        "sagemaker:MaxRuntimeInSeconds": "StoppingCondition.MaxRuntimeInSeconds",
        "sagemaker:InterContainerTrafficEncryption": "EnableInterContainerTrafficEncryption",
        "sagemaker:NetworkIsolation": "EnableNetworkIsolation",
        "sagemaker:VpcSubnets": "VpcConfig.Subnets[]",
        "sagemaker:VpcSecurityGroupIds": "VpcConfig.SecurityGroupIds[]",
        "sagemaker:ModelApprovalStatus": "ModelApprovalStatus",
        "sagemaker:ModelArn": "ModelArn",
    },
    lower_case_names=True,
    kept_case=frozenset({"PipelineName", "ExecutionOfToken"}),
)

SAGEMAKER_RUNTIME = Service(
    prefix="sagemaker",
    templates=("endpoint/{EndpointName}",),
    operations={
        "InvokeEndpoint": on("endpoint/{EndpointName}", "inference-component/{InferenceComponentName}"),
        "InvokeEndpointWithResponseStream": only(
            "InvokeEndpoint", "endpoint/{EndpointName}", "inference-component/{InferenceComponentName}"
        ),
    },
    context_keys={"sagemaker:TargetModel": "TargetModel"},
    lower_case_names=True,
)
