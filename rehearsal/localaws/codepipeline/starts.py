"""With what an execution starts: the values of its variables, the source revisions asked for, and whether there is
room. Pure."""

from collections.abc import Mapping, Sequence

from rehearsal.localaws.codepipeline.definition import Definition, Mode
from rehearsal.localaws.codepipeline.records import Pipeline
from rehearsal.localaws.ground.errors import AwsError

MAX_CONCURRENT = 50
"""Executions at a time of a pipeline in QUEUED or PARALLEL mode (user guide, "Quotas in AWS CodePipeline")."""


def check_room(pipeline: Pipeline) -> None:
    """Be sure that another execution may start.

    Raises:
        AwsError: ConcurrentPipelineExecutionsLimitExceededException.
    """
    if pipeline.definition.mode is not Mode.SUPERSEDED and len(pipeline.live()) >= MAX_CONCURRENT:
        raise AwsError(
            "ConcurrentPipelineExecutionsLimitExceededException",
            f"The pipeline has reached the limit of {MAX_CONCURRENT} concurrent executions in "
            f"{pipeline.definition.mode} mode.",
        )


def variable_values(definition: Definition, given: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The value of every pipeline variable: what was given, else its default.

    Raises:
        AwsError: ValidationException, for one that is not declared, or has neither value nor default.
    """
    values = {variable["name"]: variable["value"] for variable in given}
    unknown = sorted(set(values) - set(definition.variables))
    if unknown:
        raise AwsError(
            "ValidationException",
            f"The pipeline {definition.name} does not declare the following variables: {', '.join(unknown)}",
        )
    resolved = {name: values.get(name, default) for name, default in definition.variables.items()}
    missing = [name for name, value in resolved.items() if value is None]
    if missing:
        raise AwsError(
            "ValidationException",
            f"The following pipeline variables have no default value, and none was given: {', '.join(missing)}",
        )
    return {name: value for name, value in resolved.items() if value is not None}


def source_overrides(definition: Definition, given: Sequence[Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    """The source revisions asked for, by action.

    Raises:
        AwsError: ValidationException, for an action that is not a source of the pipeline, or does not allow the
        override.
    """
    sources = {action.name: action for action in definition.stages[0].actions}
    for revision in given:
        action = sources.get(revision["actionName"])
        if action is None:
            raise AwsError(
                "ValidationException",
                f"The source revision names the action {revision['actionName']}, which is not a source action of "
                f"{definition.name}",
            )
        allows = action.configuration.get("AllowOverrideForS3ObjectKey", "false").lower() == "true"
        if revision["revisionType"] == "S3_OBJECT_KEY" and not allows:
            raise AwsError(
                "ValidationException",
                f"The action {action.name} does not allow another object key: set AllowOverrideForS3ObjectKey to true "
                "in it",
            )
    return {revision["actionName"]: revision for revision in given}
