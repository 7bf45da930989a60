"""The table of providers: a type that a declaration may name has somebody who acts, and a failure of any kind is shown."""

import time
from dataclasses import replace
from typing import Any

import pytest

from rehearsal.localaws.codepipeline.actions import providers


def test_every_type_that_a_declaration_may_name_has_a_provider_that_acts() -> None:
    for kind in providers.aws_types():
        assert callable(providers.PROVIDERS[kind.category, kind.provider].act)


def test_no_two_providers_stand_for_the_same_type() -> None:
    rows = [(each.category, each.name) for module in providers._MODULES for each in module.PROVIDERS]
    assert len(rows) == len(set(rows)) == len(providers.PROVIDERS)
