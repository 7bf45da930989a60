"""What validated hyperparameters ask for, sorted by who acts on it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.algorithms.xgboost import metrics


@dataclass(frozen=True)
class Plan:
    """``boosting`` goes to XGBoost as it is; the rest is the algorithm's."""

    boosting: dict[str, Any]
    rounds: int
    our_metrics: Sequence[str]
    early_stopping_rounds: int | None
    early_stopping_metric: str | None
    save_on_termination: bool
    csv_weights: bool
    threads: int | None
    folds: int | None
    fold_rounds: int

    @property
    def objective(self) -> str:
        return str(self.boosting.get("objective", "reg:squarederror"))

    @property
    def is_classification(self) -> bool:
        return self.objective.startswith(("binary:", "multi:"))


def plan(values: dict[str, Any]) -> Plan:
    """Sort hyperparameters as :func:`hyperparameters.validate` gives them."""
    boosting = dict(values)
    tuned = boosting.pop("_tuning_objective_metric", "").removeprefix("validation:")
    wanted = boosting.pop("eval_metric", [])
    theirs, ours = metrics.split(sorted({*wanted, tuned}) if tuned else wanted)
    if theirs:
        boosting["eval_metric"] = theirs
    if "updater" in boosting:
        boosting["updater"] = ",".join(boosting["updater"])
    if "silent" in boosting:  # XGBoost has dropped it for verbosity
        boosting["verbosity"] = 0 if boosting.pop("silent") else 1
    return Plan(
        rounds=boosting.pop("num_round"),
        our_metrics=ours,
        early_stopping_rounds=boosting.pop("early_stopping_rounds", None),
        early_stopping_metric=tuned or (wanted[-1] if wanted else None),
        save_on_termination=boosting.pop("save_model_on_termination", "false") == "true",
        csv_weights=boosting.pop("csv_weights", 0) == 1,
        threads=boosting.pop("nthread", None),
        folds=boosting.pop("_kfold", None),
        fold_rounds=boosting.pop("_num_cv_round", 1),
        boosting=boosting,
    )
