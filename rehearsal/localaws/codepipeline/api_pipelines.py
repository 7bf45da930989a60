"""Operations on pipelines themselves."""

from typing import Any

from rehearsal.localaws.codepipeline import definition, pushes, state_machine, structure, tags, views
from rehearsal.localaws.codepipeline.api_base import CodePipelinePart
from rehearsal.localaws.codepipeline.definition import Definition
from rehearsal.localaws.codepipeline.engine import engine
from rehearsal.localaws.codepipeline.records import Execution, Pipeline
from rehearsal.localaws.codepipeline.turns import new_id
from rehearsal.localaws.ground import clock, pages
from rehearsal.localaws.ground.errors import AwsError

MAX_PIPELINES = 1000


class Pipelines(CodePipelinePart):
    """CreatePipeline and its like."""

    def create_pipeline(self) -> dict[str, Any]:
        """Make a pipeline, and start it, as CodePipeline does."""
        declared, given_tags = self._admitted(version=1), self.params.get("tags", [])
        records, name = self.backend.records, declared.name
        tags.check(given_tags)
        with engine.reading():
            if name in records.pipelines:
                raise AwsError(
                    "PipelineNameInUseException",
                    f"A pipeline with the name '{name}' already exists in account '{self.current_account}'",
                )
            if len(records.pipelines) >= MAX_PIPELINES:
                raise AwsError("LimitExceededException", f"An account can have at most {MAX_PIPELINES} pipelines.")
            now = clock.timestamp()
            arn = self.backend.arn(name)
            pipeline = Pipeline(arn, self.region, self.current_account, declared, now, now)
            records.pipelines[name] = pipeline
            records.tags[arn] = {tag["key"]: tag["value"] for tag in given_tags}
        pushes.watch(pipeline)
        self._begin(pipeline)
        return {"pipeline": declared.declaration, "tags": given_tags}

    def _admitted(self, version: int) -> Definition:
        declaration = definition.complete(self.params["pipeline"], version)
        declared = definition.parse(declaration, self.region)
        structure.check(declared, self.backend.types(), self.region)
        return declared

    def _begin(self, pipeline: Pipeline) -> None:
        """The first execution. A pipeline variable without a default has no value yet, so such a pipeline waits for its
        first start."""
        variables = pipeline.definition.variables
        if any(value is None for value in variables.values()):
            return
        now = clock.timestamp()
        values = {name: value for name, value in variables.items() if value is not None}
        execution = Execution(new_id(), pipeline.definition, "CreatePipeline", self.caller_arn, now, now, values)
        engine.turn(pipeline, lambda turn: state_machine.start(turn, execution))

    def get_pipeline(self) -> dict[str, Any]:
        """The declaration, of the present version or of an earlier one that an execution ran."""
        with engine.reading():
            pipeline = self.backend.pipeline(self.params["name"])
            version = self.params.get("version", pipeline.definition.version)
            declared = pipeline.versions.get(version)
        if declared is None:
            raise AwsError(
                "PipelineVersionNotFoundException",
                f"Pipeline '{pipeline.name}' does not have a version '{version}'; the latest is "
                f"{pipeline.definition.version}",
            )
        metadata = {"pipelineArn": pipeline.arn, "created": pipeline.created_at, "updated": pipeline.updated_at}
        return {"pipeline": declared.declaration, "metadata": metadata}

    def update_pipeline(self) -> dict[str, Any]:
        """A new version, for executions that start from now on; those that run keep theirs."""
        pipeline = self.backend.pipeline(self.params["pipeline"]["name"])
        declared = self._admitted(version=pipeline.definition.version + 1)
        engine.turn(pipeline, lambda turn: state_machine.change(turn, declared))
        pushes.watch(pipeline)
        return {"pipeline": declared.declaration}

    def delete_pipeline(self) -> None:
        """Delete a pipeline with its history; to delete one that is not there is no error, as in AWS."""
        with engine.reading():
            pipeline = self.backend.records.pipelines.pop(self.params["name"], None)
            if pipeline is not None:
                self.backend.records.tags.pop(pipeline.arn, None)
        if pipeline is not None:
            engine.forget(pipeline)
            pushes.forget(pipeline)

    def list_pipelines(self) -> dict[str, Any]:
        """Every pipeline, by name."""
        with engine.reading():
            pipelines = self.backend.records.pipelines
            rows = [views.pipeline_summary(pipelines[name]) for name in sorted(pipelines)]
        return pages.page(rows, self.params, "pipelines", default=1000)

    def list_tags_for_resource(self) -> dict[str, Any]:
        """The tags of a pipeline or custom action type."""
        rows = tags.as_list(self._tags())
        return pages.page(rows, self.params, "tags", default=100)

    def tag_resource(self) -> dict[str, Any]:
        """Add or replace tags."""
        given = self.params["tags"]
        tags.check(given, self._tags())
        self._tags().update({tag["key"]: tag["value"] for tag in given})
        return {}

    def untag_resource(self) -> dict[str, Any]:
        """Remove tags; a key that is not there is no error."""
        for key in self.params["tagKeys"]:
            self._tags().pop(key, None)
        return {}

    def _tags(self) -> dict[str, str]:
        arn = self.params["resourceArn"]
        if arn not in self.backend.records.tags:
            raise AwsError("ResourceNotFoundException", f"The resource {arn} was not found.")
        return self.backend.records.tags[arn]
