"""The pictures by the names that templates call them by."""

from collections.abc import Callable, Mapping

from rehearsal.console.pictures import classes, confusion, latency, learning, parallel, predictions, rows, steps
from rehearsal.console.pictures.chart import Picture

PICTURES: Mapping[str, Callable[..., Picture | None]] = {
    "curves": learning.curves,
    "scatter": predictions.scatter,
    "residuals": predictions.residuals,
    "roc": classes.roc,
    "precision_recall": classes.precision_recall,
    "calibration": classes.calibration,
    "matrix": confusion.matrix,
    "bars": rows.bars,
    "dots": rows.dots,
    "trials": parallel.trials,
    "graph": steps.graph,
    "latency": latency.latency,
}
