"""The files of the lab census: its sample, its job scripts, its definition."""

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
from sklearn.metrics import confusion_matrix, roc_auc_score

ROOT = Path(__file__).parents[2]
LAB = ROOT / "labs" / "census"


def loaded(name: str) -> ModuleType:
    """A script of the lab as a module."""
    spec = importlib.util.spec_from_file_location(f"census_{name}", LAB / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_sample_is_what_its_script_makes(tmp_path: Path) -> None:
    make_data = loaded("make_data")
    make_data.write(tmp_path / "adult.csv")
    assert (tmp_path / "adult.csv").read_text() == (LAB / "data" / "adult.csv").read_text()
    make_data.write(tmp_path / "other.csv", rows=50, seed=1)
    assert len((tmp_path / "other.csv").read_text().splitlines()) == 50


def test_the_sample_has_the_schema_and_the_gaps_of_the_published_set() -> None:
    rows = [line.split(", ") for line in (LAB / "data" / "adult.csv").read_text().splitlines()]
    assert {len(row) for row in rows} == {15}
    assert {row[14] for row in rows} == {"<=50K", ">50K"}
    assert 0.2 < sum(row[14] == ">50K" for row in rows) / len(rows) < 0.3
    unknown = {index for row in rows for index, cell in enumerate(row) if cell == "?"}
    assert unknown == {1, 6, 13}  # workclass, occupation, native-country: as in the original


HEADER = "age,workclass,fnlwgt,education,education-num,marital-status,occupation,relationship,race,sex,capital-gain,"
HEADER += "capital-loss,hours-per-week,native-country,class\n"


@pytest.mark.parametrize("with_header", [True, False])
def test_a_table_is_read_with_a_header_and_without(tmp_path: Path, with_header: bool) -> None:
    lines = (LAB / "data" / "adult.csv").read_text().splitlines()[:40]
    file = tmp_path / "adult.csv"
    file.write_text(HEADER * with_header + "\n".join(lines) + "\n")
    table, labels = loaded("preprocess").read(file)
    assert len(table) == len(labels) == 40
    assert labels.tolist() == [int(line.endswith(">50K")) for line in lines]


def test_a_table_of_another_schema_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text(", ".join(["39", "Private", "1", "HS-grad", "9", *["x"] * 5, "0", "0", "40", "x", "rich"]) + "\n")
    with pytest.raises(ValueError, match="holds 'rich'; <=50K and >50K are expected"):
        loaded("preprocess").read(file)


def test_what_is_filled_in_is_learnt_from_the_training_set_alone(tmp_path: Path, monkeypatch: Any) -> None:
    preprocess = loaded("preprocess")
    monkeypatch.setattr(preprocess, "BASE", tmp_path)
    monkeypatch.setattr(sys, "argv", ["preprocess.py"])
    (tmp_path / "input").mkdir()
    (tmp_path / "input" / "adult.csv").write_text((LAB / "data" / "adult.csv").read_text())
    preprocess.main()
    sets = {
        name: np.loadtxt(tmp_path / name / f"{name}.csv", delimiter=",") for name in ("train", "validation", "test")
    }
    assert [len(rows) for rows in sets.values()] == [1680, 360, 360]
    assert len({rows.shape[1] for rows in sets.values()}) == 1
    shares = [rows[:, 0].mean() for rows in sets.values()]
    assert max(shares) - min(shares) < 0.01  # stratified
    for rows in sets.values():
        assert np.isfinite(rows).all()


def test_the_metrics_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(3)
    labels = random.integers(0, 2, 500)
    scores = np.clip(labels * 0.3 + random.random(500) * 0.7, 0, 1).round(2)  # rounded: some scores are equal
    found = loaded("evaluate").metrics(labels, scores)
    assert found["auc"]["value"] == pytest.approx(roc_auc_score(labels, scores))
    (nn, np_), (pn, pp) = confusion_matrix(labels, scores >= 0.5)
    assert found["confusion_matrix"] == {"0": {"0": nn, "1": np_}, "1": {"0": pn, "1": pp}}
    assert found["accuracy"]["value"] == pytest.approx((nn + pp) / 500)
    assert found["recall"]["value"] == pytest.approx(pp / (pn + pp))
    assert found["precision"]["value"] == pytest.approx(pp / (np_ + pp))


def test_the_definition_names_nothing_of_one_account() -> None:
    text = (LAB / "definition.json").read_text()
    assert "111122223333" not in text
    assert "amazonaws" not in text
    assert {"Preprocess", "Train", "Evaluate", "CheckAccuracy"} == {each["Name"] for each in json.loads(text)["Steps"]}


@pytest.mark.full("labs")
def test_the_definition_is_what_sdk_v3_makes_of_the_pipeline(sdk3: str) -> None:
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    command = [sdk3, "-W", "ignore", str(LAB / "pipeline.py")]
    made = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
    assert made.returncode == 0, made.stderr[-4000:]
    assert json.loads(made.stdout) == json.loads((LAB / "definition.json").read_text())
