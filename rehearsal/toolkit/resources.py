"""Every resource by service: what lists the kinds that the workshop and its like use, and what describes one.

A kind is a row of a table. Values of secrets and parameters are never read: their descriptions have none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import NotThere

MOST = 500


@dataclass(frozen=True)
class Kind:
    """``lists`` is a boto3 operation, ``member`` its list, ``key`` the name in an entry (empty where entries are
    names).

    ``describes`` takes the name as ``parameter``; where nothing describes, the entry of the list is the description.
    """

    service: str
    title: str
    lists: str
    member: str
    key: str = ""
    describes: str = ""
    parameter: str = ""
    fixed: tuple[tuple[str, Any], ...] = ()

    @property
    def slug(self) -> str:
        """For addresses: ``training-jobs``."""
        return self.title.lower().replace(" ", "-")

    @property
    def option(self) -> str:
        """What the describing operation calls the name: as the list does, unless told."""
        return self.parameter or self.key


@dataclass(frozen=True)
class Resource:
    """One of a kind by its name, and what the list says of it."""

    name: str
    entry: Any


def _job(title: str, name: str) -> Kind:
    """A kind of SageMaker's jobs, whose operations are all called alike."""
    snake = "".join(f"_{each.lower()}" if each.isupper() else each for each in name)
    return Kind("sagemaker", title, f"list{snake}s", f"{name}Summaries", f"{name}Name", f"describe{snake}")


KINDS = (
    Kind("cloudformation", "Stacks", "describe_stacks", "Stacks", "StackName"),
    Kind("cloudwatch", "Alarms", "describe_alarms", "MetricAlarms", "AlarmName"),
    Kind("codebuild", "Projects", "list_projects", "projects", "", "batch_get_projects", "names"),
    Kind("codecommit", "Repositories", "list_repositories", "repositories", "repositoryName", "get_repository"),
    Kind("codepipeline", "Pipelines", "list_pipelines", "pipelines", "name", "get_pipeline"),
    Kind("dynamodb", "Tables", "list_tables", "TableNames", "", "describe_table", "TableName"),
    Kind("ecr", "Image repositories", "describe_repositories", "repositories", "repositoryName"),
    Kind("events", "Rules", "list_rules", "Rules", "Name", "describe_rule"),
    Kind("iam", "Roles", "list_roles", "Roles", "RoleName", "get_role"),
    Kind("iam", "Policies", "list_policies", "Policies", "PolicyName", fixed=(("Scope", "Local"),)),
    Kind("iam", "Users", "list_users", "Users", "UserName", "get_user"),
    Kind("kms", "Keys", "list_keys", "Keys", "KeyId", "describe_key"),
    Kind("lambda", "Functions", "list_functions", "Functions", "FunctionName"),
    Kind("logs", "Log groups", "describe_log_groups", "logGroups", "logGroupName"),
    Kind("s3", "Buckets", "list_buckets", "Buckets", "Name", "get_bucket_versioning", "Bucket"),
    _job("Training jobs", "TrainingJob"),
    _job("Processing jobs", "ProcessingJob"),
    _job("Transform jobs", "TransformJob"),
    _job("Tuning jobs", "HyperParameterTuningJob"),
    Kind("sagemaker", "Models", "list_models", "Models", "ModelName", "describe_model"),
    Kind("sagemaker", "Endpoint configs", "list_endpoint_configs", "EndpointConfigs", "EndpointConfigName",
         "describe_endpoint_config"),
    Kind("sagemaker", "Endpoints", "list_endpoints", "Endpoints", "EndpointName", "describe_endpoint"),
    Kind("sagemaker", "Model package groups", "list_model_package_groups", "ModelPackageGroupSummaryList",
         "ModelPackageGroupName", "describe_model_package_group"),
    Kind("sagemaker", "Pipelines", "list_pipelines", "PipelineSummaries", "PipelineName", "describe_pipeline"),
    Kind("secretsmanager", "Secrets", "list_secrets", "SecretList", "Name", "describe_secret", "SecretId"),
    Kind("sns", "Topics", "list_topics", "Topics", "TopicArn", "get_topic_attributes"),
    Kind("sqs", "Queues", "list_queues", "QueueUrls", "", "get_queue_attributes", "QueueUrl",
         (("AttributeNames", ["All"]),)),
    Kind("ssm", "Parameters", "describe_parameters", "Parameters", "Name"),
    Kind("stepfunctions", "State machines", "list_state_machines", "stateMachines", "stateMachineArn",
         "describe_state_machine"),
)  # fmt: skip


def kind_of(service: str, slug: str) -> Kind:
    """The row.

    Raises:
        NotThere: there is none such.
    """
    for kind in KINDS:
        if (kind.service, kind.slug) == (service, slug):
            return kind
    raise NotThere(
        f"resources {slug} of {service} are not listed", where="resources", next_step="choose one of the list"
    )


def listed(aws: Aws, kind: Kind) -> list[Resource]:
    """Those of the account and region, by name, 500 at most."""
    client = aws.client(kind.service)
    given = dict(kind.fixed) if not kind.describes else {}
    if client.can_paginate(kind.lists):
        pages = client.get_paginator(kind.lists).paginate(**given, PaginationConfig={"MaxItems": MOST})
    else:
        pages = [getattr(client, kind.lists)(**given)]
    entries = [entry for page in pages for entry in page.get(kind.member) or ()]
    return sorted(
        (Resource(entry[kind.key] if kind.key else entry, entry) for entry in entries), key=lambda each: each.name
    )


def described(aws: Aws, kind: Kind, name: str) -> Mapping[str, Any]:
    """What its service says of it, as it says it.

    Raises:
        NotThere: the list has none of this name.
    """
    if not kind.describes:
        found = next((each.entry for each in listed(aws, kind) if each.name == name), None)
        if found is None:
            raise NotThere(
                f"there is no {name}", where=f"{kind.service}, {kind.title}", next_step="choose one of the list"
            )
        return dict(found)
    value = [name] if kind.option == "names" else name
    answer = getattr(aws.client(kind.service), kind.describes)(**{kind.option: value}, **dict(kind.fixed))
    return {member: each for member, each in answer.items() if member != "ResponseMetadata"}
