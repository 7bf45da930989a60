"""What happens after each round of boosting: the log line, the checkpoint, the wish to stop."""

import re
from pathlib import Path
from typing import Any

import xgboost

MODEL_NAME = "xgboost-model"
CHECKPOINT_NAME = "xgboost-checkpoint"
CHECKPOINTS_KEPT = 5
_UNFINISHED = ".sagemaker-ignore"  # the service does not upload such a file


class EvaluationLines(xgboost.callback.TrainingCallback):
    """Print ``[round]<tab>train-rmse:0.12345<tab>...``, from which the service takes the job's metrics."""

    def __init__(self, first_round: int) -> None:
        self._first_round = first_round

    def after_iteration(self, _model: Any, epoch: int, evals_log: Any) -> bool:
        if evals_log and xgboost.collective.get_rank() == 0:
            print(evaluation_line(self._first_round + epoch, evals_log), flush=True)
        return False


def evaluation_line(number: int, evals_log: Any) -> str:
    """The line of one round."""
    parts = [
        f"{data}-{metric}:{values[-1]:.5f}" for data, metrics in evals_log.items() for metric, values in metrics.items()
    ]
    return "\t".join([f"[{number}]", *parts])


class SaveCheckpoint(xgboost.callback.TrainingCallback):
    """Keep the newest checkpoints in the folder that the service mirrors to S3."""

    def __init__(self, folder: Path, first_round: int) -> None:
        self._folder = folder
        self._first_round = first_round

    def after_iteration(self, model: Any, epoch: int, _evals_log: Any) -> bool:
        if xgboost.collective.get_rank() == 0:
            number = self._first_round + epoch
            save_model(model.save_raw("ubj"), self._folder / f"{CHECKPOINT_NAME}.{number}")
            (self._folder / f"{CHECKPOINT_NAME}.{number - CHECKPOINTS_KEPT}").unlink(missing_ok=True)
        return False


class StopWhenAsked(xgboost.callback.TrainingCallback):
    """End after the round in which :meth:`ask` is called, with the model so far."""

    def __init__(self) -> None:
        self.asked = False

    def ask(self, *_: object) -> None:
        """A signal handler."""
        self.asked = True

    def after_iteration(self, _model: Any, _epoch: int, _evals_log: Any) -> bool:
        return self.asked


def save_model(content: bytes, file: Path) -> None:
    """Write a model's file so that it is never seen half-written."""
    unfinished = file.with_name(file.name + _UNFINISHED)
    unfinished.write_bytes(content)
    unfinished.replace(file)


def latest_checkpoint(folder: Path | None) -> tuple[Any, int]:
    """The newest checkpoint as a model, and the number of rounds that it holds; ``(None, 0)`` where there is none."""
    numbers = sorted(
        int(found[1])
        for file in (folder.iterdir() if folder and folder.is_dir() else ())
        if (found := re.fullmatch(rf"{CHECKPOINT_NAME}\.(\d+)", file.name))
    )
    while numbers:
        newest = numbers.pop()
        try:
            content = bytearray((folder or Path()).joinpath(f"{CHECKPOINT_NAME}.{newest}").read_bytes())
            return xgboost.Booster(model_file=content), newest + 1
        except xgboost.core.XGBoostError:  # cut off when the job was interrupted: the one before it will do
            continue
    return None, 0
