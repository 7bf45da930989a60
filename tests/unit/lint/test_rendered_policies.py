"""What validators of policies get: every role's policy, with every option, and nothing of CloudFormation left in it."""

import json
from typing import Any

import pytest

from rehearsal.lint import rendered_policies
from tests.localaws.authorizer.minimal import statements


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("policies")
    assert rendered_policies.main(folder, statements.TEMPLATES) == 0
    return {file.name: json.loads(file.read_text()) for file in folder.iterdir()}


def test_every_statement_of_every_role_is_rendered(rendered: dict[str, Any]) -> None:
    sids = {statement["Sid"] for document in rendered.values() for statement in document["Statement"]}
    assert sids == {named.sid for named in statements.all_of_them()}


def test_nothing_of_cloudformation_is_left(rendered: dict[str, Any]) -> None:
    text = json.dumps(rendered)
    assert "${" not in text
    assert "Fn::" not in text
    assert '"Ref"' not in text


def test_resources_are_arns(rendered: dict[str, Any]) -> None:
    for document in rendered.values():
        for statement in document["Statement"]:
            resources = statement["Resource"]
            for each in resources if isinstance(resources, list) else [resources]:
                assert each == "*" or each.startswith("arn:aws:"), statement["Sid"]
