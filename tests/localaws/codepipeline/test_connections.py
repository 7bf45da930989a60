"""Sources behind a connection: a repository on this machine stands for the one on the internet."""

import urllib.error
from pathlib import Path
from typing import Any

import pytest

from tests.localaws.codecommit.test_git_http import git
from tests.localaws.codepipeline.workbench import action, approval, stage
from tests.localaws.inboxes import make_role
from tests.localaws.waiting import wait_until

CONNECTION = "arn:aws:codestar-connections:us-east-1:123456789012:connection/11111111-2222-3333-4444-555555555555"
pytestmark = pytest.mark.usefixtures("git_program")


def commit(folder: Path, text: str) -> str:
    if not (folder / ".git").exists():
        git("init", "-q", "-b", "main", cwd=folder)
    (folder / "data.txt").write_text(text)
    git("add", ".", cwd=folder)
    git("commit", "-q", "-m", f"Write {text}", cwd=folder)
    return git("rev-parse", "HEAD", cwd=folder).strip()


def create(bench: Any, repository: str, **members: str) -> str:
    configuration = {"ConnectionArn": CONNECTION, "FullRepositoryId": repository, "BranchName": "main"}
    source = action(
        "Clone", "Source", "CodeStarSourceConnection", configuration=configuration, outputs=["Code"], namespace="Code"
    )
    declaration = bench.declaration(stage("Gate", approval(configuration={"CustomData": "#{Code.CommitId}"})))
    declaration["stages"][0] = stage("Source", source)
    declaration |= members
    bench.codepipeline.create_pipeline(pipeline=declaration)
    name: str = declaration["name"]
    return name


def test_a_commit_in_the_folder_starts_the_pipeline(bench: Any, tmp_path: Path) -> None:
    first = commit(tmp_path, "one")
    repository = f"owner/{bench.unique('name')}"
    bench.aws.rehearsal("POST", "repositories", fullRepositoryId=repository, location=str(tmp_path))
    name = create(bench, repository)
    token = bench.token_of(name)
    assert bench.action_runs(name, "Approve")[0]["input"]["resolvedConfiguration"] == {"CustomData": first}
    second = commit(tmp_path, "two")
    bench.aws.rehearsal("POST", "clock", seconds=61)
    wait_until(lambda: len(bench.executions(name)) == 2)
    bench.answer(name, "Gate")
    bench.token_of(name, other_than=token)
    assert bench.action_runs(name, "Approve")[0]["input"]["resolvedConfiguration"] == {"CustomData": second}


def test_a_repository_of_unknown_place_fails_the_source_and_says_what_to_do(bench: Any) -> None:
    name = create(bench, "owner/unknown")
    assert bench.ended(name) == "Failed"
    assert "/_rehearsal/repositories" in bench.action_state(name, "Clone")["errorDetails"]["message"]


def test_a_repository_on_the_internet_is_refused(bench: Any) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400"):
        bench.aws.rehearsal("POST", "repositories", fullRepositoryId="a/b", location="https://example.com/a/b.git")


def test_the_source_uploads_with_an_acl_which_the_role_must_be_allowed(bench: Any, tmp_path: Path) -> None:
    commit(tmp_path, "one")
    repository, actions = f"owner/{bench.unique('acl')}", ["s3:PutObject", "codestar-connections:UseConnection"]
    bench.aws.rehearsal("POST", "repositories", fullRepositoryId=repository, location=str(tmp_path))
    narrow = make_role(bench.aws, bench.unique("narrow"), ("codepipeline",), *actions)
    name = create(bench, repository, roleArn=narrow)
    assert bench.ended(name) == "Failed"
    assert "s3:PutObjectAcl" in bench.action_state(name, "Clone")["errorDetails"]["message"]
