"""The table of IAM: for each service the action names and resource ARNs of its API operations, as data."""

from rehearsal.localaws.authorizer.actions.delivery import CODEBUILD, CODECOMMIT, CODEPIPELINE, ECR
from rehearsal.localaws.authorizer.actions.events import EVENTS, SCHEDULER, STEP_FUNCTIONS
from rehearsal.localaws.authorizer.actions.functions import LAMBDA
from rehearsal.localaws.authorizer.actions.iam import IAM, STS
from rehearsal.localaws.authorizer.actions.machine_learning import SAGEMAKER, SAGEMAKER_RUNTIME
from rehearsal.localaws.authorizer.actions.management import (
    AUTOSCALING,
    CLOUDFORMATION,
    CLOUDWATCH,
    LOGS,
    SERVICE_CATALOG,
    SSM,
)
from rehearsal.localaws.authorizer.actions.messaging import SNS, SQS
from rehearsal.localaws.authorizer.actions.secrets import KMS, SECRETS_MANAGER
from rehearsal.localaws.authorizer.actions.storage import DYNAMODB, S3
from rehearsal.localaws.authorizer.actions.table import Service

SERVICES: dict[str, Service] = {
    "application-autoscaling": AUTOSCALING,
    "cloudformation": CLOUDFORMATION,
    "cloudwatch": CLOUDWATCH,
    "codebuild": CODEBUILD,
    "codecommit": CODECOMMIT,
    "codepipeline": CODEPIPELINE,
    "ecr": ECR,
    "dynamodb": DYNAMODB,
    "events": EVENTS,
    "iam": IAM,
    "kms": KMS,
    "lambda": LAMBDA,
    "logs": LOGS,
    "s3": S3,
    "sagemaker": SAGEMAKER,
    "sagemaker-runtime": SAGEMAKER_RUNTIME,
    "scheduler": SCHEDULER,
    "secretsmanager": SECRETS_MANAGER,
    "servicecatalog": SERVICE_CATALOG,
    "sns": SNS,
    "sqs": SQS,
    "ssm": SSM,
    "stepfunctions": STEP_FUNCTIONS,
    "sts": STS,
}
"""By botocore's service name."""
