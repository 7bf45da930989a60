"""Boost: one call of ``xgboost.train``, or one for each fold of a cross validation."""

import logging
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xgboost

from rehearsal.localaws.algorithms.xgboost import callbacks, crossvalidation, metric_names, metrics
from rehearsal.localaws.algorithms.xgboost.errors import AlgorithmError, UserError, without_stack_trace
from rehearsal.localaws.algorithms.xgboost.plan import Plan

log = logging.getLogger(__name__)

Matrix = Any
Matrices = Mapping[str, Matrix]
"""``train``, and ``validation`` where there is one."""

_USERS_FAULT = (
    "label must be in [0,1] for logistic regression",
    "label must be discrete values in the range of [0, num_class)",
    "Target is multiclass but average='binary'",
    "feature_names mismatch",
    "Check failed: preds.size() == info.labels_.size()",
    "Check failed: !auc_error AUC: the dataset only contains pos or neg samples",
    "base_score must be in (0,1)",
    "label must be nonnegative",
    "Parameter reg_lambda should be greater equal to 0",
)


@dataclass(frozen=True)
class Booster:
    """How to boost: the plan, the threads to do it with, and the folder of checkpoints where the job has one."""

    plan: Plan
    threads: int
    checkpoints: Path | None

    def boost(self, matrices: Matrices) -> Any:
        """The model; boosting goes on from the newest checkpoint.

        Raises:
            UserError: the data do not suit the objective.
            AlgorithmError: XGBoost failed otherwise.
        """
        checkpoint, rounds_done = callbacks.latest_checkpoint(self.checkpoints)
        if checkpoint is not None:
            log.info("Checkpoint loaded. Resuming from iteration %d", rounds_done)
            if rounds_done >= self.plan.rounds:
                return checkpoint
        after_rounds = [callbacks.EvaluationLines(rounds_done), *self._stopping("validation" in matrices)]
        if self.checkpoints is not None:
            self.checkpoints.mkdir(parents=True, exist_ok=True)
            after_rounds.append(callbacks.SaveCheckpoint(self.checkpoints, rounds_done))
        return self._train(matrices, self.plan.rounds - rounds_done, after_rounds, checkpoint, {})

    def cross_validate(self, everything: Matrix, output_data: Path) -> list[Any]:
        """A model for each fold of each round; the predictions on held-back rows go to ``output_data``."""
        folds, rounds = self.plan.folds or 2, self.plan.fold_rounds
        log.info("Run %d-round of %d-fold cross validation with %d rows", rounds, folds, everything.num_row())
        labels = everything.get_label()
        held_back = crossvalidation.HeldBackPredictions(labels, self.plan.is_classification)
        seed = self.plan.boosting.get("seed", 0)
        models: list[Any] = []
        results: list[dict[str, Any]] = []
        for train_rows, kept_rows in crossvalidation.folds(
            labels, folds, rounds=rounds, stratified=self.plan.is_classification, seed=abs(seed)
        ):
            log.info("Train cross validation fold %d", len(models) % folds + 1)
            matrices = {"train": everything.slice(train_rows), "validation": everything.slice(kept_rows)}
            results.append({})
            models.append(self._train(matrices, self.plan.rounds, self._stopping(True), None, results[-1]))
            held_back.record(kept_rows, models[-1].predict(matrices["validation"]))
            if len(models) % folds == 0:
                log.info("The metrics of round %d cross validation", len(models) // folds)
                print(_mean_line(self.plan.rounds, results[-folds:]), flush=True)
        if rounds > 1:
            log.info("The overall metrics of %d-round cross validation", rounds)
            print(_mean_line(self.plan.rounds, results), flush=True)
        held_back.save(output_data)
        return models

    def _train(
        self, matrices: Matrices, rounds: int, after_rounds: list[Any], start: Any, results: dict[str, Any]
    ) -> Any:
        try:
            return xgboost.train(
                {**self.plan.boosting, "nthread": self.threads},
                matrices["train"],
                num_boost_round=rounds,
                evals=[(matrix, name) for name, matrix in matrices.items()],
                evals_result=results,
                custom_metric=self._custom_metric(),
                callbacks=after_rounds,
                xgb_model=start,
                verbose_eval=False,
            )
        except (xgboost.core.XGBoostError, ValueError) as error:
            told = without_stack_trace(error)
            if any(fault in told for fault in _USERS_FAULT):
                raise UserError(told) from error
            raise AlgorithmError(f"XGB train call failed with exception:\n {told}") from error

    def _custom_metric(self) -> Callable[..., Any] | None:
        return metrics.evaluation(self.plan.our_metrics, self.plan.objective) if self.plan.our_metrics else None

    def _stopping(self, has_validation: bool) -> list[Any]:
        """The callbacks that may end boosting before its last round."""
        chosen: list[Any] = []
        if self.plan.save_on_termination:
            termination = callbacks.StopWhenAsked()
            signal.signal(signal.SIGTERM, termination.ask)
            chosen.append(termination)
        if self.plan.early_stopping_rounds is None:
            return chosen
        if not has_validation or self.plan.early_stopping_metric is None:
            log.warning("early_stopping_rounds has no effect: it needs a validation channel and an eval_metric")
            return chosen
        early = xgboost.callback.EarlyStopping(
            rounds=self.plan.early_stopping_rounds,
            metric_name=self.plan.early_stopping_metric,
            data_name="validation",
            maximize=metric_names.is_maximized(self.plan.early_stopping_metric),
            save_best=True,
        )
        return [*chosen, early]


def _mean_line(number: int, results: list[dict[str, Any]]) -> str:
    """An evaluation line of several folds' last values."""
    means = {
        data: {
            metric: [float(np.mean([result[data][metric][-1] for result in results]))] for metric in results[0][data]
        }
        for data in ("train", "validation")
    }
    by_metric = [
        f"{data}-{metric}:{means[data][metric][-1]:.5f}"
        for metric in means["train"]
        for data in ("train", "validation")
    ]
    return "\t".join([f"[{number}]", *by_metric])
