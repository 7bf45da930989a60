"""The sketch of a column's distribution."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rehearsal.localaws.checkers.monitor.kll import K, Sketch


def sketched(numbers: np.ndarray, batch: int) -> Sketch:
    sketch = Sketch()
    for start in range(0, len(numbers), batch):
        sketch.add(numbers[start : start + batch])
    return sketch


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200), st.integers(1, 50))
def test_a_few_numbers_are_kept_as_they_are(numbers: list[float], batch: int) -> None:
    sketch = sketched(np.array(numbers), batch)
    for bound in numbers:
        assert sketch.at_most(np.array([bound]))[0] == sum(number <= bound for number in numbers)
        assert sketch.at_most(np.array([bound]), below=True)[0] == sum(number < bound for number in numbers)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([500, 7_000, 60_000]))
def test_ranks_of_many_numbers_are_off_by_less_than_a_hundredth(seed: int, batch: int) -> None:
    numbers = np.random.default_rng(seed).lognormal(size=100_000)
    sketch = sketched(numbers, batch)
    bounds = np.quantile(numbers, np.linspace(0, 1, 101))
    exact = np.searchsorted(np.sort(numbers), bounds, "right")
    assert np.abs(sketch.at_most(bounds) - exact).max() < 0.01 * len(numbers)
    assert sketch.weight == len(numbers)


def test_its_size_is_bounded_and_it_is_the_same_each_time() -> None:
    numbers = np.random.default_rng(1).normal(size=300_000)
    one, other = sketched(numbers, 20_000), sketched(numbers, 20_000)
    assert one.written() == other.written()
    assert sum(map(len, one.written()["data"])) < 4 * K
    assert Sketch.read(one.written()).written() == one.written()
