"""Operations on pipelines themselves and on their versions."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.ground import clock
from rehearsal.localaws.ground.errors import AwsError, describe
from rehearsal.localaws.sagemaker import listing
from rehearsal.localaws.sagemaker.pipelines import contexts, definition, structure, views
from rehearsal.localaws.sagemaker.pipelines.definition import Definition
from rehearsal.localaws.sagemaker.pipelines.engine import engine
from rehearsal.localaws.sagemaker.pipelines.invalid import InvalidDefinition
from rehearsal.localaws.sagemaker.pipelines.records import Pipeline, Version
from rehearsal.localaws.sagemaker.pipelines.requests import PipelineRequests


class PipelineOperations(PipelineRequests):
    """CreatePipeline and its like."""

    def create_pipeline(self) -> dict[str, Any]:
        """Check the definition, and keep it as version 1."""
        return self._once("CreatePipeline", self._create)

    def _create(self) -> dict[str, Any]:
        params, name = self.params, self.params["PipelineName"]
        if name in self._store.pipelines:
            raise AwsError(
                "ValidationException",
                f"Pipeline names must be unique within an AWS account and region. Pipeline with name ({name}) already "
                "exists.",
            )
        found = self._definition(params["RoleArn"], required=True)
        assert found is not None
        now, caller = clock.timestamp(), self._caller()
        pipeline = Pipeline(
            name=name,
            arn=self.sagemaker_backend.arn("pipeline", name),
            role_arn=params["RoleArn"],
            display_name=params.get("PipelineDisplayName", name),
            created_at=now,
            updated_at=now,
            created_by=caller,
            modified_by=caller,
            description=params.get("PipelineDescription"),
            most_parallel=(params.get("ParallelismConfiguration") or {}).get("MaxParallelExecutionSteps"),
        )
        pipeline.versions[1] = Version(1, found, now, aliases=list(params.get("PipelineVersionAliases") or ()))
        self.sagemaker_backend.tag_store.put(pipeline.arn, params.get("Tags"))
        self._store.pipelines[name] = pipeline
        return {"PipelineArn": pipeline.arn}

    def _definition(self, role_arn: str, *, required: bool) -> Definition | None:
        """The checked definition of the request; None where it has none and needs none.

        Raises:
            AwsError: ValidationException, in the service's words.
        """
        text, place = self.params.get("PipelineDefinition"), self.params.get("PipelineDefinitionS3Location")
        if text is not None and place is not None:
            raise AwsError(
                "ValidationException",
                "Both Pipeline Definition and Pipeline Definition S3 Location shouldn't be present",
            )
        if place is not None:
            text = self._text_in_s3(place, role_arn)
        if text is None:
            if required:
                raise AwsError(
                    "ValidationException",
                    "Either Pipeline Definition or Pipeline Definition S3 location should be provided",
                )
            return None
        try:
            found = definition.parse(text)
            structure.check(found)
        except InvalidDefinition as error:
            raise AwsError("ValidationException", str(error)) from error
        return found

    def _text_in_s3(self, place: dict[str, str], role_arn: str) -> str:
        """The definition is read as the pipeline's role."""
        version = {"VersionId": place["VersionId"]} if place.get("VersionId") else {}
        where = f"s3://{place['Bucket']}/{place['ObjectKey']}"
        try:
            credentials = identity.assume_role(role_arn, "SageMaker", service=contexts.SERVICE, region=self.region)
            s3 = identity.client("s3", credentials, self.region)
            found = s3.get_object(Bucket=place["Bucket"], Key=place["ObjectKey"], **version)
            text: str = found["Body"].read().decode()
        except (AwsError, BotoCoreError, ClientError) as error:
            raise AwsError(
                "ValidationException", f"Unable to read the pipeline definition {where}: {describe(error)}"
            ) from error
        except UnicodeDecodeError as error:
            raise AwsError("ValidationException", f"The pipeline definition {where} is not UTF-8 text.") from error
        return text

    def update_pipeline(self) -> dict[str, Any]:
        """A new version, for executions that start from now on; those that run keep theirs."""
        params, pipeline = self.params, self._pipeline(self.params["PipelineName"])
        found = self._definition(params.get("RoleArn", pipeline.role_arn), required=False)
        aliases = list(params.get("PipelineVersionAliases") or ())
        _check_aliases(pipeline, aliases)
        now = clock.timestamp()
        latest = pipeline.latest
        version = Version(latest.number + 1, found or latest.definition, now, aliases=aliases)
        with engine.reading():
            pipeline.versions[version.number] = version
            pipeline.role_arn = params.get("RoleArn", pipeline.role_arn)
            pipeline.display_name = params.get("PipelineDisplayName", pipeline.display_name)
            pipeline.description = params.get("PipelineDescription", pipeline.description)
            if "ParallelismConfiguration" in params:
                pipeline.most_parallel = params["ParallelismConfiguration"]["MaxParallelExecutionSteps"]
            pipeline.updated_at, pipeline.modified_by = now, self._caller()
        return {"PipelineArn": pipeline.arn, "PipelineVersionId": version.number}

    def describe_pipeline(self) -> dict[str, Any]:
        """The pipeline, with the definition of the version that is asked for."""
        pipeline = self._pipeline(self.params["PipelineName"])
        return views.pipeline(pipeline, self._version(pipeline))

    def delete_pipeline(self) -> dict[str, Any]:
        """Delete a pipeline with its executions; the jobs and models that they made stay."""
        return self._once("DeletePipeline", self._delete)

    def _delete(self) -> dict[str, Any]:
        pipeline = self._pipeline(self.params["PipelineName"])
        running = [each.arn for each in pipeline.executions.values() if each.status.is_live]
        if running:
            raise AwsError(
                "ConflictException", f"Pipeline '{pipeline.name}' cannot be deleted while it is running: {running[0]}"
            )
        del self._store.pipelines[pipeline.name]
        self.sagemaker_backend.tag_store.forget(pipeline.arn)
        return {"PipelineArn": pipeline.arn}

    def list_pipelines(self) -> dict[str, Any]:
        """The pipelines, newest first unless asked otherwise."""
        prefix = self.params.get("PipelineNamePrefix", "")
        found = [
            each
            for each in self._store.pipelines.values()
            if each.name.startswith(prefix) and self._is_within(each.created_at)
        ]
        by_name = self.params.get("SortBy") == "Name"
        found.sort(
            key=lambda each: each.name if by_name else each.created_at,
            reverse=self.params.get("SortOrder", "Descending") == "Descending",
        )
        return listing.cut([views.pipeline_summary(each) for each in found], self.params, into="PipelineSummaries")

    def list_pipeline_versions(self) -> dict[str, Any]:
        """The versions, newest first unless asked otherwise."""
        pipeline = self._pipeline(self.params["PipelineName"])
        found = [each for each in pipeline.versions.values() if self._is_within(each.created_at)]
        found.sort(key=lambda each: each.number, reverse=self.params.get("SortOrder", "Descending") == "Descending")
        rows = [views.version_summary(pipeline, each) for each in found]
        return listing.cut(rows, self.params, into="PipelineVersionSummaries")

    def update_pipeline_version(self) -> dict[str, Any]:
        """Name and describe a version, give it aliases or take them away."""
        params, pipeline = self.params, self._pipeline(self.params["PipelineArn"])
        version = self._version(pipeline)
        changes = params.get("PipelineVersionAliasOperations") or {}
        removed = set(changes.get("Remove") or ())
        unknown = sorted(removed - set(version.aliases))
        if unknown:
            raise AwsError("ValidationException", f"Version {version.number} has no alias '{unknown[0]}'.")
        added = [each for each in changes.get("Add") or () if each not in version.aliases]
        _check_aliases(pipeline, added)
        version.aliases = [each for each in version.aliases if each not in removed] + added
        version.display_name = params.get("PipelineVersionDisplayName", version.display_name)
        version.description = params.get("PipelineVersionDescription", version.description)
        return {"PipelineArn": pipeline.arn, "PipelineVersionId": version.number}


def _check_aliases(pipeline: Pipeline, wanted: list[str]) -> None:
    """An alias stands for one version.

    Raises:
        AwsError: ConflictException.
    """
    for version in pipeline.versions.values():
        taken = sorted(set(wanted) & set(version.aliases))
        if taken:
            raise AwsError(
                "ConflictException",
                f"The alias '{taken[0]}' is that of version {version.number} of pipeline '{pipeline.name}'; remove it "
                "there first.",
            )
