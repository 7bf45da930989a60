"""Model files of the image's releases: pickled Boosters and XGBoost's own form, each written and read."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from rehearsal.localaws.algorithms.xgboost import model_files
from rehearsal.localaws.algorithms.xgboost.model_files import UnreadableModel
from rehearsal.localaws.algorithms.xgboost.versions import ImageVersion
from rehearsal.localaws.sagemaker.containers.inside import pickled_boosters

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


CLASSES = {"num_class": 3, "base": [0, 1, 2, 2, 1, 2]}
MODELS: dict[str, dict[str, Any]] = {
    "reg:squarederror": {},
    "reg:squaredlogerror": {},
    "binary:logistic": {"base": [0, 1, 1, 1, 0, 1]},
    "multi:softprob": CLASSES,
    "multi:softprob dart": {**CLASSES, "booster": "dart", "rate_drop": 0.9, "one_drop": 1},
    "multi:softprob gblinear": {**CLASSES, "booster": "gblinear"},
    "reg:squarederror forest": {"num_parallel_tree": 3, "subsample": 0.7},
    "rank:pairwise": {},
    "count:poisson": {},
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("tag", ["1.3-1", "1.7-1"])
def test_the_form_of_older_releases_predicts_the_same(tmp_path: Path, name: str, tag: str) -> None:
    """Tests at full size read it with those releases; here with the one installed, which still reads it."""
    parameters = dict(MODELS[name])
    labels = parameters.pop("base", ROWS[:, 0])
    given = {
        "objective": name.split()[0],
        "nthread": 1,
        "verbosity": 0,
        "max_depth": 2,
        "min_child_weight": 0,
        **parameters,
    }
    trained = xgboost.train(given, xgboost.DMatrix(ROWS, label=labels), 3)
    content = model_files.encode(trained, ImageVersion.parse(tag))
    document = json.loads(content)
    (tmp_path / "xgboost-model").write_bytes(content)
    assert isinstance(float(document["learner"]["learner_model_param"]["base_score"]), float)
    read, wanted = (
        each.predict(xgboost.DMatrix(ROWS)) for each in (model_files.decode(tmp_path / "xgboost-model"), trained)
    )
    assert read == pytest.approx(wanted, rel=1e-5, abs=1e-6)


class OlderCore:
    """The module ``xgboost.core`` of a release that reads the older form alone."""

    class XGBoostError(ValueError):
        pass

    class Booster:
        def __init__(self, model_file: str | None = None) -> None:
            self.handle = xgboost.Booster(model_file=model_file) if model_file else None

        def __setstate__(self, state: dict[str, Any]) -> None:
            raise OlderCore.XGBoostError(f"not what this version has pickled: {list(state)}")


def test_an_older_release_unpickles_what_was_trained_for_an_old_image(booster) -> None:
    content = model_files.encode(booster, ImageVersion.parse("1.0-1"))
    pickled_boosters.AFTER_IMPORT["xgboost.core"](OlderCore)  # type: ignore[arg-type]
    state = pickle.loads(content).__dict__
    assert pickled_boosters.OLDER_FORM == model_files.OLDER_FORM
    read = OlderCore.Booster()
    read.__setstate__({"handle": b"of 3.x", **state, "feature_names": None})
    assert read.handle is not None
    assert read.handle.inplace_predict(ROWS).tolist() == booster.inplace_predict(ROWS).tolist()
    assert (model_files.OLDER_FORM in read.__dict__, read.__dict__["feature_names"]) == (False, None)
    with pytest.raises(OlderCore.XGBoostError, match="not what this version has pickled"):
        OlderCore.Booster().__setstate__({"handle": b"torn"})


def test_a_pickled_scikit_learn_model_of_xgboost_is_read(tmp_path: Path, booster) -> None:
    fitted = xgboost.XGBRegressor(n_estimators=2, n_jobs=1).fit(ROWS, ROWS[:, 0])
    (tmp_path / "model").write_bytes(pickle.dumps(fitted))
    assert isinstance(model_files.decode(tmp_path / "model"), xgboost.Booster)


@pytest.mark.parametrize("content", [b"no model", pickle.dumps({"a": 1}), b"\x80\x03torn"])
def test_what_is_no_model_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model").write_bytes(content)
    with pytest.raises(UnreadableModel, match="Model at model cannot be loaded"):
        model_files.decode(tmp_path / "model")
