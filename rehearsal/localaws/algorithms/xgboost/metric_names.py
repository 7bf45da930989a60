"""The names of the evaluation metrics, apart from what computes them: who only knows names need not load numpy.
Pure."""

MAXIMIZED = (
    "accuracy",
    "auc",
    "aucpr",
    "balanced_accuracy",
    "f1",
    "f1_binary",
    "f1_macro",
    "map",
    "ndcg",
    "precision",
    "r2",
    "recall",
    "precision_macro",
    "precision_micro",
    "recall_macro",
    "recall_micro",
)
MINIMIZED = (
    "aft-nloglik",
    "cox-nloglik",
    "error",
    "gamma-deviance",
    "gamma-nloglik",
    "interval-regression-accuracy",
    "logloss",
    "mae",
    "mape",
    "merror",
    "mlogloss",
    "mphe",
    "mse",
    "poisson-nloglik",
    "rmse",
    "rmsle",
    "tweedie-nloglik",
)
EVAL_METRICS = (*MAXIMIZED, *MINIMIZED)
_WITH_THRESHOLD = ("error", "ndcg", "map")


def is_eval_metric(name: str) -> bool:
    """Whether this is a metric's name, or ``error@t``, ``ndcg@n`` or ``map@n`` with a number."""
    stem, at, threshold = name.partition("@")
    if not at:
        return name in EVAL_METRICS
    try:
        float(threshold)
    except ValueError:
        return False
    return stem.strip() in _WITH_THRESHOLD


def is_maximized(name: str) -> bool:
    """Whether more is better."""
    return name.partition("@")[0] in MAXIMIZED
