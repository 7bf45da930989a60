"""A rule starts a build with the rule's role, with the parameters that its input gives."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.localaws.inboxes import Inbox, make_role
from tests.localaws.waiting import wait_until


@pytest.fixture
def project(aws: Any, unique: Callable[[str], str]) -> str:
    """A project that says what it was told."""
    name = unique("project")
    spec = 'version: 0.2\nenv: {exported-variables: [TOLD]}\nphases: {build: {commands: ["export TOLD=$COLOUR"]}}\n'
    aws.client("codebuild").create_project(
        name=name,
        source={"type": "NO_SOURCE", "buildspec": spec},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "any", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=make_role(aws, unique("builder"), ("codebuild",), "logs:*"),
    )
    return name


@pytest.fixture
def send(aws: Any, project: str, unique: Callable[[str], str]) -> Callable[..., None]:
    """``send(role, colour, **target)`` sends an event to a rule whose target is the project."""

    def make(role: str, colour: str, **target: Any) -> None:
        events, name = aws.client("events"), unique("builds")
        arn = f"arn:aws:codebuild:us-east-1:{aws.announced.account_id}:project/{project}"
        variables = '[{"name": "COLOUR", "value": "<colour>", "type": "PLAINTEXT"}]'
        transformer = {
            "InputPathsMap": {"colour": "$.detail.colour"},
            "InputTemplate": f'{{"environmentVariablesOverride": {variables}}}',
        }
        events.put_rule(Name=name, EventPattern=json.dumps({"source": [f"test.{name}"]}))
        events.put_targets(
            Rule=name, Targets=[{"Id": "1", "Arn": arn, "RoleArn": role, "InputTransformer": transformer, **target}]
        )
        detail = json.dumps({"colour": colour})
        events.put_events(Entries=[{"Source": f"test.{name}", "DetailType": "Go", "Detail": detail}])

    return make


def builds_of(aws: Any, project: str) -> list[dict[str, Any]]:
    codebuild = aws.client("codebuild")
    ids = codebuild.list_builds_for_project(projectName=project)["ids"]
    found: list[dict[str, Any]] = codebuild.batch_get_builds(ids=ids)["builds"] if ids else []
    return found


def test_a_rule_starts_a_build_with_its_input(aws: Any, project: str, send: Any, unique: Any) -> None:
    send(make_role(aws, unique("starter"), ("events",), "codebuild:StartBuild"), "red")
    (build,) = wait_until(lambda: [each for each in builds_of(aws, project) if each["buildComplete"]])
    assert build["buildStatus"] == "SUCCEEDED"
    assert build["exportedEnvironmentVariables"] == [{"name": "TOLD", "value": "red"}]
    assert unique("starter") in build["initiator"]


def test_a_role_that_may_not_start_builds_ends_in_the_dead_letter_queue(
    aws: Any, project: str, send: Any, inbox: Inbox, unique: Any
) -> None:
    role = make_role(aws, unique("starter"), ("events",), "codebuild:BatchGetBuilds")
    send(role, "red", DeadLetterConfig={"Arn": inbox.arn})
    dead = wait_until(inbox.receive)
    assert dead["attributes"]["ERROR_CODE"]["StringValue"] == "AccessDeniedException"
    assert not builds_of(aws, project)
