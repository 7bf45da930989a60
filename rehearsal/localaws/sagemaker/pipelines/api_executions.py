"""Operations on pipeline executions."""

from typing import Any

from rehearsal.localaws.ground import clock
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import listing
from rehearsal.localaws.sagemaker.pipelines import execution as machine
from rehearsal.localaws.sagemaker.pipelines import experiments, starts, views
from rehearsal.localaws.sagemaker.pipelines.engine import engine
from rehearsal.localaws.sagemaker.pipelines.parameters import InvalidValue, as_text
from rehearsal.localaws.sagemaker.pipelines.records import Execution, ExecutionStatus
from rehearsal.localaws.sagemaker.pipelines.requests import DEFAULT_PAGE, PipelineRequests
from rehearsal.localaws.sagemaker.pipelines.selection import CannotSelect
from rehearsal.localaws.sagemaker.pipelines.starts import Start

_HELD_SECONDS = 2.0
_HELD_SECONDS_FOR_SDK = 25.0
_SDK = "AWS-SageMaker-Python-SDK"


class ExecutionOperations(PipelineRequests):
    """StartPipelineExecution and its like."""

    headers: Any

    def start_pipeline_execution(self) -> dict[str, Any]:
        """Start an execution of a version of the pipeline."""
        return self._once("StartPipelineExecution", self._start)

    def _start(self) -> dict[str, Any]:
        pipeline = self._pipeline(self.params["PipelineName"])
        if self.params.get("MlflowExperimentName"):
            raise AwsError(
                "ValidationException", "The embedded AWS does not offer MLflow; leave MlflowExperimentName out."
            )
        version = self._version(pipeline)
        chosen = self.params.get("SelectiveExecutionConfig") or {}
        source = self._source(chosen.get("SourcePipelineExecutionArn"), pipeline.arn)
        tags = tuple(self.sagemaker_backend.tag_store.of(pipeline.arn))
        try:
            asked = Start(self.params, source, self._caller(), clock.timestamp(), tags)
            made = starts.execution(pipeline, version, self.region, asked)
        except (InvalidValue, CannotSelect) as error:
            raise AwsError("ValidationException", str(error)) from error
        experiments.make(self.sagemaker_backend, made.experiment)
        with engine.reading():
            pipeline.executions[made.arn] = made
            pipeline.last_run_at = made.started_at
            version.last_execution = made.arn
            engine.turn(made, machine.start)
        return {"PipelineExecutionArn": made.arn}

    def _source(self, arn: str | None, pipeline_arn: str) -> Execution | None:
        """The execution whose results a selective execution takes over."""
        if arn is None:
            return None
        source = self._execution(arn)
        if source.pipeline_arn != pipeline_arn:
            raise AwsError(
                "ValidationException",
                f"Invalid SourcePipelineExecutionArn: {arn} is not an execution of this pipeline.",
            )
        return source

    def stop_pipeline_execution(self) -> dict[str, Any]:
        """Stop an execution: what runs is stopped, nothing new begins."""
        return self._once("StopPipelineExecution", self._stop)

    def _stop(self) -> dict[str, Any]:
        execution = self._execution(self.params["PipelineExecutionArn"])
        with engine.reading():
            if not execution.status.is_live:
                raise AwsError(
                    "ConflictException",
                    f"Pipeline execution {execution.arn} is {execution.status} and cannot be stopped.",
                )
            execution.modified_by = self._caller()
            if execution.status is ExecutionStatus.EXECUTING:
                engine.turn(execution, machine.stop)
        return {"PipelineExecutionArn": execution.arn}

    def retry_pipeline_execution(self) -> dict[str, Any]:
        """Take a failed or stopped execution up again, from the steps that did not succeed."""
        return self._once("RetryPipelineExecution", self._retry)

    def _retry(self) -> dict[str, Any]:
        execution = self._execution(self.params["PipelineExecutionArn"])
        with engine.reading():
            if execution.status not in (ExecutionStatus.FAILED, ExecutionStatus.STOPPED):
                raise AwsError(
                    "ConflictException",
                    f"Pipeline execution {execution.arn} is {execution.status}; only a failed or stopped one can be "
                    "retried.",
                )
            if machine.has_failed_by_intent(execution):
                raise AwsError(
                    "ValidationException",
                    f"Pipeline execution {execution.arn} was ended by a Fail step and cannot be retried.",
                )
            self._set_parallelism(execution)
            execution.modified_by = self._caller()
            engine.turn(execution, machine.retry)
        return {"PipelineExecutionArn": execution.arn}

    def _set_parallelism(self, execution: Execution) -> None:
        given = self.params.get("ParallelismConfiguration")
        if given:
            execution.most_parallel = given["MaxParallelExecutionSteps"]

    def update_pipeline_execution(self) -> dict[str, Any]:
        """Name and describe an execution, or let more or fewer of its steps run side by side."""
        execution, params = self._execution(self.params["PipelineExecutionArn"]), self.params
        with engine.reading():
            execution.description = params.get("PipelineExecutionDescription", execution.description)
            execution.display_name = params.get("PipelineExecutionDisplayName", execution.display_name)
            self._set_parallelism(execution)
            execution.updated_at, execution.modified_by = clock.timestamp(), self._caller()
            engine.turn(execution, lambda _turn: None)
        return {"PipelineExecutionArn": execution.arn}

    def describe_pipeline_execution(self) -> dict[str, Any]:
        """The execution. While it is at work the answer is held back for a moment: both SDKs look once, and then sleep
        30 s."""
        execution = self._execution(self.params["PipelineExecutionArn"])
        by_sdk = _SDK in str(self.headers.get("User-Agent", ""))
        engine.await_end(execution, _HELD_SECONDS_FOR_SDK if by_sdk else _HELD_SECONDS)
        with engine.reading():
            return views.execution(execution, self._aliases(execution))

    def describe_pipeline_definition_for_execution(self) -> dict[str, Any]:
        """The definition with which the execution started."""
        execution = self._execution(self.params["PipelineExecutionArn"])
        return {
            "PipelineDefinition": execution.definition.text,
            "CreationTime": views.moment(execution.started_at),
        }

    def list_pipeline_executions(self) -> dict[str, Any]:
        """A pipeline's executions, newest first unless asked otherwise."""
        pipeline = self._pipeline(self.params["PipelineName"])
        alias = self.params.get("PipelineVersionAlias")
        with engine.reading():
            found = [
                each
                for each in pipeline.executions.values()
                if self._is_within(each.started_at) and (alias is None or alias in self._aliases(each))
            ]
            by_arn = self.params.get("SortBy") == "PipelineExecutionArn"
            found.sort(
                key=lambda each: each.arn if by_arn else each.started_at,
                reverse=self.params.get("SortOrder", "Descending") == "Descending",
            )
            rows = [views.execution_summary(each, self._aliases(each)) for each in found]
        return listing.cut(rows, self.params, into="PipelineExecutionSummaries")

    def list_pipeline_execution_steps(self) -> dict[str, Any]:
        """The steps that have begun, the last one first unless asked otherwise."""
        arn = self.params.get("PipelineExecutionArn")
        if arn is None:
            raise AwsError("ValidationException", "PipelineExecutionArn is required.")
        execution = self._execution(arn)
        with engine.reading():
            rows = [views.step(run) for run in execution.runs.values()]
        if self.params.get("SortOrder", "Descending") == "Descending":
            rows.reverse()
        return listing.cut(rows, self.params, into="PipelineExecutionSteps", default=DEFAULT_PAGE)

    def list_pipeline_parameters_for_execution(self) -> dict[str, Any]:
        """The values in effect, as texts."""
        execution = self._execution(self.params["PipelineExecutionArn"])
        rows = [{"Name": name, "Value": as_text(value)} for name, value in execution.parameters.items()]
        return listing.cut(rows, self.params, into="PipelineParameters", default=DEFAULT_PAGE)
