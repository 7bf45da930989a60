"""What the commands call, and what CloudFormation calls with the caller's permissions for the templates: by resource.

The table is held against what the embedded AWS records of the administrator while the end-to-end tests type the
commands: an action that was called and is missing here fails a test, and so does one that stands here and is never
called, unless
:data:`NOT_CALLED_HERE` says why it is needed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rehearsal.toolkit.aws.names import Workshop


@dataclass(frozen=True)
class Needed:
    """Actions on resources, whose texts take ``{partition}``, ``{place}`` (region:account), ``{account}`` and names of
    the workshop.

    ``option`` is the parameter of a stack that alone needs them; empty for what every workshop needs.
    """

    resources: tuple[str, ...]
    actions: tuple[str, ...]
    option: str = ""


_STACKS = tuple(f"arn:{{partition}}:cloudformation:{{place}}:stack/{{{name}}}/*" for name in ("prep", "pipeline_stack"))
_BUCKETS = tuple(f"arn:{{partition}}:s3:::{{{name}}}" for name in ("data", "code", "artifacts", "models"))
_OBJECTS = tuple(f"{bucket}/key" for bucket in _BUCKETS)
_FUNCTIONS = tuple(
    f"arn:{{partition}}:lambda:{{place}}:function:MLOps-BIA-{function}-{{suffix}}"
    for function in ("TrainModel", "GetStatus", "DeployModel", "EvaluateModel")
)
_ROLE = "arn:{partition}:iam::{account}:role/{pipeline_stack}-LambdaExecutionRole-EXAMPLE"
_LOG_GROUP = "arn:{partition}:logs:{place}:log-group:/aws/lambda/MLOps-BIA-TrainModel-{suffix}:*"
_ENDPOINT_LOGS = "arn:{partition}:logs:{place}:log-group:/aws/sagemaker/Endpoints/model-{suffix}-Dev:*"
_PIPELINE = "arn:{partition}:codepipeline:{place}:mlops-builtinalgo-{suffix}"
_RULE = "arn:{partition}:events:{place}:rule/{pipeline_stack}-SourceEventRule-EXAMPLE"
_NAMED = "mlops-builtinalgo"
"""What the names of queues, topics, alarms and the like of the workshop begin with."""


def _arn(service: str, resource: str) -> tuple[str, ...]:
    return (f"arn:{{partition}}:{service}:{{place}}:{resource}",)


def _all(service: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{service}:{name}" for name in names)


TABLE = (
    Needed(
        ("*",),
        (
            "s3:ListAllMyBuckets",
            "cloudformation:DescribeStacks",
            "logs:DescribeLogGroups",
            "sagemaker:ListEndpoints",
            "sagemaker:ListEndpointConfigs",
            "sagemaker:ListModels",
            "sagemaker:ListTrainingJobs",
        ),
    ),
    Needed(
        _STACKS,
        _all(
            "cloudformation",
            "CreateStack",
            "UpdateStack",
            "DeleteStack",
            "DescribeStacks",
            "DescribeStackEvents",
            "ListStackResources",
            "CreateChangeSet",
            "DescribeChangeSet",
            "ExecuteChangeSet",
            "DeleteChangeSet",
        ),
    ),
    Needed(
        _BUCKETS,
        _all(
            "s3",
            "CreateBucket",
            "DeleteBucket",
            "ListBucket",
            "ListBucketVersions",
            "PutBucketVersioning",
            "PutBucketTagging",
            "PutBucketPolicy",
            "DeleteBucketPolicy",
            "PutBucketPublicAccessBlock",
            "PutBucketOwnershipControls",
            "PutEncryptionConfiguration",
            "PutLifecycleConfiguration",
            "PutBucketNotification",
        ),
    ),
    Needed(_OBJECTS, _all("s3", "PutObject", "GetObject", "DeleteObjectVersion")),
    Needed(
        (_ROLE,),
        _all(
            "iam",
            "CreateRole",
            "GetRole",
            "TagRole",
            "PutRolePolicy",
            "GetRolePolicy",
            "DeleteRolePolicy",
            "DeleteRole",
            "PassRole",
            "UpdateAssumeRolePolicy",
        ),
    ),
    Needed(
        _FUNCTIONS,
        _all(
            "lambda",
            "CreateFunction",
            "GetFunction",
            "UpdateFunctionCode",
            "UpdateFunctionConfiguration",
            "DeleteFunction",
            "TagResource",
        ),
    ),
    Needed(
        (_LOG_GROUP,),
        _all("logs", "CreateLogGroup", "PutRetentionPolicy", "TagResource", "DeleteLogGroup", "FilterLogEvents"),
    ),
    Needed((_ENDPOINT_LOGS,), _all("logs", "DeleteLogGroup", "FilterLogEvents")),
    Needed(
        _arn("sqs", f"{_NAMED}-dead-letters-{{suffix}}"),
        _all("sqs", "CreateQueue", "GetQueueAttributes", "SetQueueAttributes", "TagQueue", "DeleteQueue"),
    ),
    Needed((_RULE,), _all("events", "PutRule", "PutTargets", "RemoveTargets", "DeleteRule", "TagResource")),
    Needed(
        (_PIPELINE,),
        _all(
            "codepipeline",
            "CreatePipeline",
            "GetPipeline",
            "UpdatePipeline",
            "DeletePipeline",
            "TagResource",
            "StartPipelineExecution",
            "GetPipelineState",
            "GetPipelineExecution",
            "ListPipelineExecutions",
            "ListActionExecutions",
            "StopPipelineExecution",
        ),
    ),
    Needed((f"{_PIPELINE}/DeployTest",), ("codepipeline:RetryStageExecution",)),
    Needed((f"{_PIPELINE}/Approve/ApproveProd",), ("codepipeline:PutApprovalResult",), "ProdEnvironment"),
    Needed(
        _arn("sagemaker", "training-job/model-{suffix}-1"),
        _all("sagemaker", "DescribeTrainingJob", "StopTrainingJob", "ListTags"),
    ),
    Needed(
        _arn("sagemaker", "endpoint/model-{suffix}-dev"),
        _all("sagemaker", "DescribeEndpoint", "DeleteEndpoint", "InvokeEndpoint", "ListTags"),
    ),
    Needed(
        _arn("sagemaker", "endpoint-config/model-{suffix}-dev-1"),
        _all("sagemaker", "DescribeEndpointConfig", "DeleteEndpointConfig", "ListTags"),
    ),
    Needed(
        _arn("sagemaker", "model/model-{suffix}-dev-1"), _all("sagemaker", "DescribeModel", "DeleteModel", "ListTags")
    ),
    Needed(
        _arn("sns", f"{_NAMED}-notifications-{{suffix}}"),
        _all(
            "sns",
            "CreateTopic",
            "SetTopicAttributes",
            "Subscribe",
            "ListSubscriptionsByTopic",
            "DeleteTopic",
            "TagResource",
        ),
        "NotificationEmail",
    ),
    Needed(("*",), ("sns:Unsubscribe",), "NotificationEmail"),
    Needed(
        _arn("cloudwatch", f"alarm:{_NAMED}-dead-letters-{{suffix}}"),
        _all("cloudwatch", "PutMetricAlarm", "DeleteAlarms", "TagResource"),
        "Monitoring",
    ),
    Needed(
        (f"arn:{{partition}}:cloudwatch::{{account}}:dashboard/{_NAMED}-{{suffix}}",),
        _all("cloudwatch", "PutDashboard", "DeleteDashboards"),
        "Monitoring",
    ),
    Needed(
        _arn("codebuild", f"project/{_NAMED}-functions-{{suffix}}"),
        _all("codebuild", "CreateProject", "DeleteProject"),
        "BuildFunctions",
    ),
    Needed(
        _arn("codecommit", f"{_NAMED}-training-config-{{suffix}}"),
        _all("codecommit", "CreateRepository", "DeleteRepository", "TagResource"),
        "CreateRepositories",
    ),
    Needed(
        _arn("scheduler", f"schedule-group/{_NAMED}-{{suffix}}"),
        _all("scheduler", "CreateScheduleGroup", "DeleteScheduleGroup", "TagResource"),
        "AllowTimeToLive",
    ),
)

NOT_CALLED_HERE = {
    "iam:GetRole": "CloudFormation on AWS reads a role after it has made it",
    "iam:GetRolePolicy": "CloudFormation on AWS reads a role's policy before it updates it",
    "iam:UpdateAssumeRolePolicy": "an update from an earlier version changes trust policies",
    "lambda:UpdateFunctionCode": "an update with changed functions",
    "lambda:UpdateFunctionConfiguration": "an update from an earlier version",
    "cloudformation:DeleteChangeSet": "a review that is declined",
    "sagemaker:StopTrainingJob": "destroying while a job runs",
    "codepipeline:StopPipelineExecution": "stopping an execution",
    "codepipeline:PutApprovalResult": "answering an approval",
}
"""Actions that a run of the commands does not show, each with what needs it."""


def needed(partition: str, region: str, account: str, workshop: Workshop) -> Iterator[Needed]:
    """The table for one workshop, with its resources' ARNs filled in."""
    names = {
        "partition": partition,
        "place": f"{region}:{account}",
        "account": account,
        "suffix": workshop.suffix,
        "prep": workshop.prep_stack,
        "pipeline_stack": workshop.pipeline_stack,
        "data": workshop.data_bucket,
        "code": workshop.code_bucket,
        "artifacts": workshop.artifact_bucket,
        "models": workshop.model_bucket,
    }
    for row in TABLE:
        yield replace(row, resources=tuple(resource.format_map(names) for resource in row.resources))
