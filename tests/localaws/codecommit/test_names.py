"""A repository's name, description and addresses, and how they change."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import EmbeddedAws


@pytest.fixture
def codecommit(aws: EmbeddedAws) -> Any:
    return aws.client("codecommit")


def test_another_name_takes_the_commits_the_arn_and_the_addresses_along(
    codecommit: Any, unique: Callable[[str], str]
) -> None:
    old, new = unique("old"), unique("new")
    codecommit.create_repository(repositoryName=old, repositoryDescription="first")
    file = [{"filePath": "a.txt", "fileContent": b"a"}]
    commit = codecommit.create_commit(repositoryName=old, branchName="main", putFiles=file)["commitId"]
    codecommit.update_repository_name(oldName=old, newName=new)
    codecommit.update_repository_description(repositoryName=new, repositoryDescription="second")
    found = codecommit.get_repository(repositoryName=new)["repositoryMetadata"]
    assert found["repositoryDescription"] == "second"
    assert [found[each].endswith(new) for each in ("Arn", "cloneUrlHttp", "cloneUrlSsh")] == [True] * 3
    assert codecommit.get_branch(repositoryName=new, branchName="main")["branch"]["commitId"] == commit
    with pytest.raises(codecommit.exceptions.RepositoryDoesNotExistException):
        codecommit.get_repository(repositoryName=old)


def test_a_name_that_is_taken_or_is_none_is_refused(codecommit: Any, unique: Callable[[str], str]) -> None:
    one, other = unique("one"), unique("other")
    for name in (one, other):
        codecommit.create_repository(repositoryName=name)
    with pytest.raises(codecommit.exceptions.RepositoryNameExistsException):
        codecommit.update_repository_name(oldName=one, newName=other)
    with pytest.raises(codecommit.exceptions.InvalidRepositoryNameException):
        codecommit.update_repository_name(oldName=one, newName="../other")
