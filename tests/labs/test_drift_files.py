"""The files of the lab drift: its sample, the scripts of its jobs, its function and its definition."""

import importlib.util
import json
import os
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import yaml

from labs.drift import make_data
from rehearsal.toolkit.labs import monitoring
from tests.localaws.authorizer.minimal.statements import Loader

LAB = Path(__file__).parents[2] / "labs" / "drift"
ROWS = [line for line in (LAB / "data" / "train.csv").read_text().splitlines() if line]


def loaded(name: str) -> ModuleType:
    """A script of the lab, which is no module of a package."""
    spec = importlib.util.spec_from_file_location(f"drift_{name}", LAB / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_sample_is_what_its_script_makes(tmp_path: Path) -> None:
    make_data.write(tmp_path)
    for file in (LAB / "data").iterdir():
        assert file.read_text() == (tmp_path / file.name).read_text(), file.name


def merged(row: str) -> str:
    """A captured request with its truth, as the function of the monitoring joins them."""
    label, _, features = row.partition(",")
    captured = {"endpointInput": {"data": features}, "endpointOutput": {"data": "9.1"}}
    return json.dumps({"captureData": captured, "groundTruthData": {"data": label, "encoding": "CSV"}})


def test_collected_are_the_first_rows_and_the_requests_with_their_truth(tmp_path: Path) -> None:
    collect = loaded("collect")
    (tmp_path / "2026" / "11").mkdir(parents=True)
    (tmp_path / "readme.txt").write_text("no line of JSON")
    (tmp_path / "2026" / "11" / "merged.jsonl").write_text("\n".join(merged(row) for row in ROWS[:40]))
    assert collect.joined(tmp_path) == ROWS[:40]


def test_a_row_is_in_the_same_set_for_ever() -> None:
    collect = loaded("collect")
    first = collect.sets(ROWS[:600], [])
    later = collect.sets(ROWS[:600], ROWS[600:])
    assert set(first["train"]) <= set(later["train"])
    assert not set(first["train"]) & set(later["test"])
    assert not set(later["train"]) & set(later["test"])
    assert len(first["train"]) == pytest.approx(420, abs=40)


def test_with_enough_requests_the_test_set_is_made_of_them() -> None:
    collect = loaded("collect")
    assert set(collect.sets(ROWS[:600], ROWS[600:])["test"]) <= set(ROWS[600:])
    few = collect.sets(ROWS[:600], ROWS[600:610])["test"]
    assert set(few) & set(ROWS[:600])


def test_a_new_model_may_err_hardly_more_than_the_one_that_serves() -> None:
    rings = np.array([5.0, 7.0, 9.0])
    found = loaded("evaluate").report(rings, new=rings + 1, serving=rings - 2)["regression_metrics"]
    assert {name: each["value"] for name, each in found.items()} == pytest.approx(
        {"mse": 1.0, "mse_serving": 4.0, "mse_allowed": 4.08}
    )


def test_errors_get_room_and_the_share_explained_is_not_asked() -> None:
    suggested: dict[str, Any] = {
        "version": 0,
        "regression_constraints": {
            "rmse": {"threshold": 2.0, "comparison_operator": "GreaterThanThreshold"},
            "r2": {"threshold": 0.5, "comparison_operator": "LessThanThreshold"},
        },
    }
    assert monitoring.loosened(suggested, 1.5) == {
        "version": 0,
        "regression_constraints": {"rmse": {"threshold": 3.0, "comparison_operator": "GreaterThanThreshold"}},
    }


def test_the_function_fits_into_the_template_and_is_python() -> None:
    resources = yaml.load((LAB / "drift.yaml").read_text(), Loader)["Resources"]
    code = resources["Serve"]["Properties"]["Code"]["ZipFile"]
    assert len(code.encode()) <= 4096
    compile(code, "Serve", "exec")


def test_the_definition_names_nothing_of_one_account() -> None:
    text = (LAB / "definition.json").read_text()
    assert "111122223333" not in text
    assert "amazonaws" not in text


@pytest.mark.full("labs")
def test_the_definition_is_what_sdk_v3_makes_of_the_pipeline(sdk3: str) -> None:
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    command = [sdk3, "-W", "ignore", str(LAB / "pipeline.py")]
    made = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
    assert made.returncode == 0, made.stderr[-4000:]
    assert json.loads(made.stdout) == json.loads((LAB / "definition.json").read_text())
