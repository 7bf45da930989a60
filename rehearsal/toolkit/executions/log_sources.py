"""Where the log of a function, build, job or endpoint is, by its name, of whatever pipeline or none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import NotThere
from rehearsal.toolkit.executions.logs import Source

_JOB_GROUPS = ("TrainingJobs", "ProcessingJobs", "TransformJobs")
"""Log groups below /aws/sagemaker/ (SageMaker developer guide, "Log groups and streams")."""


@dataclass(frozen=True)
class Named:
    """What was named, and where its words are."""

    subject: str
    sources: tuple[Source, ...]


def of_function(aws: Aws, name: str) -> Named:
    """A Lambda function's.

    Raises:
        NotThere: there is no such function.
    """
    client = aws.client("lambda")
    try:
        found = client.get_function_configuration(FunctionName=name)
    except client.exceptions.ResourceNotFoundException as error:
        raise _absent("function", name, aws) from error
    group = found.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{found['FunctionName']}")
    return Named(f"function {found['FunctionName']}", (Source(group),))


def of_build(aws: Aws, name: str) -> Named:
    """A build's, by its id, or the newest of a project.

    Raises:
        NotThere: there is no such build, or the project has none.
    """
    client = aws.client("codebuild")
    build_id = name if ":" in name else _newest_build(aws, name)
    found = client.batch_get_builds(ids=[build_id])["builds"] if build_id else []
    if not found:
        raise _absent("build of project" if ":" not in name else "build", name, aws)
    written = found[0].get("logs", {})
    group = written.get("groupName") or f"/aws/codebuild/{build_id.partition(':')[0]}"
    return Named(f"build {build_id}", (Source(group, prefix=written.get("streamName") or build_id.partition(":")[2]),))


def _newest_build(aws: Aws, project: str) -> str:
    client = aws.client("codebuild")
    try:
        return next(iter(client.list_builds_for_project(projectName=project, sortOrder="DESCENDING")["ids"]), "")
    except client.exceptions.ResourceNotFoundException as error:
        raise _absent("CodeBuild project", project, aws) from error


def of_job(aws: Aws, name: str) -> Named:
    """A training, processing or transform job's: of each kind that has one of this name.

    Raises:
        NotThere: no kind has.
    """
    client = aws.client("sagemaker")
    asked = (
        lambda: client.describe_training_job(TrainingJobName=name),
        lambda: client.describe_processing_job(ProcessingJobName=name),
        lambda: client.describe_transform_job(TransformJobName=name),
    )
    groups = [group for group, ask in zip(_JOB_GROUPS, asked, strict=True) if _is_there(ask)]
    if not groups:
        raise _absent("training, processing or transform job", name, aws)
    return Named(f"job {name}", tuple(Source(f"/aws/sagemaker/{group}", prefix=f"{name}/") for group in groups))


def of_endpoint(aws: Aws, name: str) -> Named:
    """An endpoint's.

    Raises:
        NotThere: there is no such endpoint.
    """
    if not _is_there(lambda: aws.client("sagemaker").describe_endpoint(EndpointName=name)):
        raise _absent("endpoint", name, aws)
    return Named(f"endpoint {name}", (Source(f"/aws/sagemaker/Endpoints/{name}"),))


def _is_there(ask: Callable[[], object]) -> bool:
    """SageMaker says ValidationException or ResourceNotFound of a name that it does not know."""
    try:
        ask()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("ValidationException", "ResourceNotFound"):
            return False
        raise
    return True


def _absent(kind: str, name: str, aws: Aws) -> NotThere:
    return NotThere(
        f"there is no {kind} {name} in region {aws.region}", where="rehearse logs", next_step="rehearse ls lists names"
    )


FINDERS: Mapping[str, Callable[[Aws, str], Named]] = {
    "function": of_function,
    "build": of_build,
    "job": of_job,
    "endpoint": of_endpoint,
}
"""By the option that names it."""
