"""Pictures say what they show, in places and in words."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.console.pictures import chart, learning, predictions

NUMBERS = st.floats(-1e6, 1e6).map(lambda value: round(value, 4))


def test_the_finding_of_learning_curves_is_in_words() -> None:
    validation = [(0, 0.74), (27, 0.6089), (99, 0.6312)]
    words = learning.words_of("rmse", {"train": [(0, 0.7), (99, 0.22)], "validation": validation})
    assert words == "validation rmse is best at 0.6089 in round 27, and ends at 0.6312 in round 99"
    assert learning.best_of("auc", validation) == (0, 0.74)
    assert learning.words_of("rmse", {"train": [(0, 0.7), (1, 0.2)]}).endswith("in round 1, and ends there")


def test_curves_have_a_line_and_a_name_for_each_set_and_mark_the_best_round() -> None:
    drawn = learning.curves("rmse", {"train": [(0, 0.7), (9, 0.2)], "validation": [(0, 0.8), (9, 0.6)]})
    assert drawn is not None
    root = ElementTree.fromstring(drawn.svg)
    assert len(root.findall("polyline")) == 2
    assert [each.text for each in root.findall("text") if "name" in each.get("class", "")] == [
        "train 0.2",
        "validation 0.6",
    ]
    assert len(root.findall("circle")) == 1
    assert root.get("aria-label") == drawn.words
    assert learning.curves("rmse", {"train": []}) is None


def test_a_hostile_name_is_text() -> None:
    drawn = learning.curves('<script>"', {"<b>": [(0, 1.0), (1, 2.0)]})
    assert drawn is not None
    assert "<script" not in drawn.svg
    ElementTree.fromstring(drawn.svg)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=30))
def test_every_point_lies_within_the_picture(pairs: list[tuple[float, float]]) -> None:
    for drawn in (predictions.scatter(pairs), predictions.residuals(pairs)):
        assert drawn is not None
        circles = ElementTree.fromstring(drawn.svg).findall("circle")
        assert len(circles) == len(pairs)
        for circle in circles:
            assert 0 <= float(circle.get("cx", "")) <= chart.WIDTH
            assert 0 <= float(circle.get("cy", "")) <= chart.HEIGHT


@given(NUMBERS, NUMBERS)
def test_ticks_are_few_round_and_within(one: float, other: float) -> None:
    scale = chart.horizontal([one, other])
    ticks = chart.ticks(scale)
    assert 2 <= len(ticks) <= 12
    assert all(scale.low - 1e-6 <= tick <= scale.high + 1e-6 for tick in ticks)


def test_of_very_many_rows_an_even_choice_is_drawn_and_all_are_counted() -> None:
    pairs = [(float(number % 7), float(number % 5)) for number in range(10_001)]
    drawn = predictions.scatter(pairs)
    assert drawn is not None
    assert len(re.findall("<circle", drawn.svg)) <= predictions.MOST_POINTS
    assert drawn.words.startswith("10,001 rows")


@pytest.mark.parametrize("draw", [predictions.scatter, predictions.residuals])
def test_without_rows_there_is_no_picture(draw: object) -> None:
    assert callable(draw)
    assert draw([]) is None
