"""The newest executions are kept, those that run, and those that a stage still shows or could be rolled back to."""

from rehearsal.localaws.codepipeline import definition, history
from rehearsal.localaws.codepipeline.records import Execution, ExecutionStatus, Pipeline, StageRun, StageStatus
from tests.localaws.codepipeline.test_state import declared

MORE = history.KEPT + 20


def pipeline(*stages_of_first: str) -> Pipeline:
    """One whose first execution came to these stages too; all others came to the first stage, and failed there."""
    raw = declared("QUEUED", entry_result=None, success_result=None, failure=None)
    made = Pipeline(
        "arn", "us-east-1", "123456789012", definition.parse(definition.complete(raw, 1), "us-east-1"), 0.0, 0.0
    )
    for number in range(MORE):
        execution = Execution(str(number), made.definition, "Manual", "", float(number), float(number))
        execution.status = ExecutionStatus.FAILED
        for stage in ("Source", *(stages_of_first if number == 0 else ())):
            status = StageStatus.SUCCEEDED if number == 0 else StageStatus.FAILED
            execution.stage_runs[stage] = StageRun(stage, float(number), status)
        made.executions[execution.id] = execution
        made.start_tokens[f"token-{number}"] = execution.id
    return made


def test_the_newest_are_kept_with_their_tokens() -> None:
    made = pipeline()
    made.executions["0"].stage_runs.clear()
    history.forget_oldest(made)
    assert list(made.executions) == [str(number) for number in range(20, MORE)]
    assert list(made.start_tokens.values()) == list(made.executions)


def test_what_a_stage_shows_stays_and_what_runs() -> None:
    made = pipeline("Build")
    made.executions["1"].status = ExecutionStatus.IN_PROGRESS
    history.forget_oldest(made)
    assert list(made.executions)[:3] == ["0", "1", "20"]
    history.forget_oldest(made)
    assert len(made.executions) == history.KEPT + 2
