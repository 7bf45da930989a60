"""The search itself, without a server: ranges, strategies, early stopping and the state machine."""

import importlib.util
import math
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.localaws.sagemaker.tuning import machine, searching, stopping, strategies
from rehearsal.localaws.sagemaker.tuning.machine import Begin, Halt, Seen, Turn, Want
from rehearsal.localaws.sagemaker.tuning.ranges import Space, space_of
from rehearsal.localaws.sagemaker.tuning.records import (
    Definition,
    Limits,
    Objective,
    Status,
    Trial,
    TrialStatus,
    TuningJob,
)
from rehearsal.localaws.sagemaker.tuning.strategies import Resources, Search, Tried, hyperband

START = datetime(2026, 11, 21, tzinfo=UTC)
LOSS = Objective("loss", maximize=False)


def one(name: str, low: str, high: str, scaling: str = "Linear") -> dict[str, str]:
    return {"Name": name, "MinValue": low, "MaxValue": high, "ScalingType": scaling}


MIXED = space_of(
    {
        "ContinuousParameterRanges": [
            one("rate", "0.001", "1", "Logarithmic"),
            one("keep", "0.1", "0.99", "ReverseLogarithmic"),
        ],
        "IntegerParameterRanges": [one("depth", "1", "9"), one("size", "1", "1000", "Auto")],
        "CategoricalParameterRanges": [{"Name": "kind", "Values": ["a", "b"]}],
    }
)
GRID = space_of({"CategoricalParameterRanges": [{"Name": n, "Values": ["1", "2", "3"]} for n in ("x", "y")]})


@given(st.integers(0, 2**32))
def test_every_draw_lies_in_the_space(seed: int) -> None:
    assert MIXED.contains({each.name: each.draw(Random(seed)) for each in MIXED.ranges})


def test_logarithmic_scales_draw_each_power_of_ten_as_often() -> None:
    rates = [float(MIXED.ranges[0].draw(Random(seed))) for seed in range(3000)]
    shares = [sum(10**power <= rate < 10 ** (power + 1) for rate in rates) / 3000 for power in (-3, -2, -1)]
    assert all(abs(share - 1 / 3) < 0.05 for share in shares)
    kept = [float(MIXED.ranges[1].draw(Random(seed))) for seed in range(3000)]
    assert sum(keep > 0.9 for keep in kept) / 3000 == pytest.approx(math.log(10) / math.log(90), abs=0.05)


def search(space: Space, index: int = 0, seed: int = 1, tried: Any = (), **more: Any) -> Search:
    return Search(space, False, seed, index, tuple(tried), **more)


@pytest.mark.parametrize("strategy", ["Random", "Bayesian", "Hyperband"])
def test_a_seed_and_what_was_tried_decide_the_next_values(strategy: str) -> None:
    def run(seed: int) -> list[dict[str, str]]:
        tried: list[Tried] = []
        for index in range(8):
            values = strategies.suggest(strategy, search(MIXED, index, seed, tried))
            assert MIXED.contains(values)
            tried.append(Tried(values, float(values["depth"]), is_over=True))
        return [dict(each.values) for each in tried]

    assert run(1) == run(1) != run(2)


def test_random_search_repeats_nothing_of_a_finite_space() -> None:
    tried: list[Tried] = []
    for index in range(9):
        tried.append(Tried(strategies.suggest("Random", search(GRID, index, 3, tried)), None, is_over=True))
    assert len({tuple(each.values.items()) for each in tried}) == 9


def test_the_grid_is_complete() -> None:
    values = [strategies.suggest("Grid", search(GRID, index)) for index in range(9)]
    assert len({tuple(each.items()) for each in values}) == 9
    assert values[0] == {"x": "1", "y": "1"}
    assert values[1] == {"x": "1", "y": "2"}


def test_bayesian_search_comes_nearer_to_the_optimum_than_random_search() -> None:
    def best(strategy: str, seed: int) -> float:
        tried: list[Tried] = []
        for index in range(25):
            values = strategies.suggest(strategy, search(MIXED, index, seed, tried))
            loss = (
                abs(float(values["depth"]) - 7)
                + 3 * abs(math.log10(float(values["rate"])) + 2)
                + (values["kind"] == "a")
            )
            tried.append(Tried(values, loss, is_over=True))
        return min(each.objective for each in tried if each.objective is not None)

    bayesian, drawn = ([best(strategy, seed) for seed in range(9)] for strategy in ("Bayesian", "Random"))
    assert sorted(bayesian)[4] < sorted(drawn)[4]


def test_a_warm_start_on_other_data_compares_within_each_job() -> None:
    """A parent's losses of thousands are no reason to think its good values bad."""
    parents = [
        Tried({"x": x, "y": y}, 1000.0 * int(x), is_over=True, source="parent")
        for x in ("1", "2", "3")
        for y in ("1", "2", "3")
    ]
    own = [Tried({"x": x, "y": "2"}, float(x), is_over=True) for x in ("2", "3")]
    asked = [search(GRID, 2, seed, [*own, *parents], shares_scale=False) for seed in range(40)]
    chosen = [strategies.suggest("Bayesian", each)["x"] for each in asked]
    assert chosen.count("1") > 20


def test_without_optuna_a_strategy_names_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "pip install 'rehearsal[tuning]'" in (strategies.missing("Bayesian") or "")
    assert strategies.missing("Random") is strategies.missing("Grid") is None


def test_hyperbands_upper_bound_is_inferred_from_static_hyperparameters() -> None:
    assert strategies.resources({}, {"n-epochs": '"27"'}) == Resources(1, 27)
    given = {"StrategyConfig": {"HyperbandStrategyConfig": {"MinResource": 3, "MaxResource": 9}}}
    assert strategies.resources(given, {"epochs": "27"}) == Resources(3, 9)
    assert strategies.resources({}, {"num_round": "27"}) is None


def test_hyperband_stops_what_is_outdone_on_its_rung() -> None:
    values = {each.name: each.draw(Random(1)) for each in MIXED.ranges}
    resources = Resources(1, 3)
    good = Tried(values, None, is_over=False, curve=(1.0,), rungs={"completed_rung_0": 1.0})
    stops = []
    for place in range(1, 9):  # those of a bracket that is not looked at after one epoch go on
        tried = [good, *[Tried(values, None, is_over=False)] * place]
        outdone, _ = hyperband.judge(search(MIXED, 0, 1, tried, resources=resources), place, (2.0,))
        stops.append(outdone)
    assert any(stops)
    assert not all(stops)
    assert [hyperband.is_rung(Resources(2, 54), epoch) for epoch in (1, 2, 3, 6, 18, 20, 54)] == [
        *(False, True, False, True, True, False, True)
    ]


def test_the_median_of_running_averages_decides() -> None:
    before = [Trial(1, 0, "before", 0, {}) for _ in range(3)]
    for trial, curve in zip(before, [[4.0, 2.0], [6.0, 2.0], [8.0, 8.0]], strict=True):
        for value in curve:
            trial.add(value)
    averages = [trial.averages[1] for trial in before]
    assert averages == [3.0, 4.0, 8.0]
    assert stopping.is_worse_than_median(LOSS, 4.1, averages)
    assert not stopping.is_worse_than_median(LOSS, 4.0, averages)
    assert not stopping.is_worse_than_median(Objective("f1", maximize=True), 4.1, averages)
    assert not stopping.is_worse_than_median(LOSS, 100.0, [])


# --------------------------------------------------------------------------------------------------- the state machine


def job(most: int = 6, parallel: int = 2, config: Any = None, **limits: Any) -> TuningJob:
    request = {
        "HyperParameterTuningJobName": "job",
        "HyperParameterTuningJobConfig": {"Strategy": "Random", **(config or {})},
    }
    definition = Definition(None, {"AlgorithmSpecification": {}}, LOSS, MIXED, built_in=False)
    arn = "arn:aws:sagemaker:us-east-1:123456789012:hyper-parameter-tuning-job/job"
    return TuningJob(request, arn, "us-east-1", START, (definition,), Limits(most, parallel, **limits), 1, "Random")


class Service:
    """Does what the instructions say, with training jobs of imagination."""

    def __init__(self, made: TuningJob) -> None:
        self.job, self.now, self.most_at_once = made, START, 0
        self.running: dict[str, Trial] = {}
        self.turn(machine.start)

    def turn(self, event: Any) -> Turn:
        self.now += timedelta(seconds=1)
        turn = Turn(self.job, self.now)
        event(turn)
        for each in turn.instructions:
            if isinstance(each, Begin):
                self.running[each.trial.name] = each.trial
                self.show(each.trial, "InProgress")
            elif isinstance(each, Want):
                found = searching.search_of(self.job, 0)
                values = strategies.suggest("Random", found)
                self.turn(lambda turn, found=found, values=values: machine.launch(turn, 0, found.index, values))
            elif isinstance(each, Halt) and each.trial.name in self.running:
                self.end(each.trial, "Stopped", each.trial.objective)
        self.most_at_once = max(self.most_at_once, len(self.running))
        return turn

    def show(
        self, trial: Trial, status: str, loss: float | None = None, reason: str | None = None, curve: Any = ()
    ) -> None:
        over = self.now if status in ("Completed", "Failed", "Stopped") else None
        seen = Seen(status, START, self.now, over, reason, tuple(curve), loss)
        machine.see(Turn(self.job, self.now), trial, seen)

    def end(self, trial: Trial, status: str, loss: float | None = None, reason: str | None = None) -> None:
        self.running.pop(trial.name, None)
        self.show(trial, status, loss, reason)

    def look(self) -> None:
        self.turn(machine.advance)


ENDS = st.sampled_from(
    [("Completed", 1.0), ("Completed", 0.5), ("Completed", None), ("Failed", None), ("Stopped", 2.0), ("Stopped", None)]
)


@given(st.data(), st.integers(1, 12), st.integers(1, 5))
def test_whatever_happens_a_job_ends_within_its_limits(data: st.DataObject, most: int, parallel: int) -> None:
    service = Service(job(most, parallel))
    for _ in range(200):
        service.look()
        if not service.job.status.is_live:
            break
        if data.draw(st.booleans(), "stop") and data.draw(st.integers(0, 9), "rarely") == 0:
            if service.job.status is Status.IN_PROGRESS:
                service.turn(machine.stop)
            continue
        if service.running:
            trial = data.draw(st.sampled_from(sorted(service.running.values(), key=lambda each: each.number)))
            status, loss = data.draw(ENDS)
            reason = (
                "InternalServerError: lost"
                if status == "Failed" and data.draw(st.booleans(), "lost")
                else "AlgorithmError: no"
            )
            service.end(trial, status, loss, reason if status == "Failed" else None)
    made = service.job
    assert not made.status.is_live
    assert made.ended_at is not None
    assert not made.live_trials()
    assert made.searched <= most
    assert service.most_at_once <= parallel
    assert len({trial.name for trial in made.trials}) == len(made.trials)
    assert [trial.number for trial in made.trials] == sorted(trial.number for trial in made.trials)
    succeeded = any(trial.has_objective for trial in made.trials)
    if made.status is Status.COMPLETED:
        assert succeeded
        assert made.searched == most
    if made.status is Status.FAILED:
        assert not succeeded
        assert made.failure_reason


def test_a_trial_that_failed_by_the_services_fault_is_tried_again_with_its_values() -> None:
    service = Service(job(most=1))
    for attempt in range(1, 5):
        service.look()
        (trial,) = service.running.values()
        assert trial.attempt == attempt
        service.end(trial, "Failed", reason="InternalServerError: the server was restarted")
    service.look()
    made = service.job
    assert made.status is Status.FAILED
    assert len({tuple(trial.values.items()) for trial in made.trials}) == 1
    assert [trial.number for trial in made.trials] == [1, 2, 3, 4]


def test_a_trial_without_instances_waits_and_is_left_out_of_a_job_that_stops() -> None:
    service = Service(job(most=2, parallel=1))
    service.look()
    (trial,) = service.running.values()
    del service.running[trial.name]
    trial.status = TrialStatus.BEGINNING
    service.turn(lambda turn: machine.no_instances(turn, trial))
    assert not [each for each in service.turn(machine.advance).instructions if isinstance(each, Want)]
    assert trial.name in service.running
    del service.running[trial.name]
    service.turn(lambda turn: machine.no_instances(turn, trial))
    service.turn(machine.stop)
    assert service.job.status is Status.STOPPED
    assert service.job.trials == []


def test_a_refused_training_job_fails_the_job_with_its_reason() -> None:
    service = Service(job())
    service.look()
    first = next(iter(service.running.values()))
    del service.running[first.name]
    service.turn(lambda turn: machine.cannot_begin(turn, first, "ClientError: no such role"))
    service.look()
    assert (service.job.status, service.job.failure_reason) == (Status.FAILED, "ClientError: no such role")


@pytest.mark.parametrize(
    ("limits", "losses"),
    [
        ({"target": 0.5}, [0.9, 0.4]),
        ({"not_improving": 3}, [1.0, 0.999, 0.998, 0.997]),
        ({"on_convergence": True}, [1.0, *[1.0] * 10]),
    ],
)
def test_completion_criteria_end_the_job(limits: dict[str, Any], losses: list[float]) -> None:
    service = Service(job(most=100, parallel=1, **limits))
    for loss in losses:
        service.look()
        (trial,) = service.running.values()
        service.end(trial, "Completed", loss)
    service.look()
    assert service.job.status is Status.COMPLETED
    assert len(service.job.trials) == len(losses)


def test_early_stopping_looks_at_every_epoch() -> None:
    service = Service(job(most=4, parallel=1, config={"TrainingJobEarlyStoppingType": "Auto"}))
    service.look()
    (first,) = service.running.values()
    service.show(first, "InProgress", 1.0, curve=[3.0, 2.0, 1.0])
    service.end(first, "Completed", 1.0)
    service.look()
    (second,) = service.running.values()
    service.show(second, "InProgress", 2.6, curve=[2.9, 2.6])
    service.look()
    assert second.status is TrialStatus.STOPPED
    assert second.objective == 2.6
    assert service.job.best() is first
