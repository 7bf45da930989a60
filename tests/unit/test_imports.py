"""The arrows of docs/architecture.md: who may import whom, imports inside functions included."""

import ast
import graphlib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

ALLOWED = {
    "rehearsal/toolkit": {"rehearsal.toolkit", "pipeline_job"},
    "rehearsal/cli": {
        "rehearsal.cli",
        "rehearsal.console",
        "rehearsal.toolkit",
        "rehearsal.images",
        "rehearsal.at_start",
        "rehearsal.localaws.ground.announcement",
        "rehearsal.localaws.ground.scratch",
        "rehearsal.localaws.ground.user_settings",
        "rehearsal.localaws.isolation.kernel",
        "rehearsal.localaws.isolation.promises",
    },
    "rehearsal/testing": {
        "rehearsal.testing",
        "rehearsal.toolkit",
        "rehearsal.localaws.ground.announcement",
        "rehearsal.localaws.ground.user_settings",
    },
    "rehearsal/console": {"rehearsal.console", "rehearsal.toolkit", "pipeline_job"},
    "rehearsal/lint": {"rehearsal.lint", "rehearsal.toolkit.stacks.rendering", "pipeline_job"},
    "rehearsal/localaws": {"rehearsal.localaws", "rehearsal.images", "rehearsal.at_start"},
    "rehearsal/images": {"rehearsal.images"},
    "rehearsal/at_start": set(),
    "PipelineLambdaFunctions": {"pipeline_job"},
}
"""For each room, the modules of this project that it may import (with what lies below them)."""

ORDER = (
    "ground",
    "moto_bridge",
    "archives",
    "isolation",
    "storage",
    "state",
    "door",
    "authorizer",
    "entrance",
    "services",
    "events",
    "alarms",
    "stepfunctions",
    "functions",
    "codecommit",
    "codebuild",
    "cloudformation",
    "servicecatalog",
    "codepipeline",
    "algorithms",
    "checkers",
    "sagemaker",
    "sagemakerruntime",
    "server",
    "renewable",
)
"""The rooms of the embedded AWS, as docs/architecture.md lists them: one imports those above it, never those below."""

FORBIDDEN = {
    "rehearsal/toolkit": {"moto", "xgboost", "cheroot"},
    "rehearsal/cli": {"moto", "boto3", "botocore"},
    "rehearsal/testing": {"moto", "xgboost", "cheroot"},
    "rehearsal/console": {"moto", "boto3", "botocore", "xgboost", "cheroot"},
    "rehearsal/localaws/algorithms": {
        "moto",
        "boto3",
        "botocore",
        "rehearsal.localaws.ground.host",
        "rehearsal.localaws.authorizer.identity",
    },
    "rehearsal/localaws/checkers": {
        "moto",
        "rehearsal.localaws.ground.host",
        "rehearsal.localaws.authorizer.identity",
    },
    "PipelineLambdaFunctions": {"moto", "rehearsal", "xgboost", "numpy"},
}
"""For each room, the modules of others that it must not import."""


@cache
def imports_of(file: Path) -> tuple[str, ...]:
    """What it imports, also within functions: ``package.module.name`` for each name."""
    found: list[str] = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute here"
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return tuple(found)


def within(module: str, packages: set[str]) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def files_of(room: str) -> list[Path]:
    files = sorted((ROOT / room).rglob("*.py"))
    assert files, f"{room} holds no Python file: mend this test's table"
    return files


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_of_the_project_only_what_its_arrows_allow(room: str) -> None:
    ours = {"rehearsal", "pipeline_job"}
    wrong = [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in files_of(room)
        for module in imports_of(file)
        if within(module, ours)
        and not within(module, ALLOWED[room])
        and module not in {"rehearsal", "rehearsal.__version__"}  # the top package itself
    ]
    assert wrong == []


@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_room_stays_clear_of_what_is_not_its_business(room: str) -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in files_of(room)
        for module in imports_of(file)
        if within(module, FORBIDDEN[room])
    ]
    assert wrong == []


def test_the_map_lists_the_rooms_of_the_embedded_aws_in_this_order() -> None:
    listed = (ROOT / "docs" / "architecture.md").read_text().partition("```\nlocalaws/\n")[2].partition("```")[0]
    names = [word for line in listed.splitlines() for word in line[:50].split()]
    assert tuple(name.removesuffix("/").removesuffix(".py") for name in names) == ORDER


@pytest.mark.parametrize("room", ORDER)
def test_a_room_of_the_embedded_aws_imports_those_above_it_never_those_below(room: str) -> None:
    place = ROOT / "rehearsal" / "localaws" / room
    below = {f"rehearsal.localaws.{other}" for other in ORDER[ORDER.index(room) + 1 :]}
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    wrong = [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in files
        for module in imports_of(file)
        if within(module, below)
    ]
    assert wrong == []


def test_every_file_of_the_embedded_aws_lies_in_a_room() -> None:
    found = {path.stem for path in (ROOT / "rehearsal" / "localaws").iterdir() if path.suffix == ".py" or path.is_dir()}
    assert found - {"__init__", "__pycache__"} == set(ORDER)


def modules() -> dict[str, Path]:
    """Every module of the product by its name, packages by their ``__init__``."""
    files = [
        (file.relative_to(base), file)
        for base, folder in ((ROOT, "rehearsal"), (ROOT / "PipelineLambdaFunctions", "pipeline_job"))
        for file in (base / folder).rglob("*.py")
    ]
    return {".".join(relative.with_suffix("").parts).removesuffix(".__init__"): file for relative, file in files}


STEPS, STRATEGIES = "rehearsal.localaws.sagemaker.pipelines.steps", "rehearsal.localaws.sagemaker.tuning.strategies"
LOOKED_UP = {
    (f"{STEPS}.kind", STEPS),
    *((STRATEGIES, f"{STRATEGIES}.{name}") for name in ("bayesian", "grid", "random_search")),
}
"""Tables that are asked by name from within what they list: the kinds of steps by a snapshot, strategies by their own
base."""


def test_no_file_imports_itself_by_way_of_others() -> None:
    """Imports within functions count: they hide a circle, they do not open it."""
    known = modules()

    def module_of(name: str) -> str:
        return name if name in known else name.rpartition(".")[0]

    def needed(name: str) -> set[str]:
        found = {module_of(each) for each in imports_of(known[name])} & known.keys() - {name}
        return {other for other in found if (name, other) not in LOOKED_UP}

    graph = {name: needed(name) for name in known}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" -> ".join(error.args[1]), pytrace=False)
