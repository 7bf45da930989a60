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


def test_a_line_of_the_runtime_is_told_without_its_time_and_request() -> None:
    line = "[WARNING]\t2026-11-21T21:33:29.385Z\t554ca2e8-c73a-4258-93ca-4798bd13bd23\tthe gate is missed"
    assert list(failures.worth_telling([line])) == ["[WARNING] the gate is missed"]


STACK = (
    "Traceback (most recent call last):",
    '  File "/var/task/pipeline_job/reporting.py", line 75, in _answer',
    "    outcome = work()",
    '  File "/var/task/train_model.py", line 21, in _record',
    "    return {}['oops']",
    '  File "/var/runtime/botocore/client.py", line 9, in _api_call',
    "    raise error",
    "KeyError: 'oops'",
)


@pytest.mark.parametrize(
    "messages",
    [
        list(STACK),  # printed line by line
        ["\n".join(["[ERROR] while working on job 1", *STACK])],  # logging.exception
        ["\r".join(["[ERROR] KeyError: 'oops'", *STACK[:-1]]).replace("  ", "\xa0\xa0")],  # Lambda's runtime
    ],
)
def test_of_a_stack_the_users_last_frames_are_told_under_the_exception(messages: list[str]) -> None:
    first, *frames = failures.worth_telling(messages)
    assert "KeyError: 'oops'" in first
    assert frames == [
        "  /var/task/pipeline_job/reporting.py:75 in _answer    outcome = work()",
        "  /var/task/train_model.py:21 in _record    return {}['oops']",
    ]


def test_the_table_and_the_log_do_not_repeat_the_error() -> None:
    place = "\nLog: /aws/lambda/f 2026/11/21/[$LATEST]7"
    error = ErrorDetails("JobFailed", f"the gate is missed: rmse 2{place}")
    action = ActionRun("Test", "FullTest", status=Status.FAILED, error=error)
    execution = Execution("p", "e", Status.FAILED, "", (StageRun("Test", (action,)),))
    assert failures.failure_of(execution).what == "Test/FullTest Failed: the gate is missed: rmse 2 (JobFailed)"
    assert failures.is_said("[ERROR] JobFailed: the gate is missed: rmse 2", action)
    assert not failures.is_said("[INFO] goes back", action)


def test_after_a_run_that_is_gone_the_advice_begins_with_what_brings_the_logs_back() -> None:
    action = ActionRun("Dev", "Smoke", status=Status.FAILED, error=ErrorDetails("Timeout", "gave no answer"))
    execution = Execution("p", "e", Status.FAILED, "", (StageRun("Dev", (action,)),))
    assert "up, where rehearse logs Dev/Smoke" in failures.failure_of(execution, before_logs="up, where ").next_step


def test_the_log_may_explain_what_the_message_does_not() -> None:
    action = ActionRun("Dev", "Smoke", status=Status.FAILED, error=ErrorDetails("Timeout", "gave no answer"))
    execution = Execution("p", "e", Status.FAILED, "", (StageRun("Dev", (action,)),))
    told = failures.failure_of(execution, ["/aws/lambda/f", "  Task timed out after 3.00 seconds"])
    assert told.what == "Dev/Smoke Failed: gave no answer (Timeout)"
    assert "raise Timeout" in told.next_step
    assert "rehearse logs Dev/Smoke" in told.next_step
    assert told.log_lines == ("/aws/lambda/f", "  Task timed out after 3.00 seconds")
