"""A function's paths as AWS has them: its code under /var/task, its layers under /opt, the runtime under /var/runtime.

A traceback in a log, and in an error's answer, names them. https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html
"""

import sysconfig
from collections.abc import Iterable
from pathlib import Path


class Paths:
    """Says of a text what it would be on AWS."""

    def __init__(self, task_root: Path, layers: Iterable[Path]) -> None:
        places = {str(task_root): "/var/task", **{str(layer): "/opt" for layer in layers}}
        places[sysconfig.get_path("purelib")] = "/var/runtime"
        self._places = places

    def of_text(self, text: str) -> str:
        """Log lines."""
        for here, there in self._places.items():
            if here in text:
                text = text.replace(here, there)
        return text

    def of_bytes(self, content: bytes) -> bytes:
        """An answer, in JSON."""
        for here, there in self._places.items():
            content = content.replace(here.encode(), there.encode())
        return content
