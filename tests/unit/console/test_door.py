"""Who is let in: DNS rebinding, posts of other sites and strangers are turned away before anything is done."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.console.door import Knock, Verdict, judge
from rehearsal.console.session import Session

SESSION = Session(aws=None, port=4570, is_embedded=True, is_read_only=False)  # type: ignore[arg-type]
OWN = "http://127.0.0.1:4570"


def knock(method: str = "GET", path: str = "/", query: str = "", **headers: Any) -> Knock:
    known = {"host": "127.0.0.1:4570", "cookie": f"{SESSION.cookie_name}={SESSION.cookie}", **headers}
    named = {name.replace("_", "-"): value for name, value in known.items() if value is not None}
    return Knock(
        method, path, query, {name: [value] if isinstance(value, str) else value for name, value in named.items()}
    )


def test_a_known_browser_of_this_machine_is_admitted() -> None:
    assert judge(knock(), SESSION) is Verdict.ADMITTED
    assert judge(knock(host="localhost:4570"), SESSION) is Verdict.ADMITTED
    assert judge(knock("POST", origin=OWN, sec_fetch_site="same-origin"), SESSION) is Verdict.ADMITTED


@pytest.mark.parametrize(
    "host",
    ["evil.example:4570", "127.0.0.1", "127.0.0.1:4571", "127.0.0.1.evil.example:4570", "localhost.:4570", "", None,
     ["127.0.0.1:4570", "evil.example"], "127.0.0.1:4570@evil.example"],
)  # fmt: skip
def test_a_name_that_was_made_to_point_here_is_turned_away_with_every_credential(host: Any) -> None:
    assert judge(knock(host=host), SESSION) is Verdict.WRONG_HOST
    assert judge(knock(host=host, query=f"token={SESSION.token}"), SESSION) is Verdict.WRONG_HOST
    assert judge(knock(host=host, path="/static/console.css"), SESSION) is Verdict.WRONG_HOST


@given(st.text(max_size=40))
def test_no_other_host_is_ever_let_in(host: str) -> None:
    if host.lower() not in ("127.0.0.1:4570", "localhost:4570"):
        assert judge(knock(host=host), SESSION) is Verdict.WRONG_HOST


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:8080", "http://localhost:4570", None]
)
def test_a_post_of_another_origin_is_turned_away_even_with_the_cookie(origin: str | None) -> None:
    assert judge(knock("POST", origin=origin), SESSION) is Verdict.WRONG_ORIGIN


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_post_that_the_browser_says_is_from_elsewhere_is_turned_away(site: str) -> None:
    assert judge(knock("POST", origin=OWN, sec_fetch_site=site), SESSION) is Verdict.WRONG_ORIGIN


def test_reading_from_a_page_of_another_origin_is_turned_away() -> None:
    assert judge(knock(origin="http://127.0.0.1:8080"), SESSION) is Verdict.WRONG_ORIGIN


def test_only_the_link_gives_the_cookie() -> None:
    assert judge(knock(cookie=None), SESSION) is Verdict.UNKNOWN
    assert judge(knock(cookie=None, query=f"token={SESSION.token}"), SESSION) is Verdict.INTRODUCED
    assert judge(knock(cookie=None, query=f"token={SESSION.token}x"), SESSION) is Verdict.UNKNOWN
    assert judge(knock(cookie=None, query=f"token={SESSION.cookie}"), SESSION) is Verdict.UNKNOWN
    assert judge(knock("POST", cookie=None, origin=OWN, query=f"token={SESSION.token}"), SESSION) is Verdict.UNKNOWN


@given(st.text(max_size=80))
def test_no_other_cookie_is_ever_taken(value: str) -> None:
    if SESSION.cookie not in value:
        assert judge(knock(cookie=f"{SESSION.cookie_name}={value}"), SESSION) is Verdict.UNKNOWN


def test_the_cookie_of_another_console_on_this_host_is_not_taken() -> None:
    other = Session(aws=None, port=4571, is_embedded=True, is_read_only=False)  # type: ignore[arg-type]
    assert judge(knock(cookie=f"{other.cookie_name}={other.cookie}"), SESSION) is Verdict.UNKNOWN


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH"])
def test_other_methods_are_refused(method: str) -> None:
    assert judge(knock(method, origin=OWN), SESSION) is Verdict.WRONG_METHOD


def test_tokens_are_long_and_new_at_every_start_and_do_not_give_each_other_away() -> None:
    made = [Session(aws=None, port=1, is_embedded=True, is_read_only=False) for _ in range(3)]  # type: ignore[arg-type]
    secrets = {text for each in made for text in (each.token, each.cookie, each.form_token)}
    assert len(secrets) == 9
    assert all(len(text) >= 43 for text in secrets)
    assert "token" not in repr(made[0]).lower().replace("_token", "")
