"""Before a real account is changed: the account is shown and a yes is needed, from a person or in advance."""

import os
import pty
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from rehearsal.cli import confirmation
from rehearsal.cli.confirmation import Consent
from rehearsal.toolkit.aws.errors import BadInput, Declined
from tests.unit.toolkit.fakes import Client, account

AWS = account(
    "eu-west-1",
    sts=Client(get_caller_identity={"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/ada"}),
)


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> Iterator[int]:
    """A pseudo-terminal as standard input and error, at which a person has typed the answer; the person's end of it.

    Not a fixture: pytest takes the standard streams back between a test's set-up and its body.
    """
    person, program = pty.openpty()
    os.set_blocking(person, False)
    with (
        monkeypatch.context() as patch,
        open(program, closefd=False) as typed,
        open(program, "w", closefd=False) as shown,
    ):
        patch.setattr(sys, "stdin", typed)
        patch.setattr(sys, "stderr", shown)
        os.write(person, answer)
        yield person
    os.close(program)
    os.close(person)


def read_until(person: int, wanted: str) -> str:
    """What the person has seen, once that has come: a terminal hands on in pieces, and in its own time."""
    shown = ""
    while wanted not in shown and select.select([person], [], [], 60)[0]:
        shown += os.read(person, 4096).decode()
    return shown.replace("\r\n", " ")


def test_a_yes_at_the_terminal_goes_on_after_account_and_region_were_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch, b"y\n") as person:
        Consent().obtain(AWS, "create two stacks")
        shown = read_until(person, "y/n")
    for word in ("create two stacks", "111122223333", "eu-west-1", "user/ada", "y/n"):
        assert word in shown


@pytest.mark.parametrize("typed", [b"n\n", b"\n"])
def test_anything_but_a_yes_declines(monkeypatch: pytest.MonkeyPatch, typed: bytes) -> None:
    with terminal(monkeypatch, typed), pytest.raises(Declined, match="nothing was done"):
        Consent().obtain(AWS, "create two stacks")


def test_an_unclear_answer_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch, b"perhaps\ny\n"):
        Consent().obtain(AWS, "create two stacks")


def test_without_a_terminal_it_needs_a_yes_in_advance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", open(os.devnull))  # noqa: SIM115 - closed with the process
    with pytest.raises(BadInput, match="account 111122223333, region eu-west-1") as caught:
        Consent().obtain(AWS, "create two stacks")
    assert "--yes" in caught.value.next_step
    Consent(yes=True).obtain(AWS, "create two stacks")


def test_bucket_names_carry_the_account_where_they_are_shared_with_the_world() -> None:
    assert confirmation.default_bucket_suffix(AWS, None) == "111122223333"
    assert confirmation.default_bucket_suffix(AWS, "") == ""
    assert confirmation.default_bucket_suffix(AWS, "team") == "team"
