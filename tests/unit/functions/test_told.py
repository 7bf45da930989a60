"""A failed invocation in one line."""

import json

from rehearsal.localaws.functions import told
from rehearsal.localaws.functions.wording import Failure


def failure(**members: object) -> Failure:
    return Failure(json.dumps(members).encode(), "KeyError")


def test_the_line_ends_with_the_last_frame_of_the_functions_own_code() -> None:
    stack = [
        '  File "/tmp/rehearsal-x/functions/code/0af3/index.py", line 3, in handler\n    work()\n',
        '  File "/tmp/rehearsal-x/functions/code/0af3/steps/work.py", line 12, in work\n    json.loads(text)\n',
        '  File "/usr/lib/python3.13/json/__init__.py", line 346, in loads\n    return d.decode(s)\n',
    ]
    line = told.line_of(failure(errorType="KeyError", errorMessage="'oops'\nand more", stackTrace=stack))
    assert line == "KeyError: 'oops' and more (/var/task/steps/work.py:12 in work)"


def test_a_failure_without_a_stack_is_told_by_its_message() -> None:
    line = told.line_of(failure(errorType="Runtime.ExitError", errorMessage="RequestId: 1 Error: signal: killed"))
    assert line == "Runtime.ExitError: RequestId: 1 Error: signal: killed"
    assert told.line_of(Failure(b"no json", "Unhandled")) == "Unhandled: "
