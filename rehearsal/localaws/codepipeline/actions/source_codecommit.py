"""Source action of CodeCommit: the files of a branch's newest commit, as a zip.

Reference: user guide, "CodeCommit source action reference". CodePipeline reads the files by
``codecommit:UploadArchive``, which is no public operation: here the archive is taken from git itself, after GetBranch
and GetCommit with the action's role, which must have that permission too.
"""

from typing import Any

from botocore.exceptions import ClientError
from moto.codecommit.models import codecommit_backends

from rehearsal.localaws.codepipeline.action_types import ONE, TypeRules
from rehearsal.localaws.codepipeline.actions import artifacts, commit_revision, permissions
from rehearsal.localaws.codepipeline.actions.context import ActionFailed, Context
from rehearsal.localaws.codepipeline.actions.provider import Provider
from rehearsal.localaws.codepipeline.state_machine import Outcome


def act(context: Context) -> Outcome:
    """Take the commit that the execution was started with, else the branch's newest."""
    repository, branch = context.required("RepositoryName"), context.required("BranchName")
    commit_revision.check_format(context)
    codecommit = context.client("codecommit")
    override = context.source_override or {}
    commit_id = override.get("revisionValue") or _tip(codecommit, repository, branch)
    commit = codecommit.get_commit(repositoryName=repository, commitId=commit_id)["commit"]
    record = codecommit_backends[context.acting_account_id][context.region].repository(repository)
    permissions.must_be_allowed(context, "codecommit:UploadArchive", record.arn)
    message = commit["message"].strip()
    artifacts.write(context, context.outputs[0], record.git.archive(commit_id))
    return Outcome(
        summary=message[:2048] or commit_id,
        external_id=commit_id,
        variables={
            "AuthorDate": commit_revision.iso(commit["author"]["date"]),
            "BranchName": branch,
            "CommitId": commit_id,
            "CommitMessage": message,
            "CommitterDate": commit_revision.iso(commit["committer"]["date"]),
            "RepositoryName": repository,
        },
        revisions=(commit_revision.revision(context, commit_id, message),),
    )


def _tip(codecommit: Any, repository: str, branch: str) -> str:
    try:
        tip: str = codecommit.get_branch(repositoryName=repository, branchName=branch)["branch"]["commitId"]
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("BranchDoesNotExistException", "RepositoryDoesNotExistException"):
            raise ActionFailed(
                "ConfigurationError", f"No branch [{branch}] found for the repository [{repository}]. ({code})"
            ) from error
        raise
    return tip


PROVIDERS = (
    Provider(
        "Source",
        "CodeCommit",
        act,
        TypeRules(
            {"RepositoryName": True, "BranchName": True, "PollForSourceChanges": False, "OutputArtifactFormat": False},
            outputs=ONE,
        ),
        polling_switch="PollForSourceChanges",
    ),
)
