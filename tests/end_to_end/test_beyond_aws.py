"""What only the embedded AWS offers, by command: its clock, faults on order, the mailbox and the usage of
permissions."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.rehearse import Answer, rehearse
from tests.localaws.waiting import wait_until


@pytest.fixture
def command(aws: Any) -> Iterator[Any]:
    """``rehearse`` against the shared embedded AWS, with its administrator's credentials."""

    def run(*arguments: str, **env: str) -> Answer:
        return rehearse(*arguments, env={**aws.announced.variables, **env})

    yield run
    run("fault", "clear")


def test_the_clock_is_shown_and_advanced(command: Any) -> None:
    before = datetime.fromisoformat(command("clock", "show", "--json").document["now"])
    after = datetime.fromisoformat(command("clock", "advance", "1h30m", "--json").document["now"])
    assert 5400 <= (after - before).total_seconds() < 5500
    refused = command("clock", "advance", "tomorrow")
    assert refused.exit_code == 2
    assert "1h30m" in refused.err


def test_a_fault_is_planned_strikes_once_and_is_forgotten(command: Any, aws: Any) -> None:
    added = command("fault", "add", "deny", "--service", "codecommit", "--operation", "ListRepositories", "--json")
    assert added.exit_code == 0, added.err
    client = aws.client("codecommit")
    with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
        client.list_repositories()
    client.list_repositories()
    listed = command("fault", "list")
    assert f"{added.document['id']}" in listed.out
    assert "has struck" in listed.out
    assert command("fault", "clear", added.document["id"]).out == "1 fault forgotten\n"
    assert command("fault", "clear", "fault-none").exit_code == 1
    unknown = command("fault", "add", "earthquake")
    assert (unknown.exit_code, "throttle" in unknown.err) == (2, True)


def test_mail_is_listed_shown_and_its_approval_page_opened(command: Any, aws: Any, tmp_path: Path) -> None:
    sns = aws.client("sns")
    topic = sns.create_topic(Name="approvals-by-mail")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ada@example.com")
    page = f"{aws.url}/_approvals/ticket"
    sns.publish(TopicArn=topic, Subject="Please decide", Message=f"Approve or reject: {page}")
    wait_until(lambda: "Please decide" in [each["subject"] for each in aws.rehearsal("GET", "mailbox")["messages"]])
    messages = command("mailbox", "list", "--json").document["messages"]
    number = str(next(each["number"] for each in messages if each["subject"] == "Please decide"))
    shown = command("mailbox", "show", number)
    assert "to ada@example.com" in shown.out
    assert page in shown.out
    browser, opened = tmp_path / "browser", tmp_path / "opened"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o755)
    answer = command("mailbox", "open", number, BROWSER=str(browser))
    assert answer.exit_code == 0, answer.err
    assert opened.read_text().strip() == page
    assert command("mailbox", "show", "9999").exit_code == 1


def test_usage_says_what_a_role_never_used(command: Any, aws: Any) -> None:
    aws.client("sts").get_caller_identity()
    (admin,) = command("iam", "usage", "--role", "user/admin", "--json").document["principals"]
    assert admin["arn"].endswith("user/admin")
    assert admin["used"]
    assert "user/admin" in command("iam", "usage", "--role", "admin").out


def test_a_real_account_refuses_them_all(aws: Any) -> None:
    env = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-west-1"}
    for words in (("clock", "show"), ("fault", "list"), ("mailbox", "list"), ("iam", "usage")):
        answer = rehearse(*words, "--json", env=env)
        assert answer.exit_code == 1
        assert answer.document["error"]["type"] == "NotThere"
        assert "only the embedded AWS" in answer.document["error"]["what"]
    wrong = rehearse("clock", "show", "--json", env=aws.announced.variables | {"AWS_SECRET_ACCESS_KEY": "wrong"})
    assert wrong.document["error"]["type"] == "AccountProblem"
