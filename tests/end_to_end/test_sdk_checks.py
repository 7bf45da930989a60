"""Monitors, Clarify and check steps of SageMaker's Python SDK (its second line), unchanged, through ``rehearse exec``."""

from pathlib import Path

import pytest

from tests.end_to_end.test_sdk import run, sdk2

__all__ = ["sdk2"]  # a fixture


@pytest.mark.full("sdk")
def test_monitors_clarify_and_check_steps_of_the_second_line(aws, sdk2: str, tmp_path: Path) -> None:
    told = run(aws, tmp_path, "checks2", sdk2, "-W", "ignore", "sdk2_checks.py")
    assert told["mean"] == pytest.approx(told["exact"], rel=1e-9)
    assert told["recall"] == 1.0
    assert told["bias"] == ["post_training_bias_metrics", "pre_training_bias_metrics", "version"]
    assert max(told["shap"], key=told["shap"].get) == "income"
    good = {"Quality": "Succeeded", "Bias": "Succeeded", "Explain": "Succeeded"}
    assert (told["first"], told["same"]) == (good, good), told["reasons"]
    assert (told["drifted"]["Quality"], told["drifted"]["Bias"]) == ("Failed", "Failed")
    assert told["report"].endswith("/checks/drifted/quality/constraint_violations.json")
