"""Files in a repository of CodeCommit: those that have changed, as one commit."""

from collections.abc import Mapping

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.translation import code_of

_BRANCH = "main"


def put(aws: Aws, repository: str, files: Mapping[str, bytes]) -> None:
    """Commit what differs from the branch; nothing where all is the same, or where there is no repository yet: the
    stack that makes it brings the first commit."""
    client = aws.client("codecommit")
    try:
        tip = client.get_branch(repositoryName=repository, branchName=_BRANCH)["branch"]["commitId"]
    except client.exceptions.RepositoryDoesNotExistException:
        return
    changed = {path: content for path, content in files.items() if _there(aws, repository, path) != content}
    if changed:
        client.create_commit(
            repositoryName=repository,
            branchName=_BRANCH,
            parentCommitId=tip,
            authorName="rehearse lab",
            commitMessage=f"Bring {', '.join(sorted(changed))} up to date",
            putFiles=[{"filePath": path, "fileContent": content} for path, content in changed.items()],
        )


def _there(aws: Aws, repository: str, path: str) -> bytes | None:
    try:
        return bytes(aws.client("codecommit").get_file(repositoryName=repository, filePath=path)["fileContent"])
    except ClientError as error:
        if code_of(error) == "FileDoesNotExistException":
            return None
        raise
