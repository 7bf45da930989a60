"""Monitors, Clarify and check steps of both lines of SageMaker's Python SDK, unchanged, through ``rehearse exec``."""

from pathlib import Path

import pytest

from tests.end_to_end.test_sdk import run, sdk2, sdk3

__all__ = ["sdk2", "sdk3"]  # fixtures


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


@pytest.mark.full("sdk")
def test_a_monitor_and_check_steps_of_the_third_line(aws, sdk3: str, tmp_path: Path) -> None:
    told = run(aws, tmp_path, "checks3", sdk3, "-W", "ignore", "sdk3_checks.py")
    assert told["features"] == ["_c0", "_c1", "_c2"]
    assert (told["status"], told["same"]) == ("Succeeded", "Succeeded")
    assert told["steps"] == {"Quality": "Succeeded", "Bias": "Succeeded"}
    assert told["drifted"] == {"Quality": "Failed", "Bias": "Failed"}
