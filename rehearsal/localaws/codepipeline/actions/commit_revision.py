"""What the sources that are git repositories have in common: how a commit is shown, and a format that is not
offered."""

from datetime import UTC, datetime

from rehearsal.localaws.codepipeline.actions.context import ActionFailed, Context
from rehearsal.localaws.codepipeline.records import Revision
from rehearsal.localaws.ground import clock


def check_format(context: Context) -> None:
    """Refuse the formats that only a clone in CodeBuild could use."""
    if context.configuration.get("OutputArtifactFormat", "CODE_ZIP") != "CODE_ZIP":
        raise ActionFailed(
            "ConfigurationError",
            "The embedded AWS offers OutputArtifactFormat CODE_ZIP alone. Leave it out, or clone in the build.",
        )


def iso(raw_date: str) -> str:
    """git's raw date (seconds and zone) as ISO 8601 in UTC."""
    return datetime.fromtimestamp(float(raw_date.split()[0]), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def revision(context: Context, commit_id: str, message: str) -> Revision:
    """The source revision that a commit is."""
    return Revision(
        context.declared.name, context.outputs[0].name, commit_id, message[:2048] or None, clock.timestamp()
    )
