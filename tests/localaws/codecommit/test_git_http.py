"""git clone and git push against the embedded CodeCommit, and what a push sets going."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.localaws.inboxes import make_role
from tests.localaws.waiting import wait_until

pytestmark = pytest.mark.usefixtures("git_program")


def git(*arguments: str, cwd: Path) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(cwd),
        "GIT_TERMINAL_PROMPT": "0",
        **{f"GIT_{who}_{what}": "tests@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    done = subprocess.run(["git", *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


@pytest.fixture
def repository(aws: Any, unique: Callable[[str], str]) -> str:
    name = unique("repository")
    aws.client("codecommit").create_repository(repositoryName=name)
    return name


def url_of(aws: Any, name: str, key_id: str | None = None, secret: str | None = None) -> str:
    """The clone URL with an access key in it."""
    url = aws.client("codecommit").get_repository(repositoryName=name)["repositoryMetadata"]["cloneUrlHttp"]
    user, password = key_id or aws.announced.access_key_id, secret or aws.announced.secret_access_key
    quoted = password.replace("/", "%2F").replace("+", "%2B")
    return str(url).replace("http://", f"http://{user}:{quoted}@")


def commit(aws: Any, name: str, folder: Path, text: str) -> str:
    """Clone where needed, write a file, commit and push; the commit id."""
    clone = folder / "clone"
    if not clone.exists():
        git("clone", "-q", url_of(aws, name), str(clone), cwd=folder)
        git("checkout", "-q", "-b", "main", cwd=clone)
    (clone / "config.json").write_text(text)
    git("add", ".", cwd=clone)
    git("commit", "-q", "-m", f"Write {text}", cwd=clone)
    git("push", "-q", "origin", "main", cwd=clone)
    return git("rev-parse", "HEAD", cwd=clone).strip()


def test_what_is_pushed_can_be_cloned_and_read_by_the_api(aws: Any, repository: str, tmp_path: Path) -> None:
    pushed = commit(aws, repository, tmp_path, "one")
    git("clone", "-q", url_of(aws, repository), "again", cwd=tmp_path)
    assert (tmp_path / "again" / "config.json").read_text() == "one"
    codecommit = aws.client("codecommit")
    branch = codecommit.get_branch(repositoryName=repository, branchName="main")["branch"]
    assert branch["commitId"] == pushed
    found = codecommit.get_commit(repositoryName=repository, commitId=pushed)["commit"]
    assert found["message"].strip() == "Write one"
    assert codecommit.get_file(repositoryName=repository, filePath="config.json")["fileContent"] == b"one"


def test_what_is_put_by_the_api_can_be_cloned(aws: Any, repository: str, tmp_path: Path) -> None:
    codecommit = aws.client("codecommit")
    first = codecommit.put_file(
        repositoryName=repository, branchName="main", filePath="a/b.txt", fileContent=b"x", commitMessage="first"
    )
    with pytest.raises(codecommit.exceptions.ParentCommitIdRequiredException):
        codecommit.put_file(repositoryName=repository, branchName="main", filePath="c.txt", fileContent=b"y")
    codecommit.put_file(
        repositoryName=repository,
        branchName="main",
        filePath="c.txt",
        fileContent=b"y",
        parentCommitId=first["commitId"],
    )
    git("clone", "-q", url_of(aws, repository), "again", cwd=tmp_path)
    assert (tmp_path / "again" / "a" / "b.txt").read_text() == "x"
    assert (tmp_path / "again" / "c.txt").read_text() == "y"


def test_a_wrong_secret_is_refused(aws: Any, repository: str, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"Authentication failed|401|could not read"):
        git("clone", "-q", url_of(aws, repository, secret="wrong"), "again", cwd=tmp_path)


def test_a_user_without_git_push_can_only_pull(
    aws: Any, repository: str, tmp_path: Path, unique: Callable[[str], str]
) -> None:
    commit(aws, repository, tmp_path, "one")
    iam, name = aws.client("iam"), unique("reader")
    iam.create_user(UserName=name)
    allow = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "codecommit:GitPull", "Resource": "*"}],
    }
    iam.put_user_policy(UserName=name, PolicyName="Pull", PolicyDocument=json.dumps(allow))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    url = url_of(aws, repository, key["AccessKeyId"], key["SecretAccessKey"])
    git("clone", "-q", url, "mine", cwd=tmp_path)
    mine = tmp_path / "mine"
    (mine / "new.txt").write_text("x")
    git("add", ".", cwd=mine)
    git("commit", "-q", "-m", "try", cwd=mine)
    with pytest.raises(RuntimeError, match="403"):
        git("push", "-q", "origin", "main", cwd=mine)


def test_a_push_starts_the_pipeline_with_the_pushed_commit(
    aws: Any, repository: str, tmp_path: Path, bench: Any
) -> None:
    from tests.localaws.codepipeline.workbench import action, approval, stage

    first = commit(aws, repository, tmp_path, "one")
    source = action(
        "Clone",
        "Source",
        "CodeCommit",
        configuration={"RepositoryName": repository, "BranchName": "main"},
        outputs=["Code"],
        namespace="Code",
    )
    declaration = bench.declaration(stage("Gate", approval(configuration={"CustomData": "#{Code.CommitId}"})))
    declaration["stages"][0] = stage("Source", source)
    aws.client("codepipeline").create_pipeline(pipeline=declaration)
    name = declaration["name"]
    token = bench.token_of(name)
    assert bench.action_runs(name, "Approve")[0]["input"]["resolvedConfiguration"] == {"CustomData": first}
    second = commit(aws, repository, tmp_path, "two")
    wait_until(lambda: len(bench.executions(name)) == 2)
    bench.answer(name, "Gate")
    bench.token_of(name, other_than=token)
    assert bench.action_runs(name, "Approve")[0]["input"]["resolvedConfiguration"] == {"CustomData": second}
    assert bench.executions(name)[0]["trigger"]["triggerType"] == "PollForSourceChanges"
    assert bench.executions(name)[0]["sourceRevisions"][0]["revisionSummary"] == "Write two"


def test_a_missing_branch_fails_the_source_by_name(aws: Any, repository: str, bench: Any) -> None:
    from tests.localaws.codepipeline.workbench import action, approval, stage

    configuration = {"RepositoryName": repository, "BranchName": "absent"}
    declaration = bench.declaration(stage("Gate", approval()))
    declaration["stages"][0] = stage(
        "Source", action("Clone", "Source", "CodeCommit", configuration=configuration, outputs=["Code"])
    )
    aws.client("codepipeline").create_pipeline(pipeline=declaration)
    assert bench.ended(declaration["name"]) == "Failed"
    assert "No branch [absent]" in bench.action_state(declaration["name"], "Clone")["errorDetails"]["message"]


def test_a_role_that_may_not_take_the_archive_fails_the_source(
    aws: Any, repository: str, bench: Any, unique: Any, tmp_path: Path
) -> None:
    from tests.localaws.codepipeline.workbench import action, approval, stage

    commit(aws, repository, tmp_path, "one")
    role = make_role(aws, unique("narrow"), ("codepipeline",), "s3:*", "codecommit:GetBranch", "codecommit:GetCommit")
    configuration = {"RepositoryName": repository, "BranchName": "main"}
    declaration = bench.declaration(stage("Gate", approval()), roleArn=role)
    declaration["stages"][0] = stage(
        "Source", action("Clone", "Source", "CodeCommit", configuration=configuration, outputs=["Code"])
    )
    aws.client("codepipeline").create_pipeline(pipeline=declaration)
    assert bench.ended(declaration["name"]) == "Failed"
    told = bench.action_state(declaration["name"], "Clone")["errorDetails"]["message"]
    assert "not authorized to perform: codecommit:UploadArchive on resource: arn:aws:codecommit:" in told
