"""What of a project is in an account, and how each of it is removed."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.translation import code_of
from rehearsal.toolkit.cleanup import teardown
from rehearsal.toolkit.cleanup.leftovers import Kind, Leftover
from rehearsal.toolkit.cleanup.teardown import Result
from rehearsal.toolkit.executions.events import Tell
from rehearsal.toolkit.labs.leftovers import is_missing
from rehearsal.toolkit.mlops.names import ProjectNames
from rehearsal.toolkit.mlops.projects import Launched
from rehearsal.toolkit.mlops.standing import STAGES
from rehearsal.toolkit.stacks import stacks

_OF_SERVICE_CATALOG = "SC-"
"""How the stacks of provisioned products begin."""
_RUNNING = ("InProgress", "Stopping", "Executing")


def survey(aws: Aws, project: Launched) -> list[Leftover]:
    """Everything of the project, in the order of removal. Changes nothing."""
    names = project.names
    found = [
        *_deliveries(aws, names),
        *_model_pipeline(aws, names),
        *_packages(aws, names),
        *_stacks(aws, project),
        *_buckets(aws, names),
        *_log_groups(aws, names),
    ]
    return sorted(found, key=lambda leftover: (leftover.kind, leftover.name))


def destroy(aws: Aws, project: Launched, tell: Tell) -> Result:
    """Remove everything that :func:`survey` finds, waiting for what is in the middle of a change."""
    return teardown.remove_all(lambda: survey(aws, project), lambda leftover: _remove(aws, leftover, tell), tell)


def _deliveries(aws: Aws, names: ProjectNames) -> Iterator[Leftover]:
    """Executions of the two CodePipelines that run, as ``PIPELINE/ID``."""
    client = aws.client("codepipeline")
    for pipeline in (names.build_pipeline, names.deploy_pipeline):
        try:
            pages = list(client.get_paginator("list_pipeline_executions").paginate(pipelineName=pipeline))
        except ClientError as error:
            if code_of(error) == "PipelineNotFoundException":
                continue
            raise
        for run in (each for page in pages for each in page["pipelineExecutionSummaries"]):
            if run["status"] in _RUNNING:
                yield Leftover(Kind.EXECUTION, f"{pipeline}/{run['pipelineExecutionId']}", run["status"])


def _model_pipeline(aws: Aws, names: ProjectNames) -> Iterator[Leftover]:
    sagemaker, name = aws.client("sagemaker"), names.name_and_id
    try:
        sagemaker.describe_pipeline(PipelineName=name)
        pages = list(sagemaker.get_paginator("list_pipeline_executions").paginate(PipelineName=name))
    except ClientError as error:
        if is_missing(error):
            return
        raise
    yield Leftover(Kind.MODEL_PIPELINE, name)
    for run in (each for page in pages for each in page["PipelineExecutionSummaries"]):
        if run["PipelineExecutionStatus"] in _RUNNING:
            yield Leftover(Kind.EXECUTION, run["PipelineExecutionArn"], run["PipelineExecutionStatus"])


def _packages(aws: Aws, names: ProjectNames) -> Iterator[Leftover]:
    pages = aws.client("sagemaker").get_paginator("list_model_packages")
    try:
        for page in pages.paginate(ModelPackageGroupName=names.name_and_id):
            for package in page["ModelPackageSummaryList"]:
                yield Leftover(Kind.MODEL_PACKAGE, package["ModelPackageArn"], package.get("ModelApprovalStatus", ""))
    except ClientError as error:
        if not is_missing(error):
            raise


def _stacks(aws: Aws, project: Launched) -> Iterator[Leftover]:
    kinds = {project.names.deploy_stack(stage): Kind.ENDPOINT_STACK for stage in STAGES}
    for name, kind in {**kinds, project.stack: Kind.PROJECT_STACK}.items():
        stack = stacks.describe(aws, name)
        if stack is not None:
            yield Leftover(kind, name, stack["StackStatus"])


def _buckets(aws: Aws, names: ProjectNames) -> Iterator[Leftover]:
    """The project's, whose stack takes it along once it is empty; that of the first commits, if a creation was
    killed."""
    mine = {each["Name"] for each in aws.client("s3").list_buckets()["Buckets"]}
    for bucket in (names.bucket, names.seed_bucket):
        if bucket not in mine:
            continue
        if bucket == names.seed_bucket:
            yield Leftover(Kind.BUCKET, bucket)
        if count := _count_versions(aws, bucket):
            yield Leftover(Kind.OBJECTS, bucket, f"{count:,} object version{'s' * (count != 1)}")


def _count_versions(aws: Aws, bucket: str) -> int:
    """None in a bucket that has just gone: a stack that Service Catalog deletes takes it along meanwhile."""
    pages = aws.client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket)
    try:
        return sum(len(page.get("Versions", [])) + len(page.get("DeleteMarkers", [])) for page in pages)
    except ClientError as error:
        if code_of(error) == "NoSuchBucket":
            return 0
        raise


def _log_groups(aws: Aws, names: ProjectNames) -> Iterator[Leftover]:
    """Those of the two endpoints; that of the builds is the stack's, those of jobs are shared by all jobs."""
    logs = aws.client("logs")
    for stage in STAGES:
        name = f"/aws/sagemaker/Endpoints/{names.endpoint(stage)}"
        for group in logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]:
            if group["logGroupName"] == name:
                yield Leftover(Kind.LOG_GROUP, name, f"{group.get('storedBytes', 0):,} bytes")


def _remove(aws: Aws, leftover: Leftover, tell: Tell) -> None:
    sagemaker, name = aws.client("sagemaker"), leftover.name
    match leftover.kind:
        case Kind.EXECUTION:
            _stop(aws, name)
        case Kind.MODEL_PACKAGE:
            sagemaker.delete_model_package(ModelPackageName=name)
        case Kind.MODEL_PIPELINE:
            sagemaker.delete_pipeline(PipelineName=name)
        case Kind.OBJECTS:
            teardown.empty_bucket(aws, name)
        case Kind.BUCKET:
            aws.client("s3").delete_bucket(Bucket=name)
        case Kind.LOG_GROUP:
            aws.client("logs").delete_log_group(logGroupName=name)
        case Kind.PROJECT_STACK if name.startswith(_OF_SERVICE_CATALOG):
            _delete_project(aws, name)
        case _:
            stacks.delete(aws, name, tell)


def _delete_project(aws: Aws, stack: str) -> None:
    """What SageMaker made of a product is removed by SageMaker, with the launch role."""
    there = stacks.describe(aws, stack)
    if there is not None:
        name = stacks.parameters_of(there)["SageMakerProjectName"]
        aws.client("sagemaker").delete_project(ProjectName=name)


def _stop(aws: Aws, execution: str) -> None:
    if execution.startswith("arn:"):
        aws.client("sagemaker").stop_pipeline_execution(PipelineExecutionArn=execution)
        return
    pipeline, _, run = execution.rpartition("/")
    arguments: dict[str, Any] = {"pipelineName": pipeline, "pipelineExecutionId": run}
    aws.client("codepipeline").stop_pipeline_execution(**arguments, abandon=True, reason="rehearse project delete")
