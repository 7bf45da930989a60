"""boto3's waiters against the embedded AWS: each ends in success, or in the failure that its service documents.

Slow work of all rows is begun before the first wait, so that it goes on side by side.
"""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import WaiterError

from tests.conftest import ROOT
from tests.localaws.deploying import TRUST, zip_of
from tests.localaws.sagemaker.conftest import IMAGE, train

TAIL = uuid.uuid4().hex[:8]
NAME = f"waited-for-{TAIL}"
GOOD, BROKEN, CHANGED, ABSENT, NEVER = (f"{stem}-{TAIL}" for stem in ("good", "broken", "changed", "absent", "never"))
ACCOUNT = "arn:aws:iam::123456789012"
SCRIPT_IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
FUNCTION = {"FunctionName": NAME}

SUCCEED = [
    ("cloudformation", "stack_exists", {"StackName": GOOD}),
    ("cloudformation", "stack_create_complete", {"StackName": GOOD}),
    ("cloudformation", "change_set_create_complete", {"StackName": GOOD, "ChangeSetName": CHANGED}),
    ("cloudformation", "stack_update_complete", {"StackName": CHANGED}),
    ("cloudformation", "stack_rollback_complete", {"StackName": BROKEN}),
    ("cloudformation", "stack_delete_complete", {"StackName": ABSENT}),
    ("lambda", "function_exists", FUNCTION),
    ("lambda", "function_active", FUNCTION),
    ("lambda", "function_active_v2", FUNCTION),
    ("lambda", "function_updated", FUNCTION),
    ("lambda", "function_updated_v2", FUNCTION),
    ("lambda", "published_version_active", FUNCTION | {"Qualifier": "1"}),
    ("s3", "bucket_exists", {"Bucket": NAME}),
    ("s3", "bucket_not_exists", {"Bucket": NEVER}),
    ("s3", "object_exists", {"Bucket": NAME, "Key": "train/rows.csv"}),
    ("s3", "object_not_exists", {"Bucket": NAME, "Key": "absent"}),
    ("iam", "role_exists", {"RoleName": NAME}),
    ("iam", "policy_exists", {"PolicyArn": f"{ACCOUNT}:policy/{NAME}"}),
    ("iam", "user_exists", {"UserName": NAME}),
    ("iam", "instance_profile_exists", {"InstanceProfileName": NAME}),
    ("cloudwatch", "alarm_exists", {"AlarmNames": [NAME]}),
    ("dynamodb", "table_exists", {"TableName": NAME}),
    ("dynamodb", "table_not_exists", {"TableName": NEVER}),
    ("sagemaker", "training_job_completed_or_stopped", {"TrainingJobName": NAME}),
    ("sagemaker", "processing_job_completed_or_stopped", {"ProcessingJobName": NAME}),
    ("sagemaker", "transform_job_completed_or_stopped", {"TransformJobName": NAME}),
    ("sagemaker", "endpoint_in_service", {"EndpointName": NAME}),
    ("sagemaker", "endpoint_deleted", {"EndpointName": ABSENT}),
]
"""Service, waiter, what it asks for."""

FAIL = [
    ("cloudformation", "stack_create_complete", {"StackName": NEVER}, "ValidationError"),
    ("cloudformation", "stack_update_complete", {"StackName": BROKEN}, "UPDATE_ROLLBACK_COMPLETE"),
    ("cloudformation", "change_set_create_complete", {"StackName": GOOD, "ChangeSetName": "nothing"}, "FAILED"),
    ("sagemaker", "training_job_completed_or_stopped", {"TrainingJobName": BROKEN}, "Failed"),
    ("sagemaker", "endpoint_in_service", {"EndpointName": NEVER}, "ValidationException"),
]
"""The same, with what the waiter's failure is about."""


def stack(**parameters: str) -> dict[str, Any]:
    """A template with a log group whose retention a change of the parameter changes; an instance profile of a role
    where named."""
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": int(parameters["days"])}}
    resources: dict[str, Any] = {"Group": group}
    if "role" in parameters:
        resources["Profile"] = {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [parameters["role"]]}}
    return {"TemplateBody": json.dumps({"Resources": resources}), "Capabilities": ["CAPABILITY_IAM"]}


def make_stacks(cloudformation: Any) -> None:
    for name in (GOOD, CHANGED, BROKEN, ABSENT):
        cloudformation.create_stack(StackName=name, **stack(days="1"))
    for name in (GOOD, CHANGED, BROKEN, ABSENT):
        wait(cloudformation, "stack_create_complete", {"StackName": name})
    cloudformation.create_change_set(StackName=GOOD, ChangeSetName=CHANGED, **stack(days="3"))
    cloudformation.create_change_set(StackName=GOOD, ChangeSetName="nothing", **stack(days="1"))
    cloudformation.update_stack(StackName=CHANGED, **stack(days="3"))
    cloudformation.update_stack(StackName=BROKEN, **stack(days="3", role=ABSENT))
    cloudformation.delete_stack(StackName=ABSENT)


def make_identities(iam: Any) -> str:
    trust = json.loads(json.dumps(TRUST))
    trust["Statement"][0]["Principal"]["Service"] = ["lambda.amazonaws.com", "sagemaker.amazonaws.com"]
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    policy = iam.create_policy(PolicyName=NAME, PolicyDocument=json.dumps(allow))["Policy"]["Arn"]
    role: str = iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.attach_role_policy(RoleName=NAME, PolicyArn=policy)
    iam.create_user(UserName=NAME)
    iam.create_instance_profile(InstanceProfileName=NAME)
    return role


def make_function(functions: Any, role: str) -> None:
    code = {"ZipFile": zip_of({"app.py": "def handler(event, context):\n    return None\n"})}
    functions.create_function(FunctionName=NAME, Runtime="python3.12", Role=role, Handler="app.handler", Code=code)
    functions.publish_version(FunctionName=NAME)
    functions.update_function_configuration(FunctionName=NAME, Description="changed")


def make_records(aws: Any) -> None:
    key = {"AttributeName": "id", "KeyType": "HASH"}
    kinds = [{"AttributeName": "id", "AttributeType": "S"}]
    aws.client("dynamodb").create_table(
        TableName=NAME, KeySchema=[key], AttributeDefinitions=kinds, BillingMode="PAY_PER_REQUEST"
    )
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName=NAME,
        Namespace="Tests",
        MetricName="Rows",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )


def make_jobs(aws: Any, role: str) -> None:
    sagemaker, trained = aws.client("sagemaker"), train(0)
    files = {
        "train/rows.csv": trained.csv(50),
        "model.tar.gz": trained.artifact(),
        "code/script.py": b"print('done')\n",
    }
    for path, content in files.items():
        aws.client("s3").put_object(Bucket=NAME, Key=path, Body=content)
    sagemaker.create_model(
        ModelName=NAME,
        ExecutionRoleArn=role,
        PrimaryContainer={"Image": IMAGE, "ModelDataUrl": f"s3://{NAME}/model.tar.gz"},
    )
    variant = {"VariantName": "All", "ModelName": NAME, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName=NAME, ProductionVariants=[variant])
    for name in (NAME, ABSENT):
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=NAME)
    one = {"InstanceType": "ml.m5.large", "InstanceCount": 1}
    rows = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{NAME}/train/"}}
    for name, objective in ((NAME, "reg:squarederror"), (BROKEN, "reg:absent")):
        sagemaker.create_training_job(
            TrainingJobName=name,
            RoleArn=role,
            AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            HyperParameters={"num_round": "2", "objective": objective},
            InputDataConfig=[{"ChannelName": "train", "ContentType": "text/csv", "DataSource": rows}],
            OutputDataConfig={"S3OutputPath": f"s3://{NAME}/models"},
            ResourceConfig={**one, "VolumeSizeInGB": 5},
            StoppingCondition={"MaxRuntimeInSeconds": 600},
        )
    sagemaker.create_transform_job(
        TransformJobName=NAME,
        ModelName=NAME,
        TransformInput={"DataSource": rows, "ContentType": "text/csv", "SplitType": "Line"},
        TransformOutput={"S3OutputPath": f"s3://{NAME}/transformed"},
        TransformResources=one,
    )
    folder = "/opt/ml/processing/input/code"
    code = {"S3Uri": f"s3://{NAME}/code/", "LocalPath": folder, "S3DataType": "S3Prefix", "S3InputMode": "File"}
    sagemaker.create_processing_job(
        ProcessingJobName=NAME,
        RoleArn=role,
        AppSpecification={"ImageUri": SCRIPT_IMAGE, "ContainerEntrypoint": ["python3", f"{folder}/script.py"]},
        ProcessingInputs=[{"InputName": "code", "S3Input": code}],
        ProcessingResources={"ClusterConfig": {**one, "VolumeSizeInGB": 5}},
    )


@pytest.fixture(scope="module")
def begun(aws: Any) -> Iterator[Any]:
    """The embedded AWS with all that the rows wait for begun."""
    aws.client("s3").create_bucket(Bucket=NAME)
    role = make_identities(aws.client("iam"))
    make_jobs(aws, role)
    make_stacks(aws.client("cloudformation"))
    make_function(aws.client("lambda"), role)
    make_records(aws)
    sagemaker = aws.client("sagemaker")
    wait(sagemaker, "endpoint_in_service", {"EndpointName": ABSENT})
    sagemaker.delete_endpoint(EndpointName=ABSENT)
    yield aws
    sagemaker.delete_endpoint(EndpointName=NAME)


def wait(client: Any, waiter: str, asked: dict[str, Any]) -> None:
    """Wait for up to a minute, asking often."""
    client.get_waiter(waiter).wait(**asked, WaiterConfig={"Delay": 0.05, "MaxAttempts": 1200})


@pytest.mark.parametrize(("service", "waiter", "asked"), SUCCEED, ids=[f"{row[0]}-{row[1]}" for row in SUCCEED])
def test_a_waiter_ends_in_success(begun: Any, service: str, waiter: str, asked: dict[str, Any]) -> None:
    wait(begun.client(service), waiter, asked)


@pytest.mark.parametrize(("service", "waiter", "asked", "words"), FAIL, ids=[f"{row[0]}-{row[1]}" for row in FAIL])
def test_a_waiter_ends_in_its_documented_failure(
    begun: Any, service: str, waiter: str, asked: dict[str, Any], words: str
) -> None:
    with pytest.raises(WaiterError) as failed:
        wait(begun.client(service), waiter, asked)
    assert "terminal failure" in str(failed.value) or "ValidationE" in str(failed.value)
    assert words in json.dumps(failed.value.last_response, default=str)


@pytest.mark.parametrize("service", ["codepipeline", "codebuild", "codecommit"])
def test_services_without_waiters_are_asked_again_and_again(service: str) -> None:
    """botocore knows none, so documentation and tests ask until a state comes."""
    with pytest.raises(botocore.session.UnknownServiceError):
        botocore.session.get_session().get_waiter_model(service)


def test_the_documentation_names_every_waiter_that_is_run() -> None:
    page = (ROOT / "docs" / "embedded-aws.md").read_text()
    assert [waiter for _, waiter, *_ in [*SUCCEED, *FAIL] if f"`{waiter}`" not in page] == []
