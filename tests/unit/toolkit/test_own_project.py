"""A project that the user owns, from its making to a newer release."""

import json
from pathlib import Path

import pytest

from rehearsal.toolkit import own_project, project
from rehearsal.toolkit.aws.errors import BadInput, NotThere
from rehearsal.toolkit.own_project import Change
from rehearsal.toolkit.project import Project

SHIPPED = project.shipped()


@pytest.fixture
def release(tmp_path: Path) -> Project:
    """A release of one example."""
    folder = tmp_path / "release" / "examples" / "one-function"
    folder.mkdir(parents=True)
    for name in ("README.md", "template.yaml", "old.txt"):
        (folder / name).write_text(f"{name}\n")
    return Project(tmp_path / "release")


def test_the_workshop_is_a_project_in_which_the_commands_find_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = own_project.make(tmp_path / "mine", "workshop", SHIPPED)
    assert "PipelineLambdaFunctions/train_model.py" in files
    monkeypatch.chdir(tmp_path / "mine" / "Data")
    assert project.find().root == tmp_path / "mine"
    assert own_project.differences(tmp_path / "mine", SHIPPED) == []


def test_every_example_and_lab_is_a_kind(tmp_path: Path) -> None:
    known = own_project.kinds(SHIPPED)
    assert {"workshop", "pipeline", "example:one-function", "lab:census"} <= known.keys()
    with pytest.raises(BadInput, match="no kind nothing"):
        own_project.make(tmp_path / "mine", "nothing", SHIPPED)


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(BadInput, match="holds something"):
        own_project.make(tmp_path, "pipeline", SHIPPED)
    with pytest.raises(NotThere, match="not made by rehearse init"):
        own_project.differences(tmp_path, SHIPPED)


def test_a_newer_release_is_shown_and_taken_over_where_the_user_has_changed_nothing(
    tmp_path: Path, release: Project
) -> None:
    mine, examples = tmp_path / "mine", release.root / "examples" / "one-function"
    own_project.make(mine, "pipeline", release)
    (mine / "README.md").write_text("my words\n")
    (examples / "README.md").write_text("new words\n")
    (examples / "template.yaml").write_text("new template\n")
    (examples / "more.txt").write_text("more\n")
    (examples / "old.txt").unlink()
    changes = own_project.differences(mine, release)
    assert {each.path: each.change for each in changes} == {
        "README.md": Change.BOTH,
        "template.yaml": Change.CHANGED,
        "more.txt": Change.NEW,
        "old.txt": Change.GONE,
    }
    assert "-my words\n+new words\n" in next(each.diff for each in changes if each.path == "README.md")
    assert own_project.apply(mine, changes, release) == ["more.txt", "template.yaml"]
    assert (mine / "template.yaml").read_text() == "new template\n"
    assert (mine / "README.md").read_text() == "my words\n"
    left = own_project.differences(mine, release)
    assert {each.path for each in left} == {"README.md", "old.txt"}
    assert json.loads((mine / own_project.RECORD).read_text())["kind"] == "pipeline"
