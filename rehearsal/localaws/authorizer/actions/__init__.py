"""The table of IAM: for each service the action names and resource ARNs of its API operations, as data."""

from rehearsal.localaws.authorizer.actions.delivery import CODEBUILD, CODECOMMIT, CODEPIPELINE
from rehearsal.localaws.authorizer.actions.identity import IAM, KMS, SECRETS_MANAGER, STS
from rehearsal.localaws.authorizer.actions.management import (
    AUTOSCALING,
    CLOUDFORMATION,
    CLOUDWATCH,
    LOGS,
    SERVICE_CATALOG,
    SSM,
)
from rehearsal.localaws.authorizer.actions.messaging import EVENTS, SCHEDULER, SNS, SQS, STEP_FUNCTIONS
from rehearsal.localaws.authorizer.actions.s3 import S3
from rehearsal.localaws.authorizer.actions.sagemaker import SAGEMAKER, SAGEMAKER_RUNTIME
from rehearsal.localaws.authorizer.actions.serverless import DYNAMODB, LAMBDA
from rehearsal.localaws.authorizer.actions.table import Service

SERVICES: dict[str, Service] = {
    "application-autoscaling": AUTOSCALING,
    "cloudformation": CLOUDFORMATION,
    "cloudwatch": CLOUDWATCH,
    "codebuild": CODEBUILD,
    "codecommit": CODECOMMIT,
    "codepipeline": CODEPIPELINE,
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
