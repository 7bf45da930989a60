"""Source action of CodeConnections (``CodeStarSourceConnection``): a branch of a repository on this machine, as a zip.

Reference: user guide, "CodeStarSourceConnection for Bitbucket Cloud, GitHub, ...".
"""

import tempfile
from pathlib import Path

from rehearsal.localaws.codepipeline import connections, triggers
from rehearsal.localaws.codepipeline.action_types import ONE, TypeRules
from rehearsal.localaws.codepipeline.actions import artifacts, commit_revision, permissions
from rehearsal.localaws.codepipeline.actions.context import ActionFailed, Context
from rehearsal.localaws.codepipeline.actions.provider import Provider
from rehearsal.localaws.codepipeline.state_machine import Outcome

_USE = "codestar-connections:UseConnection"
_SHARED = {"ACL": "bucket-owner-full-control"}
"""A connection's source uploads with an ACL, for which the role needs s3:PutObjectAcl:
https://github.com/aws/aws-cdk/issues/13557"""


def act(context: Context) -> Outcome:
    """Take the commit that the execution was started with, by a push or by hand, else the newest of the action's
    branch."""
    connection, name = context.required("ConnectionArn"), context.required("FullRepositoryId")
    override = context.source_override or {}
    reference = override.get("reference", triggers.BRANCHES + context.required("BranchName"))
    commit_revision.check_format(context)
    permissions.must_be_allowed(context, _USE, connection)
    with tempfile.TemporaryDirectory() as folder:
        try:
            copy = connections.fetch(name, reference, Path(folder, "copy"))
        except connections.NotReachable as error:
            raise ActionFailed("ConfigurationError", str(error)) from error
        wanted = override.get("revisionValue", reference)
        commit_id = copy.commit_id(wanted)
        if commit_id is None:
            raise ActionFailed("ConfigurationError", f"{reference} of {name} has no commit {wanted}.")
        fields = copy.commit_fields(commit_id)
        artifacts.write(context, context.outputs[0], copy.archive(commit_id), **_SHARED)
    message = fields["message"].strip()
    return Outcome(
        summary=message[:2048] or commit_id,
        external_id=commit_id,
        variables={
            "AuthorDate": commit_revision.iso(fields["ad"]),
            "AuthorDisplayName": fields["an"],
            "AuthorEmail": fields["ae"],
            **_name_of(reference),
            "CommitId": commit_id,
            "CommitMessage": message,
            "ConnectionArn": connection,
            "FullRepositoryName": name,
        },
        revisions=(commit_revision.revision(context, commit_id, message),),
    )


def _name_of(reference: str) -> dict[str, str]:
    """``BranchName``; a pushed tag is on no branch."""
    if not reference.startswith(triggers.BRANCHES):
        return {}
    return {"BranchName": reference.removeprefix(triggers.BRANCHES)}


PROVIDERS = (
    Provider(
        "Source",
        triggers.PROVIDER,
        act,
        TypeRules(
            {
                "ConnectionArn": True,
                "FullRepositoryId": True,
                "BranchName": True,
                "OutputArtifactFormat": False,
                "DetectChanges": False,
            },
            outputs=ONE,
        ),
        polling_switch="DetectChanges",
    ),
)
