"""What one account has, another does not see: service by service, made in one and looked for in the other."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from tests.localaws.accounts.support import Account, allow, trust

Unique = Callable[[str], str]
Make = Callable[[Account, str], Any]
Names = Callable[[Account], Any]


class Kind(NamedTuple):
    """How a thing of a service is made by its name, and what an account lists of them."""

    service: str
    make: Make
    listed: Names


def _role(account: Account, name: str) -> str:
    services = ("codepipeline", "codebuild", "lambda", "states", "sagemaker", "events")
    return account.role(f"{name}-role", trust(*(f"{each}.amazonaws.com" for each in services)), allow("*"))


def _function(account: Account, name: str) -> Any:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return context.invoked_function_arn\n")
    return account.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="index.handler",
        Role=_role(account, name),
        Code={"ZipFile": file.getvalue()},
    )


def _pipeline(account: Account, name: str) -> Any:
    account.client("s3").create_bucket(Bucket=f"{name}-{account.id}")
    source = {
        "name": "Source",
        "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"},
        "configuration": {"S3Bucket": f"{name}-{account.id}", "S3ObjectKey": "a.zip", "PollForSourceChanges": "false"},
        "outputArtifacts": [{"name": "Source"}],
    }
    gate = {
        "name": "Gate",
        "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"},
    }
    stages = [{"name": "Source", "actions": [source]}, {"name": "Gate", "actions": [gate]}]
    store = {"type": "S3", "location": f"{name}-{account.id}"}
    pipeline = {"name": name, "roleArn": _role(account, name), "artifactStore": store, "stages": stages}
    return account.client("codepipeline").create_pipeline(pipeline={**pipeline, "version": 1})


def _stack(account: Account, name: str) -> Any:
    template = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    account.client("cloudformation").create_stack(StackName=name, TemplateBody=template)
    waiter = account.client("cloudformation").get_waiter("stack_create_complete")
    waiter.wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120})


def _project(account: Account, name: str) -> Any:
    return account.client("codebuild").create_project(
        name=name,
        serviceRole=_role(account, name),
        source={"type": "NO_SOURCE", "buildspec": "version: 0.2"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
    )


def _state_machine(account: Account, name: str) -> Any:
    definition = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
    return account.client("stepfunctions").create_state_machine(
        name=name, definition=definition, roleArn=_role(account, name)
    )


def _alarm(account: Account, name: str) -> Any:
    return account.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="Own",
        MetricName="m",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
    )


def _group(account: Account, name: str) -> Any:
    return account.client("sagemaker").create_model_package_group(ModelPackageGroupName=name)


def _of(service: str, operation: str, *path: str, **members: Any) -> Names:
    def listed(account: Account) -> Any:
        answer = getattr(account.client(service), operation)(**members)
        for step in path:
            answer = answer[step]
        return answer

    return listed


KINDS = (
    Kind("s3", lambda a, n: a.client("s3").create_bucket(Bucket=n), _of("s3", "list_buckets", "Buckets")),
    Kind("iam", lambda a, n: a.client("iam").create_user(UserName=n), _of("iam", "list_users", "Users")),
    Kind("lambda", _function, _of("lambda", "list_functions", "Functions")),
    Kind("codepipeline", _pipeline, _of("codepipeline", "list_pipelines", "pipelines")),
    Kind("codebuild", _project, _of("codebuild", "list_projects", "projects")),
    Kind(
        "codecommit",
        lambda a, n: a.client("codecommit").create_repository(repositoryName=n),
        _of("codecommit", "list_repositories", "repositories"),
    ),
    Kind("cloudformation", _stack, _of("cloudformation", "list_stacks", "StackSummaries")),
    Kind("sagemaker", _group, _of("sagemaker", "list_model_package_groups", "ModelPackageGroupSummaryList")),
    Kind("stepfunctions", _state_machine, _of("stepfunctions", "list_state_machines", "stateMachines")),
    Kind(
        "events",
        lambda a, n: a.client("events").put_rule(Name=n, EventPattern='{"source": ["own"]}'),
        _of("events", "list_rules", "Rules"),
    ),
    Kind(
        "scheduler",
        lambda a, n: a.client("scheduler").create_schedule_group(Name=n),
        _of("scheduler", "list_schedule_groups", "ScheduleGroups"),
    ),
    Kind("sqs", lambda a, n: a.client("sqs").create_queue(QueueName=n), lambda a: a.client("sqs").list_queues()),
    Kind("sns", lambda a, n: a.client("sns").create_topic(Name=n), _of("sns", "list_topics", "Topics")),
    Kind(
        "kms",
        lambda a, n: a.client("kms").create_alias(
            AliasName=f"alias/{n}", TargetKeyId=a.client("kms").create_key()["KeyMetadata"]["KeyId"]
        ),
        _of("kms", "list_aliases", "Aliases"),
    ),
    Kind("logs", lambda a, n: a.client("logs").create_log_group(logGroupName=n), _of("logs", "describe_log_groups")),
    Kind("cloudwatch", _alarm, _of("cloudwatch", "describe_alarms", "MetricAlarms")),
    Kind(
        "ssm",
        lambda a, n: a.client("ssm").put_parameter(Name=n, Value="v", Type="String"),
        _of("ssm", "describe_parameters", "Parameters"),
    ),
    Kind(
        "secretsmanager",
        lambda a, n: a.client("secretsmanager").create_secret(Name=n, SecretString="s"),
        _of("secretsmanager", "list_secrets", "SecretList"),
    ),
    Kind(
        "dynamodb",
        lambda a, n: a.client("dynamodb").create_table(
            TableName=n,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        ),
        _of("dynamodb", "list_tables", "TableNames"),
    ),
    Kind(
        "ecr",
        lambda a, n: a.client("ecr").create_repository(repositoryName=n),
        _of("ecr", "describe_repositories", "repositories"),
    ),
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.service)
def test_each_account_has_its_own(kind: Kind, build: Account, staging: Account, unique: Unique) -> None:
    name = f"own-{unique(kind.service)}"
    kind.make(build, name)
    assert name in json.dumps(kind.listed(build), default=str)
    assert name not in json.dumps(kind.listed(staging), default=str)
    if kind.service != "s3":  # names of buckets are unique among all accounts
        kind.make(staging, name)
        told = json.dumps(kind.listed(staging), default=str)
        assert name in told and build.id not in told


def test_names_of_buckets_are_unique_among_all_accounts(build: Account, staging: Account, unique: Unique) -> None:
    name = unique("bucket")
    build.client("s3").create_bucket(Bucket=name)
    with pytest.raises(ClientError) as refused:
        staging.client("s3").create_bucket(Bucket=name)
    assert refused.value.response["Error"]["Code"] == "BucketAlreadyExists"
    with pytest.raises(ClientError, match=r"AccessDenied.*: Access Denied$"):
        staging.client("s3").list_objects_v2(Bucket=name)


def test_a_function_runs_in_its_own_account(staging: Account, unique: Unique) -> None:
    name = unique("function")
    arn = _function(staging, name)["FunctionArn"]
    answer = staging.client("lambda").invoke(FunctionName=name)
    assert json.load(answer["Payload"]) == arn and f":{staging.id}:" in arn
    assert staging.client("logs").describe_log_streams(logGroupName=f"/aws/lambda/{name}")["logStreams"]


def test_a_name_of_another_account_is_refused_before_it_is_looked_for(
    build: Account, staging: Account, unique: Unique
) -> None:
    arn = f"arn:aws:lambda:us-east-1:{build.id}:function:{unique('nothing')}"
    with pytest.raises(ClientError) as refused:
        staging.client("lambda").get_function(FunctionName=arn)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert "because no resource-based policy allows the lambda:GetFunction action" in str(refused.value)
