"""What an execution leaves for who looks later: its result, and a file of log lines for each action that began."""

import json
from pathlib import Path
from typing import Any

from rehearsal.toolkit.aws import translation
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.executions import logs
from rehearsal.toolkit.executions.executions import ActionRun, Execution

RESULT = "result.json"


def file_of(action: ActionRun) -> str:
    """The file's name: an action's name may come in several stages."""
    return f"{action.stage}-{action.name}.log"


def write(aws: Aws, execution: Execution, document: dict[str, Any], folder: Path) -> None:
    """Write ``result.json`` and the logs: of the action's function, and of the jobs and endpoints of its stage.

    Raises:
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RESULT).write_text(json.dumps(document, indent=2, default=str) + "\n")
    for action in execution.actions:
        sources = logs.sources_of(execution, action)
        if sources:
            text = "".join(_text(aws, source) for source in sources)
            (folder / file_of(action)).write_text(text)


def _text(aws: Aws, source: logs.Source) -> str:
    try:
        lines = [f"{line.at:%H:%M:%S.%f} {line.message}".replace("\r", "\n") for line in logs.read(aws, source)]
    except translation.FAILURES as error:
        lines = [f"cannot be read: {translation.explain(error).what}"]
    return "\n".join([f"== {source.group}", *lines, ""])
