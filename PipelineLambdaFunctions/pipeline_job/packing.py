"""Pack the functions: one zip each, byte-identical on every machine. Only the standard library, and no part of any zip.

A zip holds the function's module, what it imports of ``pipeline_job``, and its schema: boto3 comes with the Lambda
runtime. Entries are sorted, with one fixed time and fixed permissions, and stored by one fixed method, so that the same
sources give the same bytes and a stack is updated only when a function has changed.

``python3 -m pipeline_job.packing DIR`` packs the sources of the current folder: the pipeline's own build stage calls it
so.
"""

import ast
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from pipeline_job.functions import FUNCTIONS, Function

LARGEST_BYTES = 2_000_000
_TIME = (1980, 1, 1, 0, 0, 0)
_READABLE_FILE = 0o100644 << 16
_UNIX = 3


class ZipTooLarge(ValueError):
    """A function grew beyond what starts cold quickly."""


_PARSING = threading.Lock()
"""Python 3.11's parser counts its depth for all threads together, and fails when two parse at once (cpython issue
106905)."""


def missing(sources: Path) -> list[str]:
    """The handlers' modules that are not in ``sources``."""
    return [function.module for function in FUNCTIONS.values() if not (sources / f"{function.module}.py").is_file()]


def build(output_dir: Path, sources: Path) -> list[Path]:
    """Write a zip for each function into ``output_dir``, made when missing; returns their paths.

    Raises:
        ZipTooLarge: when one is above 2 MB.
    """
    output_dir.mkdir(parents=True, exist_ok=True)
    return [_build_one(function, output_dir, sources) for function in FUNCTIONS.values()]


def _build_one(function: Function, output_dir: Path, sources: Path) -> Path:
    path = output_dir / function.zip_name
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in sorted(_files(function, sources)):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system = _UNIX
            entry.external_attr = _READABLE_FILE
            archive.writestr(entry, content, zipfile.ZIP_STORED)
    if path.stat().st_size > LARGEST_BYTES:
        raise ZipTooLarge(f"{path} has {path.stat().st_size:,} bytes, more than {LARGEST_BYTES:,}")
    return path


def _files(function: Function, root: Path) -> Iterator[tuple[str, bytes]]:
    for file in _imported(root / f"{function.module}.py", root):
        yield file.relative_to(root).as_posix(), file.read_bytes()
    schema = f"pipeline_job/schemas/{function.name}.json"
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
    for name in _imported_names(file.read_bytes()):
        parts = name.split(".")
        packages = [root.joinpath(*parts[:count], "__init__.py") for count in range(1, len(parts) + 1)]
        yield from (path for path in (*packages, root.joinpath(*parts).with_suffix(".py")) if path.is_file())


@lru_cache(maxsize=256)
def _imported_names(source: bytes) -> tuple[str, ...]:
    """What a source may import of ``pipeline_job``: modules, and names that may be modules. All four functions share
    most sources."""
    with _PARSING:
        tree = ast.parse(source)
    return tuple(
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "pipeline_job"
        for name in (str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names))
    )


if __name__ == "__main__":
    print(*build(Path(sys.argv[1]), Path.cwd()), sep="\n")
