"""The process of a replayed function: loads the handler, stops in a debugger if asked, calls it, tells what it
answered.

``python replay_runner.py FOLDER HANDLER TIMEOUT [--debug PORT]`` with the event on standard input. It imports nothing
of
Rehearsal, so that a function finds its own modules alone. Exits 0 if the function answered with success.
"""

import argparse
import importlib
import json
import os
import sys
import time
import uuid
from pathlib import Path
from typing import Any

_AT_A_DEBUGGER_SECONDS = 24 * 3600
"""Nobody's time runs out while looking."""


class Context:
    """What Lambda gives a handler beside its event."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds
        self.aws_request_id = str(uuid.uuid4())
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.invoked_function_arn = f"arn:aws:lambda:{os.environ['AWS_REGION']}:function:{self.function_name}"
        self.identity = None
        self.client_context = None

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda's."""
        return max(0, int((self._ends_at - time.monotonic()) * 1000))


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("handler")
    parser.add_argument("timeout", type=float)
    parser.add_argument("--debug", type=int)
    given = parser.parse_args()
    event = json.load(sys.stdin)
    answers = _catch_answers()
    sys.path[0] = str(given.folder.resolve())
    module, _, name = given.handler.rpartition(".")
    handler = getattr(importlib.import_module(module.replace("/", ".")), name)
    context = Context(given.timeout if given.debug is None else _AT_A_DEBUGGER_SECONDS)
    if given.debug is not None:
        _wait_for_debugger(given.debug)
    returned = handler(event, context)  # step into it: this is the function
    _tell(answers, returned)
    return 0 if any("jobId" in each and "failureDetails" not in each for each in answers) else 1


def _catch_answers() -> list[dict[str, Any]]:
    """From now on answers to CodePipeline are kept here and not sent: the job is over, and takes none."""
    from botocore.client import BaseClient

    kept: list[dict[str, Any]] = []
    send = BaseClient._make_api_call

    def make_api_call(self: Any, operation: str, members: dict[str, Any]) -> Any:
        if operation in ("PutJobSuccessResult", "PutJobFailureResult"):
            kept.append(members)
            return {}
        return send(self, operation, members)

    BaseClient._make_api_call = make_api_call
    return kept


def _wait_for_debugger(port: int) -> None:
    debugpy = importlib.import_module("debugpy")  # an extra: only who asks for it needs it
    debugpy.listen(("127.0.0.1", port))
    sys.stderr.write(f"waiting for a debugger on 127.0.0.1:{port} (VS Code: Run > Start Debugging, Remote Attach)\n")
    sys.stderr.flush()
    debugpy.wait_for_client()
    debugpy.breakpoint()


def _tell(answers: list[dict[str, Any]], returned: Any) -> None:
    for each in answers:
        kind = "failure" if "failureDetails" in each else "success"
        kind = "call me again" if "continuationToken" in each else kind
        shown = {name: value for name, value in each.items() if name != "jobId"}
        sys.stdout.write(f"answer to CodePipeline, not sent ({kind}): {json.dumps(shown, indent=2)}\n")
    if not answers:
        sys.stdout.write(f"no answer to CodePipeline; the handler returned {returned!r}\n")


if __name__ == "__main__":
    sys.exit(main())
