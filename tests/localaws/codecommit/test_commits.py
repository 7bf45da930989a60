"""CreateCommit, and a repository that a stack makes with its first commit."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def codecommit(aws: Any) -> Any:
    return aws.client("codecommit")


@pytest.fixture
def repository(codecommit: Any, unique: Callable[[str], str]) -> dict[str, str]:
    """A repository with one commit: the members that name it, its branch and that commit."""
    name = unique("committed")
    codecommit.create_repository(repositoryName=name)
    files = [
        {"filePath": "kept.txt", "fileContent": b"kept"},
        {"filePath": "folder/run.sh", "fileContent": b"#!/bin/sh\n", "fileMode": "EXECUTABLE"},
    ]
    where = {"repositoryName": name, "branchName": "main"}
    return {**where, "parentCommitId": codecommit.create_commit(**where, putFiles=files)["commitId"]}


def content_of(codecommit: Any, repository: dict[str, str], path: str) -> tuple[bytes, str]:
    file = codecommit.get_file(repositoryName=repository["repositoryName"], filePath=path)
    return file["fileContent"], file["fileMode"]


def refusal(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as raised:
        call()
    return str(raised.value.response["Error"]["Code"])


def test_files_are_put_moved_removed_and_get_another_mode_at_once(codecommit: Any, repository: dict[str, str]) -> None:
    made = codecommit.create_commit(
        **repository,
        authorName="ann",
        commitMessage="all at once",
        putFiles=[
            {"filePath": "new.txt", "fileContent": b"new"},
            {"filePath": "moved.txt", "sourceFile": {"filePath": "kept.txt", "isMove": True}},
        ],
        setFileModes=[{"filePath": "folder/run.sh", "fileMode": "NORMAL"}],
    )
    assert [each["absolutePath"] for each in made["filesAdded"]] == ["new.txt", "moved.txt"]
    assert [(each["absolutePath"], each["fileMode"]) for each in made["filesUpdated"]] == [("folder/run.sh", "NORMAL")]
    assert [each["absolutePath"] for each in made["filesDeleted"]] == ["kept.txt"]
    assert content_of(codecommit, repository, "moved.txt") == (b"kept", "NORMAL")
    assert content_of(codecommit, repository, "folder/run.sh") == (b"#!/bin/sh\n", "NORMAL")
    commit = codecommit.get_commit(repositoryName=repository["repositoryName"], commitId=made["commitId"])["commit"]
    assert (commit["author"]["name"], commit["message"].strip()) == ("ann", "all at once")
    assert commit["parents"] == [repository["parentCommitId"]]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({}, "FileEntryRequiredException"),
        ({"putFiles": [{"filePath": "kept.txt", "fileContent": b"kept"}]}, "NoChangeException"),
        ({"putFiles": [{"filePath": "x"}]}, "SourceFileOrContentRequiredException"),
        ({"deleteFiles": [{"filePath": "none.txt"}]}, "FileDoesNotExistException"),
        ({"deleteFiles": [{"filePath": "kept.txt"}] * 2}, "SamePathRequestException"),
        ({"putFiles": [{"filePath": "../x", "fileContent": b""}]}, "InvalidPathException"),
    ],
)
def test_commits_that_are_none_are_refused(
    codecommit: Any, repository: dict[str, str], members: dict[str, Any], code: str
) -> None:
    assert refusal(lambda: codecommit.create_commit(**repository, **members)) == code


def test_the_present_commit_has_to_be_named(codecommit: Any, repository: dict[str, str]) -> None:
    files = [{"filePath": "new.txt", "fileContent": b"new"}]
    where = {"repositoryName": repository["repositoryName"], "branchName": "main", "putFiles": files}
    assert refusal(lambda: codecommit.create_commit(**where)) == "ParentCommitIdRequiredException"
    outdated = "0" * 40
    assert (
        refusal(lambda: codecommit.create_commit(**where, parentCommitId=outdated)) == "ParentCommitIdOutdatedException"
    )


def test_a_name_that_no_repository_may_have_is_refused_by_its_own_code(codecommit: Any) -> None:
    assert refusal(lambda: codecommit.create_repository(repositoryName="a/b")) == "InvalidRepositoryNameException"


def test_a_stacks_repository_begins_with_the_code_of_a_zip(
    aws: Any, codecommit: Any, unique: Callable[[str], str]
) -> None:
    name, packed = unique("seeded"), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("buildspec.yml", "version: 0.2\n")
        script = zipfile.ZipInfo("bin/run.sh")
        script.external_attr = 0o755 << 16
        archive.writestr(script, "#!/bin/sh\n")
    aws.client("s3").create_bucket(Bucket=name)
    aws.client("s3").put_object(Bucket=name, Key="code.zip", Body=packed.getvalue())
    template = """
        Parameters: {Bucket: {Type: String}}
        Resources:
          Seeded:
            Type: AWS::CodeCommit::Repository
            Properties:
              RepositoryName: !Ref Bucket
              Code: {BranchName: trunk, S3: {Bucket: !Ref Bucket, Key: code.zip}}
    """
    cloudformation = aws.client("cloudformation")
    parameters = [{"ParameterKey": "Bucket", "ParameterValue": name}]
    cloudformation.create_stack(StackName=name, TemplateBody=template, Parameters=parameters)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    repository = {"repositoryName": name}
    assert codecommit.list_branches(**repository)["branches"] == ["trunk"]
    assert codecommit.get_repository(**repository)["repositoryMetadata"]["defaultBranch"] == "trunk"
    assert content_of(codecommit, repository, "buildspec.yml") == (b"version: 0.2\n", "NORMAL")
    assert content_of(codecommit, repository, "bin/run.sh") == (b"#!/bin/sh\n", "EXECUTABLE")
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    assert refusal(lambda: codecommit.get_repository(**repository)) == "RepositoryDoesNotExistException"
