"""The answers of a model server, status by status and format by format."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st

from rehearsal.localaws.algorithms.xgboost import payloads, recordio
from rehearsal.localaws.algorithms.xgboost.content_types import DataFormat
from rehearsal.localaws.algorithms.xgboost.serving import ModelError, Reply, Scorer
from rehearsal.localaws.algorithms.xgboost.versions import ImageVersion

FEATURES = 3
ROWS = np.random.default_rng(1).random((200, FEATURES)).astype(np.float32)
LABELS = {
    "reg:squarederror": ROWS[:, 0] * 3,
    "binary:logistic": (ROWS[:, 0] > 0.5).astype(np.float32),
    "binary:hinge": (ROWS[:, 0] > 0.5).astype(np.float32),
    "multi:softmax": (ROWS[:, 0] * 3).astype(int).astype(np.float32),
    "multi:softprob": (ROWS[:, 0] * 3).astype(int).astype(np.float32),
    "rank:pairwise": ROWS[:, 0],
}


def booster(objective: str, *, seed: int = 0, **more: Any) -> xgboost.Booster:
    classes = {"num_class": 3} if objective.startswith("multi:") else {}
    parameters = {
        "objective": objective,
        "nthread": 1,
        "max_depth": 3,
        "seed": seed,
        "subsample": 0.7,
        **classes,
        **more,
    }
    return xgboost.train(parameters, xgboost.DMatrix(ROWS, label=LABELS[objective], nthread=1), 4)


@pytest.fixture
def serve(tmp_path: Path) -> Callable[..., Scorer]:
    def load(objective: str = "reg:squarederror", version: str = "3.2-0", **environment: str) -> Scorer:
        (tmp_path / "xgboost-model").write_bytes(booster(objective).save_raw("ubj"))
        return Scorer.load(tmp_path, environment, ImageVersion.parse(version))

    return load


def csv(rows: np.ndarray) -> bytes:
    return "\n".join(",".join(str(float(cell)) for cell in row) for row in rows).encode()


def expected(objective: str, rows: np.ndarray) -> list[Any]:
    return booster(objective).predict(xgboost.DMatrix(rows, nthread=1)).tolist()


def text(reply: Reply) -> str:
    assert reply.status == 200, reply
    return reply.body.decode()


def test_csv_is_answered_with_one_prediction_a_line(serve: Callable[..., Scorer]) -> None:
    reply = serve().invoke("text/csv", None, csv(ROWS[:5]))
    assert reply.content_type == "text/csv; charset=utf-8"
    assert text(reply) == "".join(f"{value}\n" for value in expected("reg:squarederror", ROWS[:5]))


def test_class_probabilities_share_a_line(serve: Callable[..., Scorer]) -> None:
    reply = serve("multi:softprob").invoke("text/csv", "*/*", csv(ROWS[:2]))
    assert text(reply) == "".join(",".join(map(str, row)) + "\n" for row in expected("multi:softprob", ROWS[:2]))


def test_images_before_1_2_2_answer_one_line(serve: Callable[..., Scorer]) -> None:
    reply = serve(version="1.2-1").invoke("text/csv", None, csv(ROWS[:3]))
    assert text(reply) == ",".join(map(str, expected("reg:squarederror", ROWS[:3])))


@pytest.mark.parametrize("objective", ["reg:squarederror", "multi:softprob"])
def test_json_names_each_prediction_score(serve: Callable[..., Scorer], objective: str) -> None:
    reply = serve(objective).invoke("text/csv", "application/json", csv(ROWS[:2]))
    assert reply.content_type == "application/json"
    assert json.loads(text(reply)) == {"predictions": [{"score": score} for score in expected(objective, ROWS[:2])]}


def test_json_lines_and_recordio_are_answered(serve: Callable[..., Scorer]) -> None:
    scorer = serve()
    lines = text(scorer.invoke("text/csv", "application/jsonlines", csv(ROWS[:2]))).splitlines()
    assert [json.loads(line)["score"] for line in lines] == expected("reg:squarederror", ROWS[:2])
    frames = scorer.invoke("text/csv", "application/x-recordio-protobuf", csv(ROWS[:2]))
    assert frames.content_type == "application/x-recordio-protobuf"
    assert frames.body.count(b"score") == 2


def test_the_default_accept_comes_from_the_environment(serve: Callable[..., Scorer]) -> None:
    scorer = serve(SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT="application/json")
    for accept in (None, "", "*/*"):
        assert scorer.invoke("text/csv", accept, csv(ROWS[:1])).content_type == "application/json"


def test_another_accept_is_406(serve: Callable[..., Scorer]) -> None:
    reply = serve().invoke("text/csv", "image/png", csv(ROWS[:1]))
    assert reply.status == 406
    assert (
        b"Accept type image/png is not supported. Please use supported accept types: ['application/json'" in reply.body
    )


def test_an_empty_body_is_204(serve: Callable[..., Scorer]) -> None:
    assert serve().invoke("text/csv", None, b"") == Reply(204, None, b"")


@pytest.mark.parametrize(
    "body",
    [
        b"a,b,c\n1,2,3",
        b"1,2,red",
        b"1,NA,3",
        b'"1","2","3"',
        b"1,2,3\n1,2",
        b"1,2\n1,2,3",
        b"\xff\xfe,1,2",
        b"1-2,3,4",
        b"inf,1,2",
    ],
    ids=["header", "text", "NA", "quotes", "short row", "long row", "not UTF-8", "malformed number", "infinite"],
)
def test_a_body_that_is_not_numbers_is_415(serve: Callable[..., Scorer], body: bytes) -> None:
    reply = serve().invoke("text/csv", None, body)
    assert reply.status == 415
    assert reply.body.startswith(b"Loading csv data failed with Exception, please ensure data is in csv format:")


def test_an_unknown_content_type_is_415(serve: Callable[..., Scorer]) -> None:
    for content_type in ("application/json", "application/x-parquet", "text/csv; label_size=2"):
        assert serve().invoke(content_type, None, b"1,2,3").status == 415


def test_a_missing_content_type_means_libsvm(serve: Callable[..., Scorer]) -> None:
    body = b"0:0.25 2:0.5\n1 1:0.75"
    rows = np.array([[0.25, np.nan, 0.5], [np.nan, 0.75, np.nan]])
    assert text(serve().invoke(None, None, body)).split() == [str(v) for v in expected("reg:squarederror", rows)]


def test_too_many_columns_are_400_and_too_few_are_missing_values(serve: Callable[..., Scorer]) -> None:
    scorer = serve()
    reply = scorer.invoke("text/csv", None, b"1,2,3,4")
    assert reply.status == 400
    assert (
        b"Unable to evaluate payload provided: Number of columns does not match number of features in booster."
        in reply.body
    )
    assert scorer.invoke("text/libsvm", None, b"7:1").status == 400
    row = np.array([[0.25, np.nan, np.nan]])
    assert text(scorer.invoke("text/csv", None, b"0.25")) == f"{expected('reg:squarederror', row)[0]}\n"


def test_more_than_6_mib_is_413_and_the_limit_can_be_set(serve: Callable[..., Scorer]) -> None:
    assert serve().invoke("text/csv", None, b"1," * (3 * 1024 * 1024 + 1)).status == 413
    assert serve(MAX_CONTENT_LENGTH="10").invoke("text/csv", None, b"0.123,0.456").status == 413


def test_batch_transform_gets_one_value_a_line_whatever_it_accepts(serve: Callable[..., Scorer]) -> None:
    reply = serve("multi:softprob", SAGEMAKER_BATCH="true").invoke("text/csv", "application/json", csv(ROWS[:2]))
    assert text(reply) == "".join(f"{row}\n" for row in expected("multi:softprob", ROWS[:2]))


def test_members_of_a_binary_answer_can_be_selected(serve: Callable[..., Scorer]) -> None:
    keys = "predicted_label, labels, probability, probabilities, raw_score, raw_scores, predicted_score"
    scorer = serve("binary:logistic", SAGEMAKER_INFERENCE_OUTPUT=keys)
    answer = json.loads(text(scorer.invoke("text/csv", "application/json", csv(ROWS[:1]))))["predictions"][0]
    probability = expected("binary:logistic", ROWS[:1])[0]
    assert np.isnan(answer.pop("predicted_score"))
    assert answer == {
        "predicted_label": int(probability > 0.5),
        "labels": [0, 1],
        "probability": probability,
        "probabilities": [1 - probability, probability],
        "raw_score": probability,
        "raw_scores": [1 - probability, probability],
    }


def test_members_of_a_multiclass_answer_can_be_selected(serve: Callable[..., Scorer]) -> None:
    scorer = serve("multi:softprob", SAGEMAKER_INFERENCE_OUTPUT="predicted_label,labels,probability,probabilities")
    row = expected("multi:softprob", ROWS[:1])[0]
    answer = text(scorer.invoke("text/csv", "text/csv", csv(ROWS[:1])))
    assert answer == f'{int(np.argmax(row))},"[0, 1, 2]",{max(row)},"{row}"'


def test_a_regression_has_only_a_score_to_select(serve: Callable[..., Scorer]) -> None:
    scorer = serve(SAGEMAKER_INFERENCE_OUTPUT="predicted_score")
    answer = json.loads(text(scorer.invoke("text/csv", "application/jsonlines", csv(ROWS[:1]))))
    assert answer == {"predicted_score": expected("reg:squarederror", ROWS[:1])[0]}


def test_a_ranking_has_nothing_to_select(serve: Callable[..., Scorer]) -> None:
    reply = serve("rank:pairwise", SAGEMAKER_INFERENCE_OUTPUT="probability").invoke("text/csv", None, csv(ROWS[:1]))
    assert (reply.status, b"unsupported for selectable" in reply.body) == (500, True)


def test_several_models_answer_their_mean_or_their_vote(tmp_path: Path) -> None:
    for objective in ("reg:squarederror", "multi:softmax"):
        boosters = [booster(objective, seed=seed) for seed in range(3)]
        for number, one in enumerate(boosters):
            (tmp_path / f"xgboost-model-{number}").write_bytes(one.save_raw("ubj"))
        answered = np.array([one.predict(xgboost.DMatrix(ROWS, nthread=1)) for one in boosters])
        got = [float(line) for line in text(Scorer.load(tmp_path, {}).invoke("text/csv", None, csv(ROWS))).split()]
        if objective == "reg:squarederror":
            assert got == pytest.approx(answered.mean(axis=0).tolist(), rel=1e-6)
        else:
            assert got == [max(sorted(set(votes)), key=votes.tolist().count) for votes in answered.T]


@pytest.mark.filterwarnings("ignore::UserWarning")  # XGBoost announces the retirement of linear models
def test_linear_models_are_served_too(tmp_path: Path) -> None:
    linear = booster("reg:squarederror", booster="gblinear", subsample=1, max_depth=0)
    linear.save_model(tmp_path / "xgboost-model.json")
    got = text(Scorer.load(tmp_path, {}).invoke("text/csv", None, csv(ROWS[:3])))
    assert got.split() == [str(v) for v in linear.predict(xgboost.DMatrix(ROWS[:3])).tolist()]


def test_a_folder_without_a_model_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.tar\.gz must hold xgboost-model"):
        Scorer.load(tmp_path, {})
    (tmp_path / "xgboost-model").write_bytes(b"not a model")
    with pytest.raises(ModelError, match="xgboost-model cannot be loaded"):
        Scorer.load(tmp_path, {})


def test_recordio_rows_dense_and_sparse_are_scored_alike(serve: Callable[..., Scorer]) -> None:
    scorer = serve()
    for body in (dense_record([0.25, 0.5, 0.75]), sparse_record({0: 0.25, 1: 0.5, 2: 0.75})):
        assert text(scorer.invoke("application/x-recordio-protobuf", None, body)) == text(
            scorer.invoke("text/csv", None, b"0.25,0.5,0.75")
        )
    assert scorer.invoke("application/x-recordio-protobuf", None, b"12345678").status == 415


def field(number: int, content: bytes) -> bytes:
    assert len(content) < 128
    return bytes([number << 3 | 2, len(content)]) + content


def frame(message: bytes) -> bytes:
    header = (0xCED7230A).to_bytes(4, "little") + len(message).to_bytes(4, "little")
    return header + message + b"\0" * (-len(message) % 4)


def dense_record(values: list[float]) -> bytes:
    tensor = field(1, np.array(values, dtype="<f4").tobytes())
    return frame(field(1, field(1, b"values") + field(2, field(2, tensor))))


def sparse_record(values: dict[int, float]) -> bytes:
    tensor = field(1, np.array([*values.values()], dtype="<f8").tobytes()) + field(2, bytes(values))
    return frame(field(1, field(1, b"values") + field(2, field(3, tensor))))


numbers = st.one_of(st.floats(width=32, allow_nan=False, allow_infinity=False), st.integers(-99, 99))
cells = st.one_of(numbers.map(str), st.sampled_from(["", "nan", " 1", "1e", "-", "x", "1_0", "٣"]))


@given(st.lists(st.lists(cells, min_size=1, max_size=4), min_size=1, max_size=4), st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=300, deadline=None)
def test_a_csv_body_reads_as_python_reads_its_cells_or_is_refused(table: list[list[str]], line_end: str) -> None:
    body = line_end.join(",".join(row) for row in table)
    lines = [line.split(",") for line in body.strip().replace("\r\n", "\n").split("\n")]
    try:
        wanted = np.array([[float(cell) if cell else np.nan for cell in row] for row in lines], dtype=np.float32)
    except ValueError:
        wanted = None
    try:
        got = payloads.decode(DataFormat.CSV, body.encode(), 5)
    except payloads.PayloadError:
        assert wanted is None
        return
    assert wanted is not None
    np.testing.assert_array_equal(got[:, : wanted.shape[1]], wanted)
    assert np.isnan(got[:, wanted.shape[1] :]).all()


@given(
    st.lists(st.dictionaries(st.text(max_size=3), st.lists(st.floats(width=32), max_size=3), max_size=2), max_size=3)
)
@settings(deadline=None)
def test_written_frames_have_the_length_they_say(rows: list[dict[str, list[float]]]) -> None:
    assert len(recordio.write(rows)) % 4 == 0
    assert recordio.write(rows).count((0xCED7230A).to_bytes(4, "little")) >= len(rows)
