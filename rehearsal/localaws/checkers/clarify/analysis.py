"""One pass over the rows, and ``analysis.json`` of what was met."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehearsal.localaws.checkers.clarify import bias, dataset, flips
from rehearsal.localaws.checkers.clarify.column import Column, Group
from rehearsal.localaws.checkers.clarify.config import Config, Facet
from rehearsal.localaws.checkers.clarify.contributions import Contributions, as_floats
from rehearsal.localaws.checkers.clarify.endpoint import Endpoint
from rehearsal.localaws.checkers.clarify.predictions import Predictions
from rehearsal.localaws.checkers.container import CheckFailed
from rehearsal.localaws.checkers.data.batches import Batch

VERSION = "1.0"


class Analysis:
    """What is kept of the rows. ``endpoint`` answers them, ``model`` is the folder of the artifact to explain."""

    def __init__(self, config: Config, endpoint: Endpoint | None, model: Path, output: Path) -> None:
        self._config, self._endpoint, self._model, self._output = config, endpoint, model, output
        self._columns: dict[str, Column] = {}
        self._predictions = Predictions(config.predictor) if config.predictor else None
        self._contributions: Contributions | None = None
        self._features: list[NDArray[np.float32]] | str = []
        self._names: tuple[str, ...] = ()
        self._label: str | None = None
        self._rows = 0

    def run(self, batches: Iterable[Batch]) -> dict[str, Any]:
        """Look at all rows; gives the content of the file.

        Raises:
            CheckFailed: they do not fit the configuration.
        """
        for batch in batches:
            if batch.rows:
                self._add(batch)
        if not self._rows:
            raise CheckFailed("The data set has no rows.")
        return {"version": VERSION, **self._bias(), **self._explanations()}

    def _add(self, batch: Batch) -> None:
        if not self._names:
            self._begin(batch.names)
        self._rows += batch.rows
        for name, column in self._columns.items():
            column.add(batch.column(name))
        features = [batch.column(name) for name in dataset.features(self._config, batch.names)]
        self._keep(features)
        answers = self._endpoint.answers(list(zip(*features, strict=True))) if self._endpoint else []
        if self._predictions is not None and self._config.post_training is not None:
            self._predictions.add(answers)
        if self._contributions is not None:
            self._contributions.add(features, answers)

    def _begin(self, names: tuple[str, ...]) -> None:
        config, self._names = self._config, names
        self._label = dataset.label_of(config, names)
        wanted = [facet.column for facet in config.facets] + ([config.group] if config.group else [])
        meant = {dataset.column(each, names) for each in wanted} | ({self._label} if self._label else set())
        asks_bias = config.pre_training is not None or config.post_training is not None
        self._columns = {name: Column(name) for name in names if name in meant} if asks_bias else {}
        if config.shap is not None:
            table = self._output / "explanations_shap" / "out.csv" if config.shap.saves_local else None
            self._contributions = Contributions(self._model, dataset.features(config, names), config.shap, table)

    def _keep(self, features: Sequence[Sequence[str]]) -> None:
        """The features of some rows, for the flip test."""
        asked = self._config.post_training
        if asked is None or not {"all", "FT"} & set(asked) or isinstance(self._features, str):
            return
        if self._rows > flips.MOST_ROWS:
            self._features = f"it is made of at most {flips.MOST_ROWS} rows here"
            return
        try:
            self._features.append(as_floats(features, dataset.features(self._config, self._names)))
        except CheckFailed as error:
            self._features = str(error)

    def _bias(self) -> dict[str, Any]:
        config, told = self._config, {}
        for asked, metrics, section in (
            (config.pre_training, bias.PRE_TRAINING, "pre_training_bias_metrics"),
            (config.post_training, bias.POST_TRAINING, "post_training_bias_metrics"),
        ):
            if asked is None:
                continue
            unknown = [name for name in asked if name != "all" and name not in metrics]
            if unknown:
                raise CheckFailed(
                    f"analysis_config.json: there is no metric {unknown[0]!r}, only {', '.join(metrics)}."
                )
            told[section] = self._section(asked, metrics, asked is config.post_training)
        return told

    def _section(
        self, asked: tuple[str, ...], metrics: Mapping[str, bias.Metric], is_predicted: bool
    ) -> dict[str, Any]:
        assert self._label is not None
        label = self._columns[self._label]
        positive = label.group(self._config.positive)
        if not positive.rows.any():
            raise CheckFailed(
                f"No row's label is positive: label_values_or_threshold is {list(self._config.positive)}."
            )
        predicted = self._predictions.positive(self._config, label) if is_predicted and self._predictions else None
        facets: dict[str, list[dict[str, Any]]] = {}
        for facet in self._config.facets:
            name = dataset.column(facet.column, self._names)
            for group in self._groups(facet, self._columns[name]):
                table = self._table(name, group, positive.rows, predicted)
                facets.setdefault(name, []).append(
                    {"value_or_threshold": group.name, "metrics": bias.measured(metrics, asked, table)}
                )
        return {"facets": facets, "label": self._label, "label_value_or_threshold": positive.name}

    def _groups(self, facet: Facet, column: Column) -> list[Group]:
        return column.groups() if facet.values is None else [column.group(facet.values)]

    def _table(
        self, facet: str, group: Group, labels: NDArray[np.bool_], predicted: NDArray[np.bool_] | None
    ) -> bias.Table:
        conditional = self._columns[dataset.column(self._config.group, self._names)] if self._config.group else None
        features: NDArray[np.float32] | str = "its rows were not kept"
        if isinstance(self._features, str):
            features = self._features
        elif self._features:
            names = dataset.features(self._config, self._names)
            kept = [place for place, name in enumerate(names) if name != facet]
            features = np.concatenate(self._features)[:, kept]
        return bias.Table(labels, group.rows, predicted, conditional.codes() if conditional else None, features)

    def _explanations(self) -> dict[str, Any]:
        return {} if self._contributions is None else {"explanations": self._contributions.explanations()}
