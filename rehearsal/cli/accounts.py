"""``rehearse account``: further AWS accounts on the same embedded AWS."""

from dataclasses import replace
from typing import Annotated

from typer import Argument, Option

from rehearsal.cli import embedded
from rehearsal.cli.app import command, group
from rehearsal.cli.embedded import DEFAULT_PORT, Announcement
from rehearsal.cli.output import Output
from rehearsal.localaws.ground import user_settings
from rehearsal.toolkit.aws import account
from rehearsal.toolkit.aws.account import Access, Aws
from rehearsal.toolkit.embedded import accounts
from rehearsal.toolkit.embedded.accounts import Member

account_ = group("account")
Port = Annotated[int, Option(help="Port of the embedded AWS.", min=0, max=65535)]


@command("rehearse account add 222222222222 --name staging", below=account_)
def add(
    output: Output,
    account_id: Annotated[str, Argument(metavar="ID", help="Twelve digits.")],
    name: Annotated[str, Option(help="What to call it; its id if not given.")] = "",
    port: Port = DEFAULT_PORT,
) -> None:
    """Make another account, with an administrator of its own and nothing else in it."""
    made = accounts.add(administrator(embedded.find(port)), account_id, name)
    hint = "" if port == DEFAULT_PORT else f" --port {port}"
    told = f'account {made.account_id} is there: eval "$(rehearse env --account {made.name}{hint})" uses it'
    output.result({"id": made.account_id, "name": made.name}, told)


@command("rehearse account list", below=account_, name="list")
def list_accounts(output: Output, port: Port = DEFAULT_PORT) -> None:
    """List the accounts of the embedded AWS; the first is the one that it started with."""
    known = accounts.every(administrator(embedded.find(port)))
    output.result({"accounts": [_told(each) for each in known]}, "\n".join(map(_line, known)))


def _told(member: Member) -> dict[str, str | bool]:
    return {"id": member.account_id, "name": member.name, "first": member.is_first}


def _line(member: Member) -> str:
    return f"{member.account_id}  {member.name}"


def administrator(found: Announcement) -> Aws:
    """The embedded AWS as the first account's administrator reaches it, whatever profile the user has set."""
    user_settings.forget()
    return account.reach(
        Access(
            region=found.region,
            endpoint_url=found.url,
            access_key_id=found.access_key_id,
            secret_access_key=found.secret_access_key,
        )
    )


def as_account(found: Announcement, wanted: str) -> Announcement:
    """The announcement with the keys of another account's administrator."""
    member = accounts.named(administrator(found), wanted)
    return replace(
        found,
        account_id=member.account_id,
        access_key_id=member.access_key_id,
        secret_access_key=member.secret_access_key,
    )
