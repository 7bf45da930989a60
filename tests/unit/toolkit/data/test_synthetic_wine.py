"""The sample data is what its README says."""

from pathlib import Path

import numpy as np
import pytest
import xgboost

from rehearsal.toolkit.data import synthetic_wine

DATA = Path(__file__).parents[4] / "Data"


def rmse(predictions: np.ndarray, labels: np.ndarray) -> float:
    return float(np.sqrt(np.mean((predictions - labels) ** 2)))


def test_the_committed_files_are_what_the_seed_gives(tmp_path: Path) -> None:
    for fresh in synthetic_wine.write(tmp_path):
        assert fresh.read_bytes() == (DATA / fresh.relative_to(tmp_path)).read_bytes()


@pytest.mark.parametrize("column", range(len(synthetic_wine.FEATURES)))
def test_each_column_follows_the_published_statistics(column: int) -> None:
    published = synthetic_wine.FEATURES[column]
    values = synthetic_wine.make()[:, column + 1]
    assert values.min() >= published.minimum
    assert values.max() <= published.maximum
    assert values.mean() == pytest.approx(published.mean, abs=0.1 * published.standard_deviation)
    assert values.std() == pytest.approx(published.standard_deviation, rel=0.12)


def test_scores_are_whole_points_from_3_to_8() -> None:
    assert set(np.unique(synthetic_wine.make()[:, 0])) == {3, 4, 5, 6, 7, 8}


def test_a_model_beats_the_mean_as_the_readme_says() -> None:
    train, test = (np.loadtxt(DATA / name / f"{name}.csv", delimiter=",") for name in ("train", "test"))
    options = {"eta": 0.1, "max_depth": 4, "min_child_weight": 6, "subsample": 0.7, "nthread": 1}
    booster = xgboost.train(options, xgboost.DMatrix(train[:, 1:], train[:, 0]), 100)
    of_model = rmse(booster.predict(xgboost.DMatrix(test[:, 1:])), test[:, 0])
    of_mean = rmse(np.full(len(test), train[:, 0].mean()), test[:, 0])
    assert (round(of_mean, 3), round(of_model, 3)) == (0.788, pytest.approx(0.605, abs=0.01))
