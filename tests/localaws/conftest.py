"""Fixtures that several rooms of the embedded AWS are tested with."""

from tests.localaws.aws_cli import aws_cli
from tests.localaws.deploying import deploy, execution_role, invoke
from tests.localaws.inboxes import inbox, make_inbox

__all__ = ["aws_cli", "deploy", "execution_role", "inbox", "invoke", "make_inbox"]
