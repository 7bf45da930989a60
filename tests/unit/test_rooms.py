"""The rows of the rooms are complete: a module that keeps, offers or installs something stands in one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.localaws.ground import rooms

ROOT = Path(__file__).parents[2]
LOCALAWS = ROOT / "rehearsal" / "localaws"
FILES = sorted(LOCALAWS.rglob("*.py"))
OF_THE_SERVER_ITSELF = {
    "rehearsal.localaws.state.opening",  # account, clock and moto's records
    "rehearsal.localaws.door.capabilities",  # the clock
    "rehearsal.localaws.moto_bridge.wiring",  # installs the others
    "rehearsal.localaws.cloudformation.stand_in",  # takes the place of moto's package, and comes before it
    "rehearsal.localaws.moto_bridge.ec2_later",  # the same for those who import EC2
    "rehearsal.localaws.algorithms.xgboost.lean_import",  # in the process of a training job
}


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


def top_level_calls(file: Path) -> Iterator[str]:
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield ast.unparse(node.value.func)


def those_that_call(*functions: str) -> set[str]:
    return {name_of(file) for file in FILES if set(functions) & set(top_level_calls(file))} - OF_THE_SERVER_ITSELF


def test_every_module_that_keeps_something_is_in_its_rooms_row() -> None:
    keeping = those_that_call("persistence.keep", "persistence.keep_dict", "persistence.on_resume")
    assert keeping == set(rooms.keepers())


def test_every_module_that_offers_something_is_in_its_rooms_row() -> None:
    offered = {room.module(module) for room in rooms.ROOMS for module in room.offers.values()}
    assert those_that_call("capabilities.offer") == offered


def test_every_module_that_installs_something_is_in_its_rooms_row() -> None:
    installing = {
        name_of(file)
        for file in FILES
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name == "install"
    }
    assert installing - OF_THE_SERVER_ITSELF == {patch.module for patch in rooms.patches()}


@pytest.mark.parametrize("room", rooms.ROOMS, ids=lambda room: room.name)
def test_every_room_lies_where_its_row_says(room: rooms.Room) -> None:
    assert LOCALAWS.joinpath(*room.name.split(".")).is_dir()
