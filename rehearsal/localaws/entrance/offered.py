"""The services that the embedded AWS offers, and of some of them the operations. What is not here is refused by name.

moto has a hundred services more that keep records and do no work: instances that never run, databases that nobody can
reach. An answer that only looks like AWS's would let a rehearsal pass and the account fail, so they are not served.
Pure data.
"""

from collections.abc import Mapping

SERVICES: Mapping[str, str] = {
    "applicationautoscaling": "application-autoscaling",
    "awslambda": "lambda",
    "cloudformation": "cloudformation",
    "cloudwatch": "cloudwatch",
    "codebuild": "codebuild",
    "codecommit": "codecommit",
    "codepipeline": "codepipeline",
    "dynamodb": "dynamodb",
    "dynamodbstreams": "dynamodbstreams",
    "ec2": "ec2",
    "ecr": "ecr",
    "events": "events",
    "iam": "iam",
    "kms": "kms",
    "logs": "logs",
    "route53": "route53",
    "s3": "s3",
    "sagemaker": "sagemaker",
    "sagemakerruntime": "sagemaker-runtime",
    "scheduler": "scheduler",
    "secretsmanager": "secretsmanager",
    "servicecatalog": "servicecatalog",
    "sns": "sns",
    "sqs": "sqs",
    "ssm": "ssm",
    "stepfunctions": "stepfunctions",
    "sts": "sts",
}
"""By moto's name, with botocore's."""


def _operations(text: str) -> frozenset[str]:
    return frozenset(text.split())


OPERATIONS: Mapping[str, frozenset[str]] = {
    "application-autoscaling": _operations(
        """
        DeleteScalingPolicy DeregisterScalableTarget DescribeScalableTargets DescribeScalingPolicies PutScalingPolicy
        RegisterScalableTarget
        """
    ),
    "ec2": _operations(
        """
        AssociateRouteTable AttachInternetGateway AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress
        CreateInternetGateway CreateKeyPair CreateRoute CreateRouteTable CreateSecurityGroup CreateSubnet CreateTags
        CreateVpc CreateVpcEndpoint DeleteInternetGateway DeleteKeyPair DeleteRoute DeleteRouteTable DeleteSecurityGroup
        DeleteSubnet DeleteTags DeleteVpc DeleteVpcEndpoints DescribeAvailabilityZones DescribeImages DescribeInstances
        DescribeInternetGateways DescribeKeyPairs DescribeNetworkAcls DescribeNetworkInterfaces DescribeRegions
        DescribeRouteTables DescribeSecurityGroupRules DescribeSecurityGroups DescribeSubnets DescribeTags
        DescribeVolumes DescribeVpcAttribute DescribeVpcEndpoints DescribeVpcEndpointServices DescribeVpcs
        DetachInternetGateway DisassociateRouteTable ImportKeyPair ModifySubnetAttribute ModifyVpcAttribute
        RevokeSecurityGroupEgress RevokeSecurityGroupIngress
        """
    ),
    "ecr": _operations(
        """
        BatchDeleteImage BatchGetImage CreateRepository DeleteLifecyclePolicy DeleteRepository DeleteRepositoryPolicy
        DescribeImages DescribeRepositories GetLifecyclePolicy GetRepositoryPolicy ListImages ListTagsForResource
        PutImageTagMutability PutLifecyclePolicy SetRepositoryPolicy TagResource UntagResource
        """
    ),
    "route53": _operations("CreateHostedZone DeleteHostedZone GetHostedZone ListHostedZones ListHostedZonesByName"),
    "ssm": _operations(
        """
        AddTagsToResource DeleteParameter DeleteParameters DescribeParameters GetParameter GetParameterHistory
        GetParameters GetParametersByPath LabelParameterVersion ListTagsForResource PutParameter RemoveTagsFromResource
        UnlabelParameterVersion
        """
    ),
}
"""By botocore's name: scaling by policies and not by schedules, of EC2 the networks that jobs and templates name, of
ECR the repositories (nobody logs in, pushes or scans), of Route 53 the zones that templates name, of Systems Manager
the Parameter Store. Of the other services whatever their own room, or moto, has."""


RECORDED_ONLY: Mapping[str, frozenset[str]] = {
    "events": _operations(
        """
        CreateApiDestination CreateConnection CreatePartnerEventSource PutPartnerEvents UpdateApiDestination
        UpdateConnection
        """
    ),
}
"""Operations of services offered otherwise that would only keep a record: nothing leaves this machine, so no API
destination is called, and no partner sends events."""


class NotOffered(NotImplementedError):
    """A request for a service that the embedded AWS has not."""


def refusal(service: str) -> str:
    """What to tell who asked for a service that is not offered."""
    return f"The embedded AWS does not offer the service {service}. It offers {', '.join(sorted(SERVICES.values()))}."


def is_recorded_only(service: str, operation: str) -> bool:
    """Whether an operation would leave a record that nothing works with. It is checked as any, and refused then."""
    return operation in RECORDED_ONLY.get(service, ())


def is_offered(service: str, operation: str) -> bool:
    """Whether an operation of an offered service is served at all, by botocore's names."""
    return service not in OPERATIONS or operation in OPERATIONS[service]
