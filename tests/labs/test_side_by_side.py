"""Many census labs at the same time in one account: a class."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.end_to_end.rehearse import Answer


@pytest.mark.parametrize("learners", [2, pytest.param(30, marks=pytest.mark.full("labs"))])
def test_labs_of_many_learners_do_not_disturb_each_other(typed: Any, learners: int) -> None:
    def run(number: int) -> Answer:
        done: Answer = typed("lab", "run", "census", "--suffix", f"s{learners}-{number}", "--json", timeout=1800)
        return done

    began = time.monotonic()
    with ThreadPoolExecutor(learners) as pool:
        answers = list(pool.map(run, range(learners)))
    print(f"{learners} census labs side by side: {time.monotonic() - began:.1f} s")
    for number, answer in enumerate(answers):
        assert answer.exit_code == 0, answer.err
        assert answer.document["endpoint"] == f"lab-census-s{learners}-{number}"
        assert answer.document["answers"]["accuracy"] == answers[0].document["metrics"]["accuracy"]
    for number in range(learners):
        assert typed("lab", "destroy", "census", "--suffix", f"s{learners}-{number}").exit_code == 0
