"""Definitions are filled in and their parameters checked, before a call is made."""

import json

import pytest

from rehearsal.toolkit.aws.errors import BadInput, RehearsalError
from rehearsal.toolkit.labs import definitions

DEFINITION = json.dumps({"Parameters": [{"Name": "Rounds", "Type": "Integer"}, {"Name": "Share", "Type": "Float"}]})


def test_placeholders_are_replaced_and_the_text_stays_json() -> None:
    filled = definitions.filled('{"a": "s3://${Bucket}/x", "b": "${Note}"}', {"Bucket": "mine", "Note": 'say "yes"\\'})
    assert json.loads(filled) == {"a": "s3://mine/x", "b": 'say "yes"\\'}


def test_a_placeholder_without_a_value_is_named() -> None:
    with pytest.raises(RehearsalError, match="names Other, which the stack does not give"):
        definitions.filled("${Bucket} ${Other}", {"Bucket": "mine"})


def test_values_are_held_against_the_declared_parameters() -> None:
    definitions.check_parameters(DEFINITION, {"Rounds": "3", "Share": "0.5"})
    with pytest.raises(BadInput, match="no parameter Round"):
        definitions.check_parameters(DEFINITION, {"Round": "3"})
    with pytest.raises(BadInput, match=r"'0\.5' is no Integer"):
        definitions.check_parameters(DEFINITION, {"Rounds": "0.5"})
