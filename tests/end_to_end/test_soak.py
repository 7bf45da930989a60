"""The smallest case of ``python -m benchmarks.soak``: releases leave no sockets, threads and processes behind."""

import pytest

from benchmarks import soak
from tests.conftest import start_embedded_aws, stop_embedded_aws


def test_a_release_leaves_nothing_behind_that_the_next_would_add_to() -> None:
    aws = start_embedded_aws("--continuation-delay", "0.05")
    try:
        looks = [*soak.soak(aws, releases=3, every=1)]
    finally:
        stop_embedded_aws(aws)
    first, last = looks[0], looks[-1]
    assert last.children <= first.children
    assert last.open_files <= first.open_files + 10
    assert last.memory_mb - first.memory_mb < 30


@pytest.mark.full("soak")
def test_three_hundred_releases_leave_the_memory_as_it_was_after_a_hundred() -> None:
    aws = start_embedded_aws("--continuation-delay", "0.05")
    try:
        looks = [*soak.soak(aws, releases=300, every=20)]
    finally:
        stop_embedded_aws(aws)
    assert soak.verdict(looks) == 0
