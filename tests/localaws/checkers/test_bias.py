"""Bias metrics against tables worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehearsal.localaws.checkers.clarify import bias
from rehearsal.localaws.checkers.clarify.bias import Table
from rehearsal.localaws.checkers.clarify.column import Column


def rows(*groups: tuple[int, int, int, int]) -> Table:
    """(sensitive, label, predicted, how many)."""
    flags = [np.repeat([group[place] for group in groups], [group[3] for group in groups]) == 1 for place in range(3)]
    return Table(labels=flags[1], sensitive=flags[0], predicted=flags[2])


# a: 60 rows, 40 positive labels; 30 of them and 6 of the 20 others predicted positive
# d: 40 rows, 10 positive labels;  6 of them and 3 of the 30 others predicted positive
TABLE = rows(
    (0, 1, 1, 30), (0, 1, 0, 10), (0, 0, 1, 6), (0, 0, 0, 14), (1, 1, 1, 6), (1, 1, 0, 4), (1, 0, 1, 3), (1, 0, 0, 27)
)
BY_HAND = {
    "CI": (60 - 40) / 100,
    "DPL": 40 / 60 - 10 / 40,
    "KL": 2 / 3 * math.log((2 / 3) / 0.25) + 1 / 3 * math.log((1 / 3) / 0.75),
    "JS": (
        2 / 3 * math.log((2 / 3) / (11 / 24))
        + 1 / 3 * math.log((1 / 3) / (13 / 24))
        + 0.25 * math.log(0.25 / (11 / 24))
        + 0.75 * math.log(0.75 / (13 / 24))
    )
    / 2,
    "LP": math.sqrt(2) * 5 / 12,
    "TVD": 5 / 12,
    "KS": 5 / 12,
    "DPPL": 36 / 60 - 9 / 40,
    "DI": (9 / 40) / (36 / 60),
    "DCA": 40 / 36 - 10 / 9,
    "DCR": 30 / 31 - 20 / 24,
    "RD": 30 / 40 - 6 / 10,
    "SD": 27 / 30 - 14 / 20,
    "DAR": 30 / 36 - 6 / 9,
    "DRR": 27 / 31 - 14 / 24,
    "AD": 44 / 60 - 33 / 40,
    "TE": 4 / 3 - 10 / 6,
    # benefits: 14 rows with 0, 77 with 1, 9 with 2; their mean is 0.95
    "GE": (77 * (1 / 0.95) ** 2 + 9 * (2 / 0.95) ** 2 - 100) / 200,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_each_metric_is_what_the_guide_says(name) -> None:
    metric = {**bias.PRE_TRAINING, **bias.POST_TRAINING}[name]
    assert metric.value(TABLE) == pytest.approx(BY_HAND[name], rel=1e-12, abs=1e-12)


def test_conditional_disparity_by_hand() -> None:
    """Department 0: 4 of 10 rejected and 5 of 10 accepted are sensitive; department 1: 8 of 10 and 6 of 20."""
    parts = [
        (0, 1, 0, 4),
        (0, 0, 0, 6),
        (0, 1, 1, 5),
        (0, 0, 1, 5),
        (1, 1, 0, 8),
        (1, 0, 0, 2),
        (1, 1, 1, 6),
        (1, 0, 1, 14),
    ]
    counts = [part[3] for part in parts]
    groups, sensitive, labels = (np.repeat([part[place] for part in parts], counts) for place in range(3))
    table = Table(labels == 1, sensitive == 1, labels == 1, groups.astype(np.int64))
    expected = (20 * (0.4 - 0.5) + 30 * (0.8 - 0.3)) / 50
    assert bias.PRE_TRAINING["CDDL"].value(table) == pytest.approx(expected)
    assert bias.POST_TRAINING["CDDPL"].value(table) == pytest.approx(expected)


def test_the_flip_test_by_hand() -> None:
    """Two rows inside lie among positive neighbours, one of them is positive itself; a third is positive among
    negatives."""
    outside = np.array([[0.0], [0.1], [0.2], [0.3], [0.4], [9.6], [9.7], [9.8], [9.9], [10.0]])
    inside = np.array([[0.2], [0.25], [9.8]])
    table = Table(
        labels=np.zeros(13, bool),
        sensitive=np.array([False] * 10 + [True] * 3),
        predicted=np.array([True] * 5 + [False] * 5 + [True, False, True]),
        features=np.concatenate([outside, inside]).astype(np.float32),
    )
    assert bias.POST_TRAINING["FT"].value(table) == pytest.approx((1 - 1) / 3)
    flipped = Table(table.labels, table.sensitive, table.predicted & (np.arange(13) != 12), None, table.features)
    assert bias.POST_TRAINING["FT"].value(flipped) == pytest.approx((0 - 1) / 3)


def test_what_a_table_cannot_tell_is_said_in_the_metric() -> None:
    empty = Table(np.array([True, False]), np.array([False, False]), np.array([True, False]))
    told = {each["name"]: each for each in bias.measured(bias.PRE_TRAINING, ("all",), empty)}
    assert told["CI"] == {
        "name": "CI",
        "description": "Class Imbalance (CI)",
        "value": None,
        "error": "Facet set is empty",
    }
    assert "Group variable" in told["CDDL"]["error"]
    never = rows((0, 1, 1, 2), (0, 0, 0, 2), (1, 1, 0, 2), (1, 0, 0, 2))
    told = {each["name"]: each["value"] for each in bias.measured(bias.POST_TRAINING, ("DCA", "DI", "TE"), never)}
    assert told == {"DCA": "-Infinity", "DI": 0.0, "TE": "Infinity"}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=2, max_size=40))
def test_exchanged_groups_have_opposite_differences(flags) -> None:
    sensitive, labels, predicted = (np.array(column) for column in zip(*flags, strict=True))
    one, other = Table(labels, sensitive, predicted), Table(labels, ~sensitive, predicted)
    for name in ("CI", "DPL", "DPPL", "AD", "RD", "SD", "DAR", "DRR", "DCA", "DCR", "TE"):
        metrics = {**bias.PRE_TRAINING, **bias.POST_TRAINING}
        first, second = (bias.measured(metrics, (name,), each)[0] for each in (one, other))
        if first["value"] is None or isinstance(first["value"], str):
            assert type(first["value"]) is type(second["value"])
        else:
            assert first["value"] == pytest.approx(-second["value"])


def column(cells: list[str]) -> Column:
    found = Column("x")
    found.add(cells)
    return found


def test_a_value_is_a_category_or_a_threshold_by_what_the_column_holds() -> None:
    assert column(["0", "1", "1"]).group([1]).rows.tolist() == [False, True, True]
    assert column(["a", "b", "a"]).group(["a"]).name == "a"
    ages = column([str(age) for age in range(20, 60)]).group([40])
    assert (ages.name, int(ages.rows.sum())) == ("(40.0, 59.0]", 19)
    assert column([str(age) for age in range(20, 60)]).group([40, 41]).rows.sum() == 2
    assert column(["0.5", "1.5", "2.5"]).group([1]).rows.tolist() == [False, True, True]
    assert [group.name for group in column(["a", "b", "a"]).groups()] == ["a", "b"]


def test_a_column_of_many_numbers_is_kept_in_eight_bytes_a_row() -> None:
    many = Column("x")
    for start in range(0, 200_000, 50_000):
        many.add([f"{number / 10}" for number in range(start, start + 50_000)])
    assert int(many.group([10_000]).rows.sum()) == 99_999
