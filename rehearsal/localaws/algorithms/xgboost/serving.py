"""The serving half of the algorithm: a request body in, an answer out. No sockets: :mod:`server` and the hosting room
call it.

::

    scorer = Scorer.load(model_folder, environment)
    reply = scorer.invoke("text/csv", None, b"1.5,2\\n")

A scorer is safe to use from several threads at once. The answers, statuses and messages are the image's; the facts are
in https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html and the image's public serving code.
"""

import json
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray

from rehearsal.localaws.algorithms.xgboost import answers, model_files, payloads, prediction, selections
from rehearsal.localaws.algorithms.xgboost.content_types import data_format
from rehearsal.localaws.algorithms.xgboost.errors import UserError
from rehearsal.localaws.algorithms.xgboost.versions import NEWEST, V1_2_2, ImageVersion

MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
_MAX_SETTABLE_PAYLOAD_BYTES = 20 * 1024 * 1024
_VOTING_OBJECTIVES = ("multi:softmax", "binary:hinge")


class ModelError(Exception):
    """The model folder holds nothing that XGBoost can load."""


@dataclass(frozen=True)
class Reply:
    """An HTTP answer: status, ``Content-Type`` (None where there is no body) and body."""

    status: int
    content_type: str | None
    body: bytes


@dataclass(frozen=True)
class Settings:
    """What environment variables of the model's container choose."""

    default_accept: str = answers.CSV
    selected_keys: Sequence[str] = ()
    batch: bool = False
    max_payload_bytes: int = MAX_PAYLOAD_BYTES

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Settings":
        """Read them as the image does: unknown variables are the container's own affair."""
        selection = environment.get("SAGEMAKER_INFERENCE_OUTPUT")
        limit = int(environment.get("MAX_CONTENT_LENGTH", MAX_PAYLOAD_BYTES))
        return cls(
            default_accept=environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or answers.CSV,
            selected_keys=selections.keys_of(selection) if selection else (),
            batch=bool(environment.get("SAGEMAKER_BATCH")),
            max_payload_bytes=min(limit, _MAX_SETTABLE_PAYLOAD_BYTES),
        )


@dataclass(frozen=True)
class Ensemble:
    """The boosters of a model folder (one, or one for each fold) and what they were trained for."""

    boosters: Sequence[Any]
    objective: str
    num_class: int
    feature_count: int
    in_place: bool
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @classmethod
    def load(cls, folder: Path) -> "Ensemble":
        """Every file of the folder is a model.

        Raises:
            ModelError: there is none, or one that XGBoost cannot read.
        """
        files = sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
        if not files:
            raise ModelError(
                f"there is no model file in {folder.name}: model.tar.gz must hold xgboost-model at its top"
            )
        boosters = [_booster(file) for file in files]
        learner = json.loads(boosters[0].save_config())["learner"]
        return cls(
            boosters=boosters,
            objective=learner["objective"]["name"],
            num_class=int(learner["learner_model_param"].get("num_class", 0)),
            feature_count=boosters[0].num_features(),
            in_place=learner["gradient_booster"]["name"] != "gblinear",
        )

    def predict(self, rows: payloads.Rows) -> NDArray[Any]:
        """The answer for each row; of several models their mean, or their vote where the answer is a class."""
        answered = [self._predict(booster, rows) for booster in self.boosters]
        if len(answered) == 1:
            return answered[0]
        if self.objective in _VOTING_OBJECTIVES:
            return _most_frequent(np.stack(answered))
        mean: NDArray[Any] = np.mean(answered, axis=0)
        return mean

    def _predict(self, booster: Any, rows: payloads.Rows) -> NDArray[Any]:
        if self.in_place:
            return prediction.predict(booster, rows)
        with self._one_at_a_time:  # linear boosters predict from a DMatrix only, which is not said to be thread safe
            return booster.predict(xgboost.DMatrix(rows, nthread=1), validate_features=False)


@dataclass(frozen=True)
class Scorer:
    """A loaded model that answers requests."""

    model: Ensemble
    settings: Settings
    version: ImageVersion = NEWEST

    @classmethod
    def load(
        cls, model_folder: str | os.PathLike[str], environment: Mapping[str, str], version: ImageVersion = NEWEST
    ) -> "Scorer":
        """Load the unpacked ``model.tar.gz``; ``environment`` is that of the model's container.

        Raises:
            ModelError: the folder holds no model, or one that XGBoost cannot read.
        """
        return cls(Ensemble.load(Path(model_folder)), Settings.of(environment), version)

    def invoke(self, content_type: str | None, accept: str | None, body: bytes) -> Reply:
        """``POST /invocations``. Never raises for what a caller sends: the reply's status tells."""
        if len(body) > self.settings.max_payload_bytes:
            return _text(
                413, f"The payload of {len(body)} bytes exceeds the limit of {self.settings.max_payload_bytes}."
            )
        if not body:
            return Reply(204, None, b"")
        try:
            rows = payloads.decode(data_format(content_type), body, self.model.feature_count)
        except payloads.TooManyColumns as error:
            return _text(400, f"Unable to evaluate payload provided: {error}")
        except (payloads.PayloadError, UserError) as error:
            return _text(415, str(error))
        try:
            predictions = self.model.predict(rows).tolist()
        except xgboost.core.XGBoostError as error:
            return _text(400, f"Unable to evaluate payload provided: {error}")
        return self._answer(predictions, accept)

    def _answer(self, predictions: list[Any], accept: str | None) -> Reply:
        if self.settings.batch and not self.settings.selected_keys:
            return _reply(answers.CSV, answers.one_value_a_line(predictions))
        try:
            media_type = answers.accepted_type(accept, self.settings.default_accept)
            if not self.settings.selected_keys:
                return _reply(media_type, self._plain(predictions, media_type))
            rows = selections.select(
                predictions, self.settings.selected_keys, self.model.objective, self.model.num_class
            )
            return _reply(media_type, answers.selected(rows, media_type, batch=self.settings.batch))
        except answers.NotAcceptable as error:
            return _text(406, str(error))
        except ValueError as error:
            return _text(500, str(error))

    def _plain(self, predictions: list[Any], media_type: str) -> bytes:
        if self.version < V1_2_2:
            return answers.one_csv_line(predictions)
        return answers.plain(predictions, media_type)


def execution_parameters(max_payload_bytes: int = MAX_PAYLOAD_BYTES) -> dict[str, Any]:
    """``GET /execution-parameters``: how a batch transform should call the container."""
    return {
        "MaxConcurrentTransforms": os.cpu_count() or 1,
        "BatchStrategy": "MULTI_RECORD",
        "MaxPayloadInMB": max_payload_bytes // 1024**2,
    }


def _booster(file: Path) -> Any:
    try:
        booster = model_files.decode(file)
    except model_files.UnreadableModel as error:
        raise ModelError(str(error)) from error
    booster.set_param({"nthread": 1})
    return booster


def _most_frequent(votes: NDArray[Any]) -> NDArray[Any]:
    """For each row the value that most models gave; the smallest of equals."""
    classes = np.unique(votes)
    counts = (votes[:, :, None] == classes).sum(axis=0)
    winners: NDArray[Any] = classes[counts.argmax(axis=1)]
    return winners


def _reply(media_type: str, body: bytes) -> Reply:
    return Reply(200, f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type, body)


def _text(status: int, message: str) -> Reply:
    return Reply(status, "text/html; charset=utf-8", message.encode())
