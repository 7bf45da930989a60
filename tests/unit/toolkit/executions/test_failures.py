"""A failed execution in its user's terms, with the last lines of the right log and never a stack."""

import pytest

from rehearsal.toolkit.executions import failures
from rehearsal.toolkit.executions.executions import ActionRun, ErrorDetails, Execution, StageRun, Status
from rehearsal.toolkit.executions.logs import Source

FUNCTION = Source("/aws/lambda/MLOps-BIA-GetStatus-sde")
JOB = Source("/aws/sagemaker/TrainingJobs", prefix="w-sde-1/")
ENDPOINT = Source("/aws/sagemaker/Endpoints/w-sde-Dev")


def test_the_function_speaks_and_who_else_the_message_names() -> None:
    sources = [FUNCTION, JOB, ENDPOINT]
    assert failures.telling_sources(sources, "training job w-sde-1 failed") == [FUNCTION, JOB]
    assert failures.telling_sources(sources, "endpoint w-sde-Dev failed") == [FUNCTION, ENDPOINT]
    assert failures.telling_sources(sources, "no such key") == [FUNCTION]


def test_lines_that_only_frame_an_invocation_are_left_out() -> None:
    messages = [
        "INIT_START Runtime Version: python:3.13",
        "START RequestId: 1 Version: $LATEST",
        "[INFO]\twords",
        "END RequestId: 1",
        "REPORT RequestId: 1\tDuration: 5 ms",
        "REPORT RequestId: 2\tDuration: 5 ms\tStatus: timeout",
    ]
    assert list(failures.worth_telling(messages)) == ["[INFO]\twords", messages[-1]]


@pytest.mark.parametrize(
    "messages",
    [
        ["Traceback (most recent call last):", '  File "train.py", line 1', "    x()", "ValueError: no rows"],
        ['[ERROR] ValueError: no rows\nTraceback (most recent call last):\n  File "a.py", line 2, in f'],
        ['[ERROR] ValueError: no rows\rTraceback (most recent call last):\r\xa0\xa0File "a.py"'],
    ],
)
def test_no_stack_reaches_the_user_and_the_exception_does(messages: list[str]) -> None:
    told = "\n".join(failures.worth_telling(messages))
    assert "ValueError: no rows" in told
    assert "Traceback" not in told
    assert "File" not in told


def test_the_log_may_explain_what_the_message_does_not() -> None:
    action = ActionRun("Dev", "Smoke", status=Status.FAILED, error=ErrorDetails("Timeout", "gave no answer"))
    execution = Execution("p", "e", Status.FAILED, "", (StageRun("Dev", (action,)),))
    told = failures.failure_of(execution, ["/aws/lambda/f", "  Task timed out after 3.00 seconds"])
    assert told.what == "Dev/Smoke Failed: gave no answer (Timeout)"
    assert "raise Timeout" in told.next_step
    assert "rehearse logs Dev/Smoke" in told.next_step
    assert told.log_lines == ("/aws/lambda/f", "  Task timed out after 3.00 seconds")
