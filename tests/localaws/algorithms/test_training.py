"""Training runs in a container's folders: data formats, channels, stopping, folds, checkpoints, hosts."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
import xgboost

from rehearsal.localaws.algorithms.xgboost import training
from rehearsal.localaws.algorithms.xgboost.environment import TrainingEnvironment
from rehearsal.localaws.algorithms.xgboost.errors import AlgorithmError, PlatformError, UserError
from rehearsal.localaws.algorithms.xgboost.versions import ImageVersion
from rehearsal.localaws.sagemaker.training.container import two_free_ports
from tests.localaws.algorithms.test_serving import field, frame

ROOT = Path(__file__).parents[3]
RANDOM = np.random.default_rng(7)
FEATURES = RANDOM.random((240, 3)).round(3).astype(np.float32)
LABELS = (FEATURES @ np.array([1, 2, 3])).round(3).astype(np.float32)
CSV = "".join(f"{label},{a},{b},{c}\n" for label, (a, b, c) in zip(LABELS, FEATURES, strict=True))


class Folder:
    """A container's folder, filled and run."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.channels: dict[str, Any] = {}
        (base / "input" / "config").mkdir(parents=True)

    def put(self, channel: str, name: str, content: str | bytes, **config: str) -> "Folder":
        file = self.base / "input" / "data" / channel / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        self.channels[channel] = {"ContentType": "text/csv", "TrainingInputMode": "File", **config}
        return self

    def configure(self, hyperparameters: dict[str, str] | None = None, **more: Any) -> "Folder":
        given = {"num_round": "5", "objective": "reg:squarederror", **(hyperparameters or {})}
        files = {"hyperparameters.json": given, "inputdataconfig.json": self.channels, **more}
        for name, content in files.items():
            (self.base / "input" / "config" / name).write_text(json.dumps(content))
        return self

    @property
    def variables(self) -> dict[str, str]:
        return {"SAGEMAKER_BASE_DIR": str(self.base)}

    def train(self, hyperparameters: dict[str, str] | None = None, version: str = "3.2-0", **more: Any) -> "Folder":
        self.configure(hyperparameters, **more)
        training.train(TrainingEnvironment.read(self.variables), ImageVersion.parse(version))
        return self

    def refused(self, hyperparameters: dict[str, str] | None = None, version: str = "3.2-0") -> str:
        with pytest.raises(UserError) as error:
            self.train(hyperparameters, version)
        return str(error.value)

    def start(self, **variables: str) -> subprocess.Popen[str]:
        """The program itself, in a process."""
        return subprocess.Popen(
            [sys.executable, "-m", "rehearsal.localaws.algorithms.xgboost", "train"],
            env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_WAIT_POLICY": "PASSIVE", **self.variables, **variables},
            stdout=subprocess.PIPE,
            text=True,
        )

    def model(self, name: str = "xgboost-model") -> xgboost.Booster:
        return xgboost.Booster(model_file=bytearray((self.base / "model" / name).read_bytes()))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def bare(**parameters: Any) -> xgboost.Booster:
    matrix = xgboost.DMatrix(FEATURES, label=LABELS)
    return xgboost.train({"objective": "reg:squarederror", **parameters}, matrix, 5)


def predictions(model: xgboost.Booster) -> np.ndarray:
    return model.predict(xgboost.DMatrix(FEATURES))


def rounds(output: str) -> list[str]:
    return [line for line in output.splitlines() if "\ttrain-" in line]


@pytest.mark.parametrize("parameters", [{}, {"booster": "dart"}, {"tree_method": "exact", "max_depth": "2"}], ids=str)
def test_the_model_is_that_of_bare_xgboost(folder: Folder, parameters: dict[str, str]) -> None:
    folder.put("train", "a.csv", CSV).train(parameters)
    np.testing.assert_allclose(predictions(folder.model()), predictions(bare(**parameters)), atol=1e-6)


def test_the_program_prints_rounds_and_exits_0(folder: Folder) -> None:
    process = folder.put("train", "a.csv", CSV).put("validation", "b.csv", CSV).configure().start()
    output, _ = process.communicate(timeout=180)
    assert process.returncode == 0, output
    assert [line.split("\t")[0] for line in rounds(output)] == ["[0]", "[1]", "[2]", "[3]", "[4]"]
    assert "Train matrix has 240 rows and 3 columns" in output
    np.testing.assert_allclose(predictions(folder.model()), predictions(bare()), atol=1e-6)


def test_the_program_says_why_it_failed_and_exits_1(folder: Folder) -> None:
    process = folder.put("train", "a.csv", CSV).configure({"eta": "2"}).start()
    output, _ = process.communicate(timeout=180)
    failure = (folder.base / "output" / "failure").read_text()
    assert process.returncode == 1
    assert failure.startswith("framework error: \nHyperparameter eta: 2.0 is not in [0, 1]\n")
    assert "Traceback" in failure
    assert "Hyperparameter eta: 2.0 is not in [0, 1]" in output
    assert not (folder.base / "model").exists()


def test_surroundings_that_are_missing_are_a_platform_error(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match=r"hyperparameters\.json is missing; SAGEMAKER_BASE_DIR"):
        TrainingEnvironment.read({"SAGEMAKER_BASE_DIR": str(tmp_path)})


@pytest.mark.parametrize("delimiter", [",", ";", "\t", " "])
def test_the_delimiter_is_found_in_the_first_line(folder: Folder, delimiter: str) -> None:
    folder.put("train", "a.csv", CSV.replace(",", delimiter)).train()
    np.testing.assert_allclose(predictions(folder.model()), predictions(bare()), atol=1e-6)


def test_several_files_and_folders_are_one_matrix(folder: Folder) -> None:
    lines = CSV.splitlines(keepends=True)
    folder.put("train", "1/a.csv", "".join(lines[:100])).put("train", "1/2/3/b.csv", "".join(lines[100:]).rstrip("\n"))
    for ignored in (".hidden.csv", "_SUCCESS", "1/2/3/4/deep.csv", "empty.csv"):
        folder.put("train", ignored, "" if ignored == "empty.csv" else "text")
    folder.train()
    np.testing.assert_allclose(predictions(folder.model()), predictions(bare()), atol=1e-6)


def test_a_header_is_warned_about(folder: Folder, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        folder.put("train", "a.csv", "quality,acid,sugar,salt\n" + CSV).train()
    assert "The first line of a.csv looks like a header: 'quality,acid,sugar,salt'" in caplog.text
    assert "Train matrix has 241 rows" in caplog.text


@pytest.mark.parametrize("start", ["red,1,2,3\n", "\ufeff"])
def test_a_label_that_is_no_number_is_warned_about(
    folder: Folder, caplog: pytest.LogCaptureFixture, start: str
) -> None:
    folder.put("train", "a.csv", start + CSV).train()
    assert "The label of the first line of a.csv is no number" in caplog.text


def test_csv_weights_are_the_second_column(folder: Folder) -> None:
    weights = RANDOM.random(len(LABELS)).round(3)
    table = np.column_stack([LABELS, weights, FEATURES])
    folder.put("train", "a.csv", "".join(",".join(map(str, row)) + "\n" for row in table)).train({"csv_weights": "1"})
    matrix = xgboost.DMatrix(FEATURES, label=LABELS, weight=weights)
    model = xgboost.train({"objective": "reg:squarederror"}, matrix, 5)
    np.testing.assert_allclose(predictions(folder.model()), predictions(model), atol=1e-6)


def test_libsvm_indices_are_as_written(folder: Folder) -> None:
    lines = [f"{label} 0:{a} 1:{b} 2:{c}\n" for label, (a, b, c) in zip(LABELS, FEATURES, strict=True)]
    folder.put("train", "a.libsvm", "".join(lines), ContentType="text/x-libsvm").train()
    np.testing.assert_allclose(predictions(folder.model()), predictions(bare()), atol=1e-6)


def test_what_is_not_libsvm_is_refused(folder: Folder) -> None:
    message = folder.put("train", "a.csv", CSV, ContentType="libsvm").refused()
    assert message.startswith("First line '") and "of file 'a.csv' is not 'LIBSVM' format" in message


def test_recordio_protobuf_is_read(folder: Folder) -> None:
    def record(label: float, row: np.ndarray) -> bytes:
        def entry(values: Any) -> bytes:
            return field(1, b"values") + field(2, field(2, field(1, np.asarray(values, "<f4").tobytes())))

        return frame(field(1, entry(row)) + field(2, entry([label])))

    content = b"".join(map(record, LABELS, FEATURES))
    folder.put("train", "a.pbr", content, ContentType="application/x-recordio-protobuf").train()
    np.testing.assert_allclose(predictions(folder.model()), predictions(bare()), atol=1e-6)
    assert (
        "Failed to load recordio-protobuf data"
        in folder.put("train", "a.pbr", content[:-5], ContentType="recordio-protobuf").refused()
    )


def parquet(columns: dict[str, Any]) -> bytes:
    written = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), written)
    return written.getvalue()


def test_parquet_is_read_by_the_program(folder: Folder) -> None:
    columns = {"label": LABELS.astype(float), **{f"f{n}": FEATURES[:, n].astype(float) for n in range(3)}}
    process = (
        folder.put("train", "a.parquet", parquet(columns), ContentType="application/x-parquet").configure().start()
    )
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    np.testing.assert_allclose(predictions(folder.model()), predictions(bare()), atol=1e-6)


@pytest.mark.parametrize(
    ("name", "content", "content_type", "message"),
    [
        ("a.csv", "1\n2\n", "csv", "Could not determine delimiter on line 1: a row is a label and its features"),
        ("a.csv", "\n\n", "csv", "Could not determine delimiter on line :"),
        ("a.csv", "1,\n2,\n", "csv", "The train channel has 2 rows with 0 features."),
        ("a.csv", "nan,1\n2,3\n", "csv", "The train channel's label contains NaN, infinity or a value too large."),
        ("a.csv", "1,inf\n2,3\n", "csv", "Failed to load csv data with exception:"),
        ("a.csv", CSV.encode("utf-16"), "csv", "Failed to load csv data with exception:"),
        ("a", "1 -1:2\n", "libsvm", "whole indices from 0"),
        (
            "a",
            "1 4000000000:2\n",
            "libsvm",
            "4000000001 columns, for which XGBoost needs about 1440 GB; this machine has",
        ),
        ("a", "1\n2\n", "libsvm", "The train channel has 2 rows with 0 features."),
        ("a", parquet({"label": [1.0], "colour": ["red"]}), "parquet", "Failed to load parquet data with exception:"),
        (
            "a",
            parquet({"label": [1.0, None], "a": [1.0, 2.0]}),
            "parquet",
            "Label contains NaN, infinity or a value too",
        ),
        ("a", parquet({"label": [1.0]}), "parquet", "The train channel has 1 rows with 0 features."),
        ("a", parquet({"label": [1.0], "a": [1.0]})[:-9], "parquet", "Failed to load parquet data with exception:"),
        ("a", CSV, "parquet", "Failed to load parquet data with exception:"),
        ("a", CSV, "recordio-protobuf", "there is no RecordIO frame at byte 0"),
    ],
)
def test_bad_data_are_the_users_error_and_leave_no_model(
    folder: Folder, name: str, content: str | bytes, content_type: str, message: str
) -> None:
    assert message in folder.put("train", name, content, ContentType=content_type).refused()
    assert not (folder.base / "model").exists()


@pytest.mark.parametrize(
    ("channels", "message"),
    [
        ({}, "Missing required channel: train"),
        ({"train": {}, "test": {}}, "Extraneous channel found: test"),
        ({"train": {"ContentType": "TEXT/CSV"}}, "Channel configuration for 'train' channel is not supported: {"),
        ({"train": {"ContentType": "text/csv; label_size=1"}}, "Channel configuration for 'train' channel is not"),
        ({"train": {"TrainingInputMode": "Pipe"}}, "Channel configuration for 'train' channel is not supported: {"),
        ({"train": {}, "validation": {"ContentType": "text/plain"}}, "Channel configuration for 'validation' channel"),
        ({"train": {}, "code": {}}, "Channel configuration for 'code' channel is not supported: {"),
    ],
    ids=str,
)
def test_channels_are_checked_to_the_letter(folder: Folder, channels: dict[str, Any], message: str) -> None:
    for name, config in channels.items():
        folder.put(name, "a.csv", CSV, **config)
    assert folder.refused().startswith(message)


def test_channels_without_data_are_refused(folder: Folder) -> None:
    assert folder.put("train", ".hidden", CSV).refused().startswith("No data in training channel path ")
    folder.put("train", "a.csv", CSV).put("validation", "_x", CSV)
    assert folder.refused().startswith("No data in validation channel path ")


def test_labels_that_do_not_suit_the_objective_are_the_users_error(folder: Folder) -> None:
    message = folder.put("train", "a.csv", CSV).refused({"objective": "binary:logistic"})
    assert "base_score must be in (0,1)" in message
    assert "Stack trace" not in message
    assert "in the range of [0, num_class)" in folder.refused({"objective": "multi:softmax", "num_class": "2"})


@pytest.mark.filterwarnings("ignore::UserWarning")  # XGBoost warns of updaters, before it refuses this one
def test_what_xgboost_refuses_is_an_algorithm_error(folder: Folder) -> None:
    with pytest.raises(AlgorithmError, match="XGB train call failed with exception"):
        folder.put("train", "a.csv", CSV).train(
            {"tree_method": "exact", "grow_policy": "lossguide", "updater": "distcol"}
        )


def test_early_stopping_keeps_the_best_round(folder: Folder) -> None:
    noise = "".join(f"{value},{a},{b},{c}\n" for value, (a, b, c) in zip(RANDOM.random(240), FEATURES, strict=True))
    folder.put("train", "a.csv", CSV).put("validation", "b.csv", noise)
    folder.train({"num_round": "200", "early_stopping_rounds": "3", "eval_metric": "mae,rmse"})
    assert folder.model().num_boosted_rounds() < 20


def test_early_stopping_without_its_needs_is_warned_about(folder: Folder, caplog: pytest.LogCaptureFixture) -> None:
    folder.put("train", "a.csv", CSV).train({"early_stopping_rounds": "1"})
    assert folder.model().num_boosted_rounds() == 5
    assert "early_stopping_rounds has no effect" in caplog.text


def test_cross_validation_leaves_a_model_a_fold_and_predictions(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.put("train", "a.csv", CSV).put("validation", "b.csv", CSV)
    folder.train({"_kfold": "3", "_num_cv_round": "2", "eval_metric": "rmse,r2"})
    assert {file.name for file in (folder.base / "model").iterdir()} == {f"xgboost-model-{n}" for n in range(6)}
    table = np.loadtxt(folder.base / "output" / "data" / "predictions.csv", delimiter=",")
    assert table.shape == (480, 2)
    np.testing.assert_allclose(table[:, 0], np.tile(LABELS, 2), atol=1e-5)
    assert np.corrcoef(table[:, 0], table[:, 1])[0, 1] > 0.9
    assert len(rounds(capsys.readouterr().out)) == 3  # one for each round of folds, one for all


def test_cross_validation_of_classes_shares_them_evenly(folder: Folder) -> None:
    classes = "".join(f"{int(a > 0.8)},{a},{b},{c}\n" for a, b, c in FEATURES)
    folder.put("train", "a.csv", classes).train({"_kfold": "4", "objective": "binary:logistic"})
    table = np.loadtxt(folder.base / "output" / "data" / "predictions.csv", delimiter=",")
    assert set(table[:, 2]) == {0.0, 1.0}
    assert (table[:, 2] == table[:, 0]).mean() > 0.95


def test_checkpoints_are_kept_and_resumed(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    checkpoints: Any = {"checkpointconfig.json": {"LocalPath": str(folder.base / "checkpoints")}}
    folder.put("train", "a.csv", CSV).train({"num_round": "7"}, **checkpoints)
    kept = {file.name for file in (folder.base / "checkpoints").iterdir()}
    assert kept == {f"xgboost-checkpoint.{number}" for number in range(2, 7)}
    (folder.base / "checkpoints" / "xgboost-checkpoint.6").write_bytes(b"cut off")
    capsys.readouterr()
    folder.train({"num_round": "9"}, **checkpoints)
    assert [line.split("\t")[0] for line in rounds(capsys.readouterr().out)] == ["[6]", "[7]", "[8]"]
    assert folder.model().num_boosted_rounds() == 9
    folder.train({"num_round": "9"}, **checkpoints)
    assert folder.model().num_boosted_rounds() == 9


def test_sigterm_keeps_the_model_so_far_if_asked(folder: Folder) -> None:
    process = (
        folder.put("train", "a.csv", CSV)
        .configure({"num_round": "1000000", "save_model_on_termination": "true"})
        .start()
    )
    assert process.stdout is not None
    next(line for line in process.stdout if line.startswith("[3]"))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=180)
    assert process.returncode == 0
    assert folder.model().num_boosted_rounds() > 3


def test_hosts_train_one_model_on_their_shards(tmp_path: Path) -> None:
    hosts, lines, port = ["algo-1", "algo-2", "algo-3"], CSV.splitlines(keepends=True), two_free_ports()
    shards = {"algo-1": lines[:140], "algo-2": lines[140:], "algo-3": []}
    running = {}
    for host in hosts:
        (tmp_path / host).mkdir()
        folder = Folder(tmp_path / host).put("train", "a.csv", "".join(shards[host]))
        folder.configure(None, **{"resourceconfig.json": {"hosts": hosts, "current_host": host}})
        meeting = {"DMLC_TRACKER_URI": "127.0.0.1", "DMLC_TRACKER_PORT": str(port)}
        running[host] = (folder, folder.start(**meeting))
    outputs = {host: process.communicate(timeout=180)[0] for host, (_, process) in running.items()}
    assert [process.returncode for _, process in running.values()] == [0, 0, 0], outputs
    assert "Train matrix has 140 rows" in outputs["algo-1"]
    assert "Train matrix has 100 rows" in outputs["algo-2"]
    assert "Host algo-3 does not have data in every channel" in outputs["algo-3"]
    assert len(rounds(outputs["algo-1"])) == 5 and not rounds(outputs["algo-2"])
    assert [(tmp_path / host / "model").exists() for host in hosts] == [True, False, False]
    one = np.sqrt(np.mean((predictions(bare()) - LABELS) ** 2))
    together = np.sqrt(np.mean((predictions(running["algo-1"][0].model()) - LABELS) ** 2))
    assert together == pytest.approx(one, rel=0.03)
