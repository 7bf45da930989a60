"""The files of the lab abalone: its sample, its job scripts, the endpoint's template, its definitions."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

from rehearsal.toolkit.labs import answering

ROOT = Path(__file__).parents[2]
LAB = ROOT / "labs" / "abalone"


def loaded(name: str) -> ModuleType:
    """A script of the lab as a module."""
    spec = importlib.util.spec_from_file_location(f"abalone_{Path(name).stem}", LAB / name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_sample_is_what_its_script_makes(tmp_path: Path) -> None:
    loaded("make_data.py").write(tmp_path / "abalone.csv")
    assert (tmp_path / "abalone.csv").read_text() == (LAB / "data" / "abalone.csv").read_text()


def test_the_sample_has_the_schema_of_the_published_set() -> None:
    rows = [line.split(",") for line in (LAB / "data" / "abalone.csv").read_text().splitlines()]
    assert {len(row) for row in rows} == {9}
    assert {row[0] for row in rows} == {"M", "F", "I"}
    measures = np.array([[float(cell) for cell in row[1:]] for row in rows])
    assert (measures > 0).all()
    assert (measures[:, 3] > measures[:, 4]).mean() > 0.99  # the whole animal weighs more than its meat
    assert 7 < measures[:, 7].mean() < 12


HEADER = "sex,length,diameter,height,whole,shucked,viscera,shell,rings\n"


@pytest.mark.parametrize("header", ["", HEADER])
def test_the_sets_are_scaled_by_the_training_set_alone(tmp_path: Path, monkeypatch: Any, header: str) -> None:
    preprocess = loaded("preprocess.py")
    monkeypatch.setattr(preprocess, "BASE", tmp_path)
    monkeypatch.setattr(sys, "argv", ["preprocess.py"])
    (tmp_path / "input").mkdir()
    (tmp_path / "input" / "abalone.csv").write_text(header + (LAB / "data" / "abalone.csv").read_text())
    preprocess.main()
    sets = {
        name: np.loadtxt(tmp_path / name / f"{name}.csv", delimiter=",") for name in ("train", "validation", "test")
    }
    assert [rows.shape for rows in sets.values()] == [(1400, 11), (300, 11), (300, 11)]
    assert np.abs(sets["train"][:, 1:8].mean(axis=0)).max() < 1e-4
    assert np.abs(sets["test"][:, 1:8].mean(axis=0)).max() > 1e-3


def test_the_metrics_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(3)
    rings = random.integers(1, 20, 200).astype(float)
    predicted = rings + random.normal(0, 2, 200)
    found = loaded("evaluate.py").metrics(rings, predicted)
    assert found["mse"]["value"] == pytest.approx(mean_squared_error(rings, predicted))
    assert found["mae"]["value"] == pytest.approx(mean_absolute_error(rings, predicted))
    assert found["r2"]["value"] == pytest.approx(r2_score(rings, predicted))


def test_the_endpoint_s_template_is_clean(tmp_path: Path) -> None:
    command = [sys.executable, str(LAB / "source" / "endpoint_template.py"), "/lab-abalone/sde/model-name"]
    made = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert json.loads(made)["Parameters"]["ModelName"]["Default"] == "/lab-abalone/sde/model-name"
    file = tmp_path / "endpoint.template.json"
    file.write_text(made)
    linted = subprocess.run([Path(sys.executable).with_name("cfn-lint"), file], capture_output=True, text=True)
    assert (linted.returncode, linted.stdout) == (0, "")


@pytest.mark.full("labs")
@pytest.mark.parametrize("variant", ["", "-evaluated"])
def test_the_definition_is_what_sdk_v3_makes_of_the_pipeline(sdk3: str, variant: str) -> None:
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    options = ["--evaluated"] * bool(variant)
    command = [sdk3, "-W", "ignore", str(LAB / "pipeline.py"), *options]
    made = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
    assert made.returncode == 0, made.stderr[-4000:]
    assert json.loads(made.stdout) == json.loads((LAB / f"definition{variant}.json").read_text())


def test_who_waits_is_told_by_the_history_of_the_execution() -> None:
    message = json.dumps(
        {"Message": "Yes: aws stepfunctions send-task-success --task-output 1 --task-token AQB/x=  No"}
    )
    sent = {"resource": "publish.waitForTaskToken", "parameters": message}
    other = {"resource": "invoke", "parameters": json.dumps({"Payload": "--task-token none"})}
    events: list[dict[str, Any]] = [
        {"id": 1, "type": "TaskScheduled", "taskScheduledEventDetails": other},
        {"id": 2, "type": "TaskSucceeded"},
        {"id": 3, "type": "TaskScheduled", "taskScheduledEventDetails": sent},
        {"id": 4, "type": "TaskSubmitted"},
    ]
    assert answering.waiting(events) == ["AQB/x="]
    assert answering.waiting([*events, {"id": 5, "type": "TaskSucceeded"}]) == []
