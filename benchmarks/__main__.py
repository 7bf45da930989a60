"""All benchmarks with one command, from a fresh clone: ``python -m benchmarks [--all] [--brief] [--against COMMIT]
[NAME ...]``.

Without names and ``--all`` it prints what there is. It makes the environment that they need by ``scripts/setup``, and
runs one after the other in it; what one of them prints goes on to the next. Standard library alone, since any
Python runs it. Exit code 1 when one of them did not end well.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.catalogue import BENCHMARKS, Benchmark

_ROOT = Path(__file__).parents[1]


def main() -> int:
    """Run what was chosen; gives the exit code."""
    options = _options()
    chosen = _chosen(options.names, is_all=options.all)
    if not chosen:
        print_list()
        return 0
    python = _python()
    failed = [each.name for each in chosen if not _run(python, each, options)]
    if failed:
        print(f"did not end well: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--all", action="store_true", help="all but those that take an hour: soak and kill")
    parser.add_argument("--brief", action="store_true", help="at small size: a first look within some minutes")
    parser.add_argument("--against", help="a commit, or the folder of a checkout: for those that compare, by turns")
    options = parser.parse_args()
    unknown = set(options.names) - {each.name for each in BENCHMARKS}
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; without arguments all are listed")
    return options


def _chosen(names: Sequence[str], *, is_all: bool) -> list[Benchmark]:
    return [each for each in BENCHMARKS if each.name in names or (is_all and each.in_all)]


def print_list() -> None:
    """What there is."""
    for each in BENCHMARKS:
        print(f"{each.name:20} {each.measures}{' (--against)' if each.is_compared else ''}")


def _python() -> str:
    """The Python of the environment, which is made where it is missing."""
    subprocess.run([str(_ROOT / "scripts" / "setup"), "dev"], check=True)
    python = _ROOT / ".venv" / "bin" / "python"
    missing = subprocess.run([str(python), "-c", "import flask, gevent, gunicorn"], capture_output=True, check=False)
    if missing.returncode:  # the ordinary model server that two of them measure against
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *_extra("benchmark")], check=True, cwd=_ROOT)
    return str(python)


def _extra(name: str) -> list[str]:
    import tomllib

    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]
    return list(project["optional-dependencies"][name])


def _run(python: str, benchmark: Benchmark, options: argparse.Namespace) -> bool:
    command = [python, "-m", f"benchmarks.{benchmark.name}", *(benchmark.brief if options.brief else ())]
    if options.against and benchmark.is_compared:
        command += ["--against", options.against]
    print(f"\n== {benchmark.name}: {benchmark.measures}\n   {' '.join(command[1:])}", flush=True)
    return subprocess.run(command, cwd=_ROOT, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
