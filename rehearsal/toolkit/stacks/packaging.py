"""Pack the functions: one zip each, byte-identical on every machine.

A zip holds the function's module, what it imports of ``pipeline_job``, and its schema: boto3 comes with the Lambda runtime.
Entries are sorted,
with one fixed time and fixed permissions, and stored by one fixed method, so that the same sources give the same bytes and a
stack is updated only when a function has changed.
"""

import ast
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

from rehearsal.toolkit.aws.errors import NotThere

HANDLERS = {
    "TrainModel": "train_model",
    "GetStatus": "get_status",
    "DeployModel": "deploy_model",
    "EvaluateModel": "evaluate_model",
}
"""The functions and the modules of their handlers."""

LARGEST_BYTES = 2_000_000
_TIME = (1980, 1, 1, 0, 0, 0)
_READABLE_FILE = 0o100644 << 16
_UNIX = 3


class ZipTooLarge(ValueError):
    """A function grew beyond what starts cold quickly."""


_PARSING = threading.Lock()
"""Python 3.11's parser counts its depth for all threads together, and fails when two parse at once (cpython issue 106905)."""


def build(output_dir: Path, sources: Path) -> list[Path]:
    """Write the four zips into ``output_dir``, made when missing; their paths.

    ``sources`` is the project's ``PipelineLambdaFunctions``, never the installed package: templates and functions are of one checkout.

    Raises:
        NotThere: a handler is missing in ``sources``.
        ZipTooLarge: when one is above 2 MB.
    """
    missing = [module for module in HANDLERS.values() if not (sources / f"{module}.py").is_file()]
    if missing:
        raise NotThere(
            f"the functions' sources are not all here: no {missing[0]}.py",
            where=str(sources),
            next_step="use a whole checkout of the project, or name one in REHEARSAL_PROJECT",
        )
    output_dir.mkdir(parents=True, exist_ok=True)
    return [_build_one(function, module, output_dir, sources) for function, module in HANDLERS.items()]


def zip_name(function: str) -> str:
    """The name under which the templates look for a function's code."""
    return f"MLOps-BIA-{function}.py.zip"


def _build_one(function: str, module: str, output_dir: Path, sources: Path) -> Path:
    path = output_dir / zip_name(function)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in sorted(_files(function, module, sources)):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system = _UNIX
            entry.external_attr = _READABLE_FILE
            archive.writestr(entry, content, zipfile.ZIP_STORED)
    if path.stat().st_size > LARGEST_BYTES:
        raise ZipTooLarge(f"{path} has {path.stat().st_size:,} bytes, more than {LARGEST_BYTES:,}")
    return path


def _files(function: str, module: str, root: Path) -> Iterator[tuple[str, bytes]]:
    for file in _imported(root / f"{module}.py", root):
        yield file.relative_to(root).as_posix(), file.read_bytes()
    schema = f"pipeline_job/schemas/{function}.json"
    yield schema, (root / schema).read_bytes()


def _imported(handler: Path, root: Path) -> set[Path]:
    """The handler's module and all that it imports of ``pipeline_job``, directly or not."""
    found: set[Path] = set()
    pending = [handler]
    while pending:
        file = pending.pop()
        if file not in found:
            found.add(file)
            pending += _imports(file, root)
    return found


def _imports(file: Path, root: Path) -> Iterator[Path]:
    """Files of ``pipeline_job`` that a file names in its imports; a module's packages count as named."""
    with _PARSING:
        tree = ast.parse(file.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "pipeline_job":
            for name in (str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)):
                parts = name.split(".")
                packages = [root.joinpath(*parts[:count], "__init__.py") for count in range(1, len(parts) + 1)]
                yield from (path for path in (*packages, root.joinpath(*parts).with_suffix(".py")) if path.is_file())
