"""Runs inside a function's process, before awslambdaric: shows the function only what its AWS runtime has.

``sys.path`` becomes the function's code, its layers and Python's own library; of the packages installed beside
Rehearsal only those of the Lambda Python runtime can be imported. So a zip that lacks a dependency fails here as it
would on AWS.
"""

import importlib.machinery
import os
import runpy
import sys
import sysconfig
from collections.abc import Sequence
from types import ModuleType

RUNTIME_PACKAGES = frozenset(
    {
        "awslambdaric",
        "runtime_client",  # the native half of awslambdaric
        "snapshot_restore_py",
        "simplejson",
        "boto3",
        "botocore",
        "s3transfer",
        "jmespath",
        "dateutil",
        "six",
        "urllib3",
    }
)


_OFTEN_CALLED = ("s3", "sts", "logs", "codepipeline", "sagemaker")
"""Their models are read once for all functions: a tenth of a second for each client otherwise."""


class RuntimePackages:
    """A finder, asked last: the runtime's packages, from where Rehearsal's own are installed."""

    def __init__(self, site_folders: list[str]) -> None:
        self._site_folders = site_folders

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Only top-level modules come here; their submodules are found through the package's own path."""
        if path is not None or name not in RUNTIME_PACKAGES:
            return None
        return importlib.machinery.PathFinder.find_spec(name, self._site_folders, target)


def main() -> None:
    """Narrow the path, then serve invocations until the process is ended."""
    narrow()
    serve()


def narrow() -> None:
    """From now on only Python's own library and the runtime's packages can be imported."""
    site_folders = [folder for folder in sys.path if os.path.basename(folder) in ("site-packages", "dist-packages")]  # noqa: PTH119 - pathlib is not loaded yet, and a cold start is short
    library = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    sys.path[:] = [entry for entry in sys.path if _is_of_python(entry, library)]
    sys.meta_path[:] = [finder for finder in sys.meta_path if isinstance(finder, type) and _is_builtin(finder)]
    sys.meta_path.append(RuntimePackages(site_folders))


def preload() -> None:
    """Load what most functions load: boto3, and the models of the services that they call most (:mod:`forking`)."""
    narrow()
    import boto3

    _share_models()
    session = boto3.session.Session("none", "none", region_name="us-east-1")
    for service in _OFTEN_CALLED:
        session.client(service)


def _share_models() -> None:
    """Have the clients of all sessions share what one of them has read, as the clients of one session do: nobody
    changes it."""
    from botocore.loaders import Loader

    initialise, read = Loader.__init__, dict[tuple[str, ...], object]()

    def begin(self: Loader, *args: object, **named: object) -> None:
        initialise(self, *args, **named)
        self._cache = read.setdefault(tuple(self.search_paths), self._cache)

    Loader.__init__ = begin


def serve() -> None:
    """Serve invocations of the handler that the environment names."""
    sys.path[:0] = os.environ["PYTHONPATH"].split(os.pathsep)
    sys.argv = ["bootstrap", os.environ["_HANDLER"]]
    runpy.run_module("awslambdaric", run_name="__main__", alter_sys=True)


def _is_of_python(entry: str, library: set[str]) -> bool:
    return entry.endswith(".zip") or any(
        entry == folder or entry == os.path.join(folder, "lib-dynload")  # noqa: PTH118 - as above
        for folder in library
    )


def _is_builtin(finder: type) -> bool:
    return finder.__module__ in ("_frozen_importlib", "_frozen_importlib_external")


if __name__ == "__main__":
    main()
