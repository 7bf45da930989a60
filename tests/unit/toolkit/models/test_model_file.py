"""Features of an XGBoost model are read from its own file as XGBoost itself tells them, and what is no model is
refused.
"""

import io
import pickle
import tarfile

import numpy
import pytest
import xgboost

from rehearsal.toolkit.models import model_file


@pytest.fixture(scope="module")
def booster() -> xgboost.Booster:
    table = numpy.random.default_rng(7).random((200, 5))
    return xgboost.train({"objective": "reg:squarederror"}, xgboost.DMatrix(table, table[:, 2] * 3 + table[:, 4]), 10)


def archive(content: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        member = tarfile.TarInfo("xgboost-model")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return file.getvalue()


@pytest.mark.parametrize("form", ["ubj", "json"])
def test_gain_is_what_xgboost_tells(booster: xgboost.Booster, form: str) -> None:
    found = model_file.importance_in(archive(bytes(booster.save_raw(form))))
    expected = booster.get_score(importance_type="total_gain")
    assert {name: pytest.approx(gain, rel=1e-4) for name, gain in found} == expected
    assert found == sorted(found, key=lambda each: -each[1])


@pytest.mark.parametrize("content", [pickle.dumps({"learner": {}}), b"", b"binf\0\0", b"{L\0"])
def test_what_is_no_model_in_json_or_ubjson_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        model_file.importance_in(archive(content))
