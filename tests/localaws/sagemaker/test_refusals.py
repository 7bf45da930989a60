"""What SageMaker refuses of networks, keys, alarms, autoscaled endpoints and serverless ones, and what it takes beside
that."""

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.sagemaker.job_data import RUNNING

NUMBERS = itertools.count()
SERVERLESS = {"MemorySizeInMB": 1024, "MaxConcurrency": 1}
NINE = [
    *("CreateNetworkInterface", "CreateNetworkInterfacePermission", "DeleteNetworkInterface"),
    *("DeleteNetworkInterfacePermission", "DescribeNetworkInterfaces", "DescribeVpcs", "DescribeDhcpOptions"),
    *("DescribeSubnets", "DescribeSecurityGroups"),
]
DATA = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"], "Resource": "*"}


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as raised:
        call()
    return str(raised.value)


@pytest.fixture
def made_role(aws: Any, unique: Callable[[str], str]) -> Callable[..., str]:
    """Makes a role for jobs and models that may do what is given beside the usual."""

    def make(*actions: str) -> str:
        iam, name = aws.client("iam"), f"{unique('refused')}-{next(NUMBERS)}"
        trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = {"Version": "2012-10-17", "Statement": [trust]}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
        more = [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}] if actions else []
        policy = {"Version": "2012-10-17", "Statement": [DATA, *RUNNING, *more]}
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
        return str(arn)

    return make


@pytest.fixture(scope="module")
def network(aws: Any) -> dict[str, list[str]]:
    """A VpcConfig of the default VPC."""
    ec2 = aws.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [subnet["VpcId"]]}])["SecurityGroups"]
    return {"Subnets": [subnet["SubnetId"]], "SecurityGroupIds": [groups[0]["GroupId"]]}


def model(hosting: Any, **members: Any) -> Any:
    container = {
        "Image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0",
        "ModelDataUrl": f"s3://{hosting.bucket}/model.tar.gz",
    }
    name = hosting.unique("vpc")
    return hosting.client.create_model(
        **{"ModelName": name, "PrimaryContainer": container, "ExecutionRoleArn": hosting.role, **members}
    )


def test_a_vpc_needs_its_subnets_its_groups_and_nine_rights(
    hosting: Any, network: dict[str, list[str]], made_role: Callable[..., str]
) -> None:
    missing = {**network, "Subnets": ["subnet-0a1b2c3d"]}
    assert "subnet ID 'subnet-0a1b2c3d' does not exist" in refused(lambda: model(hosting, VpcConfig=missing))
    missing = {**network, "SecurityGroupIds": ["sg-0a1b2c3d"]}
    assert "security group 'sg-0a1b2c3d' does not exist" in refused(lambda: model(hosting, VpcConfig=missing))
    assert "ec2:DescribeNetworkInterfaces" in refused(lambda: model(hosting, VpcConfig=network))
    for left_out in NINE:
        role = made_role(*(f"ec2:{each}" for each in NINE if each != left_out))
        assert f"ec2:{left_out} " in refused(lambda role=role: model(hosting, VpcConfig=network, ExecutionRoleArn=role))
    assert model(hosting, VpcConfig=network, ExecutionRoleArn=made_role(*(f"ec2:{each}" for each in NINE)))


def test_a_volume_needs_a_key_that_is_there_and_the_customers_own(aws: Any, hosting: Any) -> None:
    kms, variant = aws.client("kms"), hosting.variant(hosting.model())
    own = kms.create_key()["KeyMetadata"]["Arn"]
    gone = own[:-12] + "000000000000"
    assert "does not exist" in refused(lambda: hosting.config(variant, KmsKeyId=gone))
    aws.client("s3").create_bucket(Bucket=(bucket := hosting.unique("sealed")))
    aws.client("s3").put_object(Bucket=bucket, Key="k", Body=b"", ServerSideEncryption="aws:kms")
    managed = kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["Arn"]
    assert "managed by AWS" in refused(lambda: hosting.config(variant, KmsKeyId=managed)), (
        "by its ARN, not by its alias"
    )
    assert hosting.config(variant, KmsKeyId=own)


def test_an_endpoint_with_a_key_needs_the_callers_grant(aws: Any, hosting: Any, made_role: Callable[..., str]) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    config = hosting.config(hosting.variant(hosting.model()), KmsKeyId=key)
    arn, name = made_role("sagemaker:*", "iam:PassRole"), hosting.unique("ungranted")
    iam, role = aws.client("iam"), arn.rpartition("/")[2]
    trust = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=document)
    session = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="caller")["Credentials"]
    client = aws.client("sagemaker", credentials=session)
    message = refused(lambda: client.create_endpoint(EndpointName=name, EndpointConfigName=config))
    assert f"not authorized to perform: kms:CreateGrant on resource: {key}" in message
    grant = {"Effect": "Allow", "Action": "kms:CreateGrant", "Resource": key}
    grant["Condition"] = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [grant]})
    iam.put_role_policy(RoleName=role, PolicyName="grant", PolicyDocument=policy)
    client.create_endpoint(EndpointName=name, EndpointConfigName=config)
    hosting.settled(name)
    client.delete_endpoint(EndpointName=name)


def test_alarms_of_an_update_exist_and_may_be_described(aws: Any, hosting: Any, made_role: Callable[..., str]) -> None:
    config, name = hosting.config(hosting.variant(hosting.model())), hosting.endpoint()

    def update(alarm: str, to: str = config) -> Any:
        guard = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
        wanted = {
            "BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": guard},
            "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm}]},
        }
        return hosting.client.update_endpoint(EndpointName=name, EndpointConfigName=to, DeploymentConfig=wanted)

    assert "nobody-made-this-alarm do not exist" in refused(lambda: update("nobody-made-this-alarm"))
    alarm = hosting.unique("alarm")
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName=alarm,
        Namespace="n",
        MetricName="m",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    hosting.role, described = made_role(), hosting.role
    blind = hosting.config(hosting.variant(hosting.model()))
    hosting.role = described
    assert "cloudwatch:DescribeAlarms" in refused(lambda: update(alarm, blind))
    assert update(alarm)
    hosting.settled(name)


@pytest.fixture
def scaled(aws: Any, hosting: Any) -> Iterator[tuple[str, Any, dict[str, str]]]:
    """An endpoint whose variant is a scalable target."""
    name, scaling = hosting.endpoint(), aws.client("application-autoscaling")
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{name}/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=2)
    yield name, scaling, target


def test_a_scaled_variant_keeps_its_instance_type(hosting: Any, scaled: Any) -> None:
    name, scaling, target = scaled
    other = hosting.config({**hosting.variant(hosting.model()), "InstanceType": "ml.c5.xlarge"})
    renamed = hosting.config(hosting.variant(hosting.model(), "Other"))

    def update(config: str) -> Any:
        return hosting.client.update_endpoint(EndpointName=name, EndpointConfigName=config)

    assert "would change from ml.m5.large to ml.c5.xlarge" in refused(lambda: update(other))
    assert "would be removed" in refused(lambda: update(renamed))
    assert update(hosting.config(hosting.variant(hosting.model())))
    hosting.settled(name)
    scaling.deregister_scalable_target(**target)
    assert update(other)
    assert hosting.settled(name)["EndpointConfigName"] == other


def test_deleting_an_endpoint_deregisters_its_targets(hosting: Any, scaled: Any) -> None:
    name, scaling, target = scaled
    hosting.client.delete_endpoint(EndpointName=name)
    named = {"ServiceNamespace": "sagemaker", "ResourceIds": [target["ResourceId"]]}
    assert scaling.describe_scalable_targets(**named)["ScalableTargets"] == []


def test_who_may_not_deregister_may_not_delete(aws: Any, scaled: Any, made_role: Callable[..., str]) -> None:
    name, _, _ = scaled
    arn = made_role("sagemaker:*")
    trust = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    aws.client("iam").update_assume_role_policy(RoleName=arn.rpartition("/")[2], PolicyDocument=document)
    session = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="caller")["Credentials"]
    client = aws.client("sagemaker", credentials=session)
    message = refused(lambda: client.delete_endpoint(EndpointName=name))
    assert "application-autoscaling:DeregisterScalableTarget" in message


def test_instances_do_not_become_serverless_and_serverless_becomes_instances(hosting: Any) -> None:
    serverless = {"VariantName": "AllTraffic", "ServerlessConfig": SERVERLESS}
    without = hosting.config({**serverless, "ModelName": hosting.model()})
    name = hosting.endpoint(without)
    instances = hosting.config(hosting.variant(hosting.model()))
    hosting.client.update_endpoint(EndpointName=name, EndpointConfigName=instances)
    assert hosting.settled(name)["EndpointConfigName"] == instances
    message = refused(lambda: hosting.client.update_endpoint(EndpointName=name, EndpointConfigName=without))
    assert "cannot be converted to a serverless endpoint" in message


def test_quotas_count_the_instances_of_endpoints(aws: Any, hosting: Any) -> None:
    name = "ml.c5.9xlarge for endpoint usage"
    config = hosting.config({**hosting.variant(hosting.model(), count=2), "InstanceType": "ml.c5.9xlarge"})
    aws.rehearsal("POST", "quotas", **{name: 1})
    try:
        message = refused(lambda: hosting.endpoint(config))
    finally:
        aws.rehearsal("POST", "quotas", **{name: None})
    assert f"'{name}' is 1 Instances, with current utilization of 0 Instances and a request delta of 2" in message
