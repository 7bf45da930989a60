"""Model files of the image's releases: pickled Boosters and XGBoost's own form, each written and read."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import xgboost

from rehearsal.localaws.algorithms.xgboost import model_files
from rehearsal.localaws.algorithms.xgboost.model_files import UnreadableModel
from rehearsal.localaws.algorithms.xgboost.versions import ImageVersion

ROWS = np.arange(12, dtype=np.float32).reshape(6, 2)


@pytest.fixture(scope="module")
def booster() -> xgboost.Booster:
    return xgboost.train({"nthread": 1, "max_depth": 2}, xgboost.DMatrix(ROWS, label=ROWS[:, 0]), 2)


@pytest.mark.parametrize(
    ("tag", "is_pickled"), [("1", True), ("0.90-2", True), ("1.2-2", True), ("1.3-1", False), ("3.2-0", False)]
)
def test_a_release_writes_its_form_and_both_are_read(tmp_path: Path, booster, tag: str, is_pickled: bool) -> None:
    file = tmp_path / "xgboost-model"
    file.write_bytes(model_files.encode(booster, ImageVersion.parse(tag)))
    assert file.read_bytes().startswith(b"\x80") == is_pickled
    if is_pickled:
        assert pickle.loads(file.read_bytes()).predict(xgboost.DMatrix(ROWS)).shape == (6,)
    assert model_files.decode(file).inplace_predict(ROWS).tolist() == booster.inplace_predict(ROWS).tolist()


def test_a_pickled_scikit_learn_model_of_xgboost_is_read(tmp_path: Path, booster) -> None:
    fitted = xgboost.XGBRegressor(n_estimators=2, n_jobs=1).fit(ROWS, ROWS[:, 0])
    (tmp_path / "model").write_bytes(pickle.dumps(fitted))
    assert isinstance(model_files.decode(tmp_path / "model"), xgboost.Booster)


@pytest.mark.parametrize("content", [b"no model", pickle.dumps({"a": 1}), b"\x80\x03torn"])
def test_what_is_no_model_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model").write_bytes(content)
    with pytest.raises(UnreadableModel, match="Model at model cannot be loaded"):
        model_files.decode(tmp_path / "model")
