"""Pipelines that run, from creation to the end."""

from typing import Any

from tests.localaws.codepipeline.workbench import approval, stage


def test_a_pipeline_starts_when_it_is_created_and_succeeds_after_approval(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()))
    bench.answer(name, "Gate")
    assert bench.ended(name) == "Succeeded"
