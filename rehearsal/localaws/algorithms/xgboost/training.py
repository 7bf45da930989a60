"""The training half of the algorithm: validate, read, boost, save. Everything it needs is in the environment's
folders."""

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xgboost

from rehearsal.localaws.algorithms.xgboost import (
    callbacks,
    channels,
    cluster,
    gpus,
    hyperparameters,
    model_files,
    readers,
)
from rehearsal.localaws.algorithms.xgboost.boosting import Booster
from rehearsal.localaws.algorithms.xgboost.content_types import data_format
from rehearsal.localaws.algorithms.xgboost.environment import TrainingEnvironment
from rehearsal.localaws.algorithms.xgboost.errors import UserError
from rehearsal.localaws.algorithms.xgboost.plan import Plan, plan
from rehearsal.localaws.algorithms.xgboost.readers import Reading
from rehearsal.localaws.algorithms.xgboost.versions import ImageVersion

log = logging.getLogger(__name__)

_BYTES_WORTH_A_THREAD = 1_000_000
"""Of data. Below this, starting and joining OpenMP threads costs more than they save."""
_BYTES_OF_A_COLUMN = 360
"""What XGBoost's histograms take for each column, full or empty: measured with 1 and 10 million columns."""

Files = Mapping[str, Sequence[Path]]
"""The files of each channel."""


def train(environment: TrainingEnvironment, version: ImageVersion) -> None:
    """Train as the configuration files say and leave the model in the model folder.

    Raises:
        ToolkitError: UserError, AlgorithmError or PlatformError, whose text is the job's FailureReason.
    """
    log.info("Training with XGBoost %s by the rules of the image's release %s", xgboost.__version__, version)
    validated = hyperparameters.validate(environment.hyperparameters, version)
    planned = plan(gpus.settled(validated, environment.instance_type))
    given = channels.validate(environment.channels, version)
    files = {name: readers.data_files(environment.channel(name)) for name in given if name != "code"}
    reading = Reading(
        data_format(given["train"]["ContentType"]), planned.threads or _threads(files), planned.csv_weights
    )
    if len(environment.hosts) == 1:
        _check_data(files, environment)
        log.info("Single node training.")
        _train(planned, files, reading, environment, version, is_master=True)
    else:
        _train_together(planned, files, reading, environment, version)


def _train_together(
    planned: Plan, files: Files, reading: Reading, environment: TrainingEnvironment, version: ImageVersion
) -> None:
    hosts, current = environment.hosts, environment.current_host
    log.info("Distributed node training with %d hosts: %s", len(hosts), [*hosts])
    place = cluster.MeetingPlace.of(hosts)
    taking_part = cluster.hosts_with_data(hosts, current, all(files.values()), place)
    if not taking_part:
        raise UserError("No hosts received training data.")
    if current not in taking_part:
        log.warning("Host %s does not have data in every channel: it is not used in distributed training.", current)
        return
    with cluster.joined(taking_part, current, place.next()):
        _train(planned, files, reading, environment, version, is_master=current == taking_part[0])


def _train(
    planned: Plan,
    files: Files,
    reading: Reading,
    environment: TrainingEnvironment,
    version: ImageVersion,
    *,
    is_master: bool,
) -> None:
    booster = Booster(planned, reading.threads, environment.checkpoints)
    matrices = {name: readers.read(group, reading) for name, group in files.items()}
    log.info("Train matrix has %d rows and %d columns", matrices["train"].num_row(), matrices["train"].num_col())
    for name, matrix in matrices.items():
        _check_matrix(name, matrix)
    if "validation" in matrices:
        log.info("Validation matrix has %d rows", matrices["validation"].num_row())
    if planned.folds is None:
        models = {callbacks.MODEL_NAME: booster.boost(matrices)}
    else:
        everything = readers.read([file for group in files.values() for file in group], reading)
        found = booster.cross_validate(everything, environment.output_data)
        models = {f"{callbacks.MODEL_NAME}-{number}": model for number, model in enumerate(found)}
    if is_master:
        environment.model.mkdir(parents=True, exist_ok=True)
        for name, model in models.items():
            callbacks.save_model(model_files.encode(model, version), environment.model / name)


def _check_data(files: Files, environment: TrainingEnvironment) -> None:
    for name, group in files.items():
        if not group:
            spoken = "training" if name == "train" else name
            raise UserError(f"No data in {spoken} channel path {environment.channel(name)}")


def _check_matrix(name: str, matrix: Any) -> None:
    """Refuse by name what XGBoost would refuse with a check of its own code, or use up this machine's memory on."""
    rows, columns = matrix.num_row(), matrix.num_col()
    if not rows or not columns:
        raise UserError(
            f"The {name} channel has {rows} rows with {columns} features. A row is a label and its features."
        )
    if not np.isfinite(matrix.get_label()).all():
        raise UserError(f"The {name} channel's label contains NaN, infinity or a value too large.")
    if columns * _BYTES_OF_A_COLUMN > (memory := os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")):
        raise UserError(
            f"The {name} channel has {columns} columns, for which XGBoost needs about "
            f"{columns * _BYTES_OF_A_COLUMN / 1e9:.0f} GB; this machine has {memory / 1e9:.0f} GB. Please use an "
            f"instance type with more memory, or number the features from 0 without gaps."
        )


def _threads(files: Files, variables: Mapping[str, str] = os.environ) -> int:
    """One thread for small data, else as many as there are cores, or as ``SM_NUM_CPUS`` allows."""
    size = sum(file.stat().st_size for group in files.values() for file in group)
    cores = int(variables.get("SM_NUM_CPUS") or os.cpu_count() or 1)
    return max(1, min(cores, size // _BYTES_WORTH_A_THREAD))
