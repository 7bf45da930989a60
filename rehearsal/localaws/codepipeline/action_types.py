"""The action and rule types that pipelines may name: their configuration keys and how many artifacts they take. Pure data.

Reference: user guide, "Action structure reference", "Rule structure reference" and "Valid input and output artifacts".
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rehearsal.localaws.codepipeline.definition import ActionType


@dataclass(frozen=True)
class Counts:
    """How many artifacts an action may have."""

    least: int
    most: int


NONE, ONE, UP_TO_ONE, ANY = Counts(0, 0), Counts(1, 1), Counts(0, 1), Counts(0, 5)


@dataclass(frozen=True)
class TypeRules:
    """What a declaration of this type may and must say; ``properties`` maps configuration keys to whether they are required."""

    properties: Mapping[str, bool]
    inputs: Counts = NONE
    outputs: Counts = NONE


AWS_TYPES: dict[tuple[str, str], TypeRules] = {
    ("Source", "S3"): TypeRules(
        {"S3Bucket": True, "S3ObjectKey": True, "PollForSourceChanges": False, "AllowOverrideForS3ObjectKey": False},
        outputs=ONE,
    ),
    ("Source", "CodeCommit"): TypeRules(
        {"RepositoryName": True, "BranchName": True, "PollForSourceChanges": False, "OutputArtifactFormat": False},
        outputs=ONE,
    ),
    ("Source", "CodeStarSourceConnection"): TypeRules(
        {
            "ConnectionArn": True,
            "FullRepositoryId": True,
            "BranchName": True,
            "OutputArtifactFormat": False,
            "DetectChanges": False,
        },
        outputs=ONE,
    ),
    ("Invoke", "Lambda"): TypeRules({"FunctionName": True, "UserParameters": False}, ANY, ANY),
    ("Approval", "Manual"): TypeRules({"NotificationArn": False, "CustomData": False, "ExternalEntityLink": False}),
    ("Invoke", "StepFunctions"): TypeRules(
        {"StateMachineArn": True, "ExecutionNamePrefix": False, "InputType": False, "Input": False},
        UP_TO_ONE,
        UP_TO_ONE,
    ),
    ("Build", "CodeBuild"): TypeRules(
        {
            "ProjectName": True,
            "PrimarySource": False,
            "BatchEnabled": False,
            "CombineArtifacts": False,
            "EnvironmentVariables": False,
        },
        inputs=Counts(1, 5),
        outputs=ANY,
    ),
    ("Test", "CodeBuild"): TypeRules(
        {
            "ProjectName": True,
            "PrimarySource": False,
            "BatchEnabled": False,
            "CombineArtifacts": False,
            "EnvironmentVariables": False,
        },
        inputs=Counts(1, 5),
        outputs=ANY,
    ),
    ("Compute", "Commands"): TypeRules({}, Counts(1, 10), UP_TO_ONE),
    ("Deploy", "S3"): TypeRules(
        {
            "BucketName": True,
            "Extract": True,
            "ObjectKey": False,
            "KMSEncryptionKeyARN": False,
            "CannedACL": False,
            "CacheControl": False,
        },
        inputs=ONE,
    ),
    ("Deploy", "CloudFormation"): TypeRules(
        {
            "ActionMode": True,
            "StackName": True,
            "Capabilities": False,
            "ChangeSetName": False,
            "RoleArn": False,
            "TemplatePath": False,
            "OutputFileName": False,
            "ParameterOverrides": False,
            "TemplateConfiguration": False,
        },
        inputs=Counts(0, 10),
        outputs=UP_TO_ONE,
    ),
}

RULE_TYPES: dict[str, TypeRules] = {
    "LambdaInvoke": TypeRules({"FunctionName": True, "UserParameters": False}),
    "VariableCheck": TypeRules({"Variable": True, "Operator": True, "Value": True}),
    "CloudWatchAlarm": TypeRules({"AlarmName": True, "AlarmStates": False, "WaitTime": False}),
    "DeploymentWindow": TypeRules({"Cron": True, "TimeZone": False}),
    "Commands": TypeRules({}, inputs=ONE),
}

TypeTable = Mapping[ActionType, TypeRules]


def aws_types() -> dict[ActionType, TypeRules]:
    """Every AWS-owned type, with its full id."""
    return {ActionType(category, "AWS", provider, "1"): rules for (category, provider), rules in AWS_TYPES.items()}
