"""The C interface and the public method give the same numbers, and quick text the same as Python's own."""

import json

import numpy as np
import pytest
import xgboost
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.localaws.algorithms.xgboost import answers
from rehearsal.localaws.algorithms.xgboost.prediction import predict


@pytest.fixture(params=["reg:squarederror", "binary:logistic", "multi:softprob", "multi:softmax"])
def booster(request) -> xgboost.Booster:
    random = np.random.default_rng(1)
    rows = random.random((100, 5), dtype=np.float32)
    labels = (rows[:, 0] * 2.9).astype(int) if "multi" in request.param else (rows[:, 0] > 0.5).astype(int)
    settings = {"objective": request.param, "nthread": 1}
    if "multi" in request.param:
        settings["num_class"] = 3
    return xgboost.train(settings, xgboost.DMatrix(rows, label=labels), 5)


@pytest.mark.parametrize("count", [1, 33])
def test_predictions_equal_those_of_the_public_method(booster, count):
    rows = np.random.default_rng(2).random((count, 5), dtype=np.float32)
    rows[0, 0] = np.nan
    expected = booster.inplace_predict(rows)
    answered = predict(booster, rows)
    assert answered.shape == expected.shape
    assert (answered == expected).all()


def test_an_array_that_the_library_would_misread_is_refused(booster):
    with pytest.raises(ValueError, match="C-contiguous"):
        predict(booster, np.ones((2, 10), dtype=np.float32)[:, ::2])


def test_too_many_columns_are_the_librarys_error(booster):
    with pytest.raises(xgboost.core.XGBoostError, match="Number of columns"):
        predict(booster, np.ones((1, 9), dtype=np.float32))


@given(st.lists(st.floats(width=32), min_size=1, max_size=20))
def test_numbers_are_written_as_python_writes_them(numbers):
    assert answers.plain_csv(numbers).decode() == "".join(f"{number!r}\n" for number in numbers)


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_what_is_written_reads_back_exactly(numbers):
    assert [json.loads(line) for line in answers.plain_csv(numbers).decode().split()] == numbers
