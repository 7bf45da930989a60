"""A change set shown to the user, who says whether it is carried out."""

from rich.prompt import Confirm

from rehearsal.cli.confirmation import Consent
from rehearsal.cli.output import talk
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import Declined
from rehearsal.toolkit.stacks import changesets
from rehearsal.toolkit.stacks.changesets import Review


def agree(aws: Aws, found: Review, consent: Consent) -> None:
    """Return when what the change set would do may be done.

    Raises:
        Declined: the user said no; nothing is left behind.
    """
    talk().print(review_text(found))
    agreed = False
    try:
        agreed = not found.change_set_id or consent.yes or _says_yes()
    finally:  # Ctrl-C instead of an answer leaves nothing behind either
        if not agreed:
            changesets.discard(aws, found)
    if not agreed:
        raise Declined(f"the stack {found.stack} stays as it is", next_step="give --yes to go on without being asked")


def _says_yes() -> bool:
    """The end of standard input is no yes."""
    try:
        return Confirm.ask("Do this?", console=talk(), default=False)
    except EOFError:
        talk().print()  # the question still stands on the line
        return False


def review_text(found: Review) -> str:
    """The change set for a person."""
    if not found.changes:
        return f"{found.stack}: nothing would change"
    lines = [f"{found.stack}: {'would be created' if found.is_new_stack else 'would be updated'}"]
    for change in found.changes:
        replaced = "  (replaced!)" if change.replacement == "True" else ""
        lines.append(f"   {change.action:<8} {change.logical_id:<32} {change.resource_type}{replaced}")
    return "\n".join(lines)
