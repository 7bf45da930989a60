"""Clarify's analyses: groups of real rows, SHAP values of XGBoost, drift from a baseline."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from rehearsal.localaws.checkers.clarify import dataset, drift
from rehearsal.localaws.checkers.clarify.analysis import Analysis
from rehearsal.localaws.checkers.clarify.config import parse
from rehearsal.localaws.checkers.clarify.contributions import contributions
from rehearsal.localaws.checkers.container import CheckFailed

CSV = "label,age,sex\n" + "".join(
    f"{number % 3 == 0:d},{20 + number % 40},{'f' if number % 4 else 'm'}\n" for number in range(200)
)
BIAS: dict[str, Any] = {
    "dataset_type": "text/csv",
    "label": "label",
    "label_values_or_threshold": [1],
    "facet": [
        {"name_or_index": "sex", "value_or_threshold": ["f"]},
        {"name_or_index": "age", "value_or_threshold": [40]},
    ],
    "methods": {"pre_training_bias": {"methods": "all"}, "report": {"name": "report", "title": "Analysis Report"}},
}


class Answering:
    """Stands for the shadow endpoint."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def answers(self, rows: Any) -> list[list[str]]:
        return [self._answer(row) for row in rows]


def analysed(
    folder: Path, config: dict[str, Any], text: str = CSV, answer: Any = None, model: Path | None = None
) -> Any:
    (folder / "rows.csv").write_text(text)
    parsed = parse(config, None)
    endpoint: Any = Answering(answer) if answer else None
    analysis = Analysis(parsed, endpoint, model or folder / "none", folder / "out")
    return analysis.run(dataset.batches(parsed, [folder / "rows.csv"]))


def values(found: dict[str, Any], facet: str) -> dict[str, float]:
    return {each["name"]: each["value"] for each in found["facets"][facet][0]["metrics"]}


def test_bias_of_data_in_the_layout_that_aws_documents(tmp_path) -> None:
    found = analysed(tmp_path, BIAS)["pre_training_bias_metrics"]
    assert (found["label"], found["label_value_or_threshold"]) == ("label", "1")
    assert [group["value_or_threshold"] for facet in found["facets"].values() for group in facet] == [
        "f",
        "(40.0, 59.0]",
    ]
    assert values(found, "sex")["CI"] == pytest.approx((50 - 150) / 200)
    assert values(found, "age")["CI"] == pytest.approx((105 - 95) / 200)


def test_bias_of_a_model_by_its_scores_and_by_its_labels(tmp_path) -> None:
    predictor: dict[str, Any] = {"model_name": "m", "instance_type": "ml.m5.large", "initial_instance_count": 1}
    config = {**BIAS, "methods": {"post_training_bias": {"methods": ["DPPL", "AD"]}}, "predictor": predictor}
    by_score = analysed(tmp_path, config, answer=lambda row: ["0.9" if row[1] == "m" else "0.1"])
    assert values(by_score["post_training_bias_metrics"], "sex")["DPPL"] == 1.0
    labelled = {**config, "predictor": {**predictor, "label": 0, "probability": None}}
    by_label = analysed(tmp_path, labelled, answer=lambda row: ["1" if row[1] == "m" else "0", "0.7"])
    assert by_label == by_score
    likeliest = {**config, "predictor": {**predictor, "probability": 1, "label_headers": ["0", "1"]}}
    by_list = analysed(tmp_path, likeliest, answer=lambda row: ["x", "[0.2, 0.8]" if row[1] == "m" else "[0.6, 0.4]"])
    assert by_list == by_score
    strict = analysed(tmp_path, {**config, "probability_threshold": 0.95}, answer=lambda _row: ["0.9"])
    assert values(strict["post_training_bias_metrics"], "sex")["DPPL"] == 0.0


def test_json_lines_by_paths(tmp_path) -> None:
    rows = "".join(json.dumps({"data": {"values": [n % 2, n], "label": n % 3}}) + "\n" for n in range(60))
    config = {
        "dataset_type": "application/jsonlines",
        "headers": ["sex", "age", "target"],
        "features": "data.values",
        "label": "data.label",
        "label_values_or_threshold": [0, 1],
        "facet": {"name_or_index": "sex"},
        "methods": {"pre_training_bias": {"methods": ["CI"]}},
    }
    found = analysed(tmp_path, config, rows)["pre_training_bias_metrics"]
    assert found["label"] == "target"
    assert [group["value_or_threshold"] for group in found["facets"]["sex"]] == ["0", "1"]


@pytest.fixture
def model(tmp_path) -> tuple[Path, xgboost.Booster, str]:
    """A folder with a model, the model, and the rows as CSV without header, label first."""
    random = np.random.default_rng(1)
    rows = random.normal(size=(300, 4)).astype(np.float32).round(3)
    labels = (3 * rows[:, 0] - rows[:, 1] + rows[:, 2] * rows[:, 3] > 0).astype(float)
    settings = {"max_depth": 3, "nthread": 1, "objective": "binary:logistic"}
    booster = xgboost.train(settings, xgboost.DMatrix(rows, label=labels), 12)
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "xgboost-model").write_bytes(bytes(booster.save_raw("ubj")))
    text = "".join(
        f"{label:g},{','.join(f'{cell:.3f}' for cell in row)}\n" for label, row in zip(labels, rows, strict=True)
    )
    return folder, booster, text


def explained(tmp_path: Path, model: Any, aggregation: str) -> dict[str, Any]:
    config = {
        "headers": ["label", "a", "b", "c", "d"],
        "label": "label",
        "methods": {"shap": {"agg_method": aggregation, "save_local_shap_values": True, "num_samples": 10}},
        "predictor": {"model_name": "m"},
    }
    found = analysed(tmp_path, config, model[2], lambda _row: ["0.5"], model[0])
    return found["explanations"]["kernel_shap"]["label0"]


def test_shap_values_sum_to_the_margin(tmp_path, model) -> None:
    rows = np.random.default_rng(2).normal(size=(5_000, 4)).astype(np.float32)
    sums = contributions(model[1], rows).sum(axis=(1, 2))
    margins = model[1].predict(xgboost.DMatrix(rows), output_margin=True)
    assert np.abs(sums - margins).max() < 1e-5
    explained(tmp_path, model, "mean_abs")
    table = (tmp_path / "out" / "explanations_shap" / "out.csv").read_text().splitlines()
    assert table[0] == "a_label0,b_label0,c_label0,d_label0,predicted_label"
    assert len(table) == 301


@pytest.mark.parametrize(
    ("aggregation", "exact"),
    [
        ("mean_abs", lambda local: np.abs(local).mean(axis=0)),
        ("mean_sq", lambda local: np.square(local).mean(axis=0)),
        ("median", lambda local: np.median(local, axis=0)),
    ],
)
def test_global_values_are_those_of_the_local_ones(tmp_path, model, aggregation, exact) -> None:
    found = explained(tmp_path, model, aggregation)
    rows = np.array([[float(cell) for cell in line.split(",")[1:]] for line in model[2].splitlines()], np.float32)
    local = model[1].predict(xgboost.DMatrix(rows), pred_contribs=True)
    assert list(found["global_shap_values"]) == ["a", "b", "c", "d"]
    assert list(found["global_shap_values"].values()) == pytest.approx(
        exact(local[:, :-1]).tolist(), rel=1e-4, abs=1e-6
    )
    assert found["expected_value"] == pytest.approx(local[0, -1])


def test_a_model_that_is_not_of_xgboost_is_refused(tmp_path, model) -> None:
    (model[0] / "xgboost-model").write_bytes(b"something else")
    with pytest.raises(CheckFailed, match="explains models of XGBoost alone"):
        explained(tmp_path, model, "mean_abs")


def test_drift_from_a_baseline_is_named(tmp_path) -> None:
    before = analysed(tmp_path, BIAS)
    assert drift.violations(before, before) == []
    after = analysed(tmp_path, BIAS, CSV.replace("0,2", "1,2"))
    found = drift.violations(after, before)
    assert {"facet": "sex", "facet_value": "f", "metric_name": "DPL"}.items() <= found[0].items() or any(
        each["metric_name"] == "DPL" for each in found
    )
    assert {each["constraint_check_type"] for each in found} == {"bias_drift_check"}
    assert "CI" not in {each["metric_name"] for each in found}


def test_attributions_in_another_order_are_drift() -> None:
    def shap(**values: float) -> dict[str, Any]:
        return {"explanations": {"kernel_shap": {"label0": {"global_shap_values": values, "expected_value": 0.0}}}}

    assert drift.violations(shap(a=0.5, b=0.3), shap(a=0.6, b=0.4)) == []
    assert drift.gain({"a": 0.1, "b": 0.9}, {"a": 0.9, "b": 0.0}) == pytest.approx(1 / np.log2(3))
    found = drift.violations(shap(a=0.1, b=0.9), shap(a=0.9, b=0.0))
    assert [each["constraint_check_type"] for each in found] == ["feature_attribution_drift_check"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"methods": {"pdp": {}}}, "methods pdp"),
        ({"dataset_uri": "s3://b/k"}, "does not carry out dataset_uri"),
        ({"label": None}, "bias needs label"),
        ({"methods": {"shap": {}}}, "need a predictor"),
        ({"methods": {"pre_training_bias": {"methods": ["XX"]}}}, "no metric 'XX'"),
        ({"facet": [{"name_or_index": "height"}]}, "no column 'height', only label, age, sex"),
        ({"facet": [{"name_or_index": "age"}]}, "too many values for a group of each"),
        ({"label_values_or_threshold": [7]}, "No row's label is positive"),
        ({"predictor": {"model_name": "m", "content_type": "application/jsonlines"}}, "content_type of the predictor"),
    ],
)
def test_what_is_not_done_is_refused_by_name(tmp_path, change, told) -> None:
    with pytest.raises(CheckFailed, match=told):
        analysed(tmp_path, {**BIAS, **change})
