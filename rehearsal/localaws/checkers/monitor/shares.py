"""Shares and F measures, 0 of nothing, as ``pipeline_job.evaluation`` and scikit-learn have them. Pure."""

BETAS = {"f0_5": 0.5, "f1": 1.0, "f2": 2.0}


def share(part: float, whole: float) -> float:
    """A part of a whole."""
    return part / whole if whole else 0.0


def f_measure(beta: float, found: float, chosen: float, actual: float) -> float:
    """From the counts: found rightly, chosen in all, there in all. Beta weighs recall against precision."""
    squared = beta * beta
    return share((1 + squared) * found, chosen + squared * actual)
