"""What may be changed, and what is asked about before."""

import pytest

from rehearsal.console import changes
from rehearsal.console.page import Change
from rehearsal.console.session import Session
from rehearsal.toolkit.aws.errors import AccountProblem, BadInput


def session(*, is_embedded: bool = True, is_read_only: bool = False) -> Session:
    made = Session(None, 4570, is_embedded, is_read_only)  # type: ignore[arg-type]
    made.__dict__["account_id"] = "123456789012"
    return made


def change(*, is_destructive: bool = False) -> Change:
    return Change("do it", "rehearse it", "/then", lambda _tell: None, is_destructive=is_destructive)


def test_a_form_without_the_sessions_token_changes_nothing() -> None:
    here, other = session(), session()
    for form in ({}, {"form-token": ""}, {"form-token": other.form_token}, {"form-token": here.cookie}):
        with pytest.raises(BadInput, match="not of this session"):
            changes.check(here, form)
    changes.check(here, {"form-token": here.form_token})


def test_a_console_that_reads_changes_nothing() -> None:
    here = session(is_read_only=True)
    with pytest.raises(AccountProblem, match="only reads"):
        changes.check(here, {"form-token": here.form_token})


def test_every_change_of_a_real_account_is_asked_about_and_what_destroys_on_any() -> None:
    real, embedded = session(is_embedded=False), session()
    assert changes.must_ask(real, change(), {})
    assert changes.must_ask(embedded, change(is_destructive=True), {"confirmed": "no"})
    assert not changes.must_ask(embedded, change(), {})
    assert not changes.must_ask(real, change(), {"confirmed": "yes"})


def test_the_question_carries_the_form_on_but_not_the_tokens() -> None:
    asked = changes.question(change(), {"form-token": "t", "confirmed": "", "execution": "7f2c"})
    assert asked.facts["fields"] == {"execution": "7f2c"}
