"""How much of a pipeline's past is kept: AWS keeps executions for twelve months, the embedded AWS the newest hundred
that are over.

https://docs.aws.amazon.com/codepipeline/latest/userguide/executions-view.html
"""

from collections.abc import Iterator

from rehearsal.localaws.codepipeline.records import Execution, Pipeline, StageStatus

KEPT = 100
"""Of each pipeline. One takes about 24 KB, and a look at the history walks over all of them."""


def forget_oldest(pipeline: Pipeline) -> None:
    """Drop the oldest executions that are over, but those that a stage still shows, or could be rolled back to."""
    over = [execution for execution in pipeline.executions.values() if not execution.status.is_live]
    if len(over) <= KEPT:
        return
    needed = {execution.id for stage in pipeline.definition.stages for execution in _of_stage(pipeline, stage.name)}
    for execution in over[: len(over) - KEPT]:
        if execution.id not in needed:
            del pipeline.executions[execution.id]
    for token, execution_id in list(pipeline.start_tokens.items()):
        if execution_id not in pipeline.executions:
            del pipeline.start_tokens[token]


def _of_stage(pipeline: Pipeline, stage: str) -> Iterator[Execution]:
    """The execution that came last to a stage, and the last that succeeded in it and is no rollback."""
    there = [execution for execution in pipeline.executions.values() if stage in execution.stage_runs]
    there.sort(key=lambda execution: execution.stage_runs[stage].started_at)
    yield from there[-1:]
    targets = [
        execution
        for execution in there
        if execution.rollback_target is None and execution.stage_runs[stage].status is StageStatus.SUCCEEDED
    ]
    yield from targets[-1:]
