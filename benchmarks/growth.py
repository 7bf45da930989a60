"""How cost grows with what is there already: ``python -m benchmarks.growth [--executions 1 10 100 1000] [--pipelines 1
10 100] [--megabytes 10 100 1000]``.

On one embedded AWS each: an execution with so many before it in the history, an execution beside so many other
pipelines, putting and reading a small object beside so many megabytes of others (of 100 KB each). The slope is how much
the time of one grows from the least to the most: 1 is not at all, as many times as there is more of it is linear for
each, quadratic in all. Last, how long small requests wait while the server with all these objects writes a snapshot.
"""

import argparse
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks import checkouts
from benchmarks.checkouts import Checkout, Embedded
from benchmarks.pipeline_actions import Bench, made

_SAMPLES = 5
_OBJECT_BYTES = 100_000


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--executions", type=int, nargs="+", default=[1, 10, 100, 1000])
    parser.add_argument("--pipelines", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--megabytes", type=int, nargs="+", default=[10, 100, 1000])
    options = parser.parse_args()
    here = Checkout("this", checkouts.ROOT)
    print(f"{'what':44} {'with':>8} {'ms':>8} {'MB':>6}   (load {os.getloadavg()[0]:.1f})")
    with checkouts.embedded(here) as aws:
        of_executions(aws, options.executions)
    with checkouts.embedded(here) as aws:
        of_pipelines(aws, options.pipelines)
    with tempfile.TemporaryDirectory(prefix="growth-") as state, checkouts.embedded(here, "--state", state) as aws:
        of_objects(aws, options.megabytes)
        of_snapshots(aws, Path(state))


def of_executions(aws: Embedded, counts: Sequence[int]) -> None:
    """An execution of one action, with so many in the history."""
    bench, there = made(aws, 1), 1
    found = []
    for count in counts:
        while there < count:
            bench.run()
            there += 1
        found.append(_line(aws, "an execution, executions before it", count, bench.run))
        there += _SAMPLES
    _slope(counts, found)


def of_pipelines(aws: Embedded, counts: Sequence[int]) -> None:
    """An execution of one action, beside so many other pipelines."""
    bench = made(aws, 1)
    pipeline = bench.pipelines.get_pipeline(name="no-op")["pipeline"]
    found, there = [], 1
    for count in counts:
        for number in range(there, count):
            bench.pipelines.create_pipeline(pipeline={**pipeline, "name": f"other-{number}"})
        _await_all(bench, count)
        there = count
        found.append(_line(aws, "an execution, pipelines there", count, bench.run))
    _slope(counts, found)


def _await_all(bench: Bench, count: int) -> None:
    """A new pipeline begins with an execution, which is not to be measured."""
    for number in range(1, count):
        while bench.pipelines.list_pipeline_executions(pipelineName=f"other-{number}")["pipelineExecutionSummaries"][0][
            "status"
        ] not in ("Succeeded", "Failed"):
            time.sleep(0.05)


def of_objects(aws: Embedded, megabytes: Sequence[int]) -> None:
    """A small object is put and read, beside so many megabytes of others."""
    s3, there = aws.client("s3"), 0
    s3.create_bucket(Bucket="growth")

    def put_and_get() -> float:
        began = time.perf_counter()
        s3.put_object(Bucket="growth", Key="small", Body=b"x")
        s3.get_object(Bucket="growth", Key="small")["Body"].read()
        return time.perf_counter() - began

    found = []
    for most in megabytes:
        wanted = range(there, most * 1_000_000 // _OBJECT_BYTES)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda number: _put(s3, number), wanted))
        there = max(there, wanted.stop)
        found.append(_line(aws, "a put and a get, MB of objects there", most, put_and_get))
    _slope(megabytes, found)


def _put(s3: Any, number: int) -> None:
    s3.put_object(Bucket="growth", Key=f"{number:08}", Body=os.urandom(_OBJECT_BYTES))


def of_snapshots(aws: Embedded, state: Path) -> None:
    """What a small request takes while snapshots are written, and while none is."""
    s3, quiet, stop = aws.client("s3"), [], threading.Event()
    _await_snapshot(state, since=0.0)
    quiet = [_timed(lambda: s3.head_bucket(Bucket="growth")) for _ in range(200)]
    busy: list[float] = []

    def ask() -> None:
        while not stop.is_set():
            busy.append(_timed(lambda: s3.head_bucket(Bucket="growth")))

    asking = threading.Thread(target=ask)
    began = time.time()
    s3.put_object(Bucket="growth", Key="changed", Body=b"x")
    asking.start()
    _await_snapshot(state, since=began)
    stop.set()
    asking.join()
    for what, values in (("no snapshot is written", quiet), ("a snapshot is written", busy)):
        middle, late, longest = (1000 * _percentile(values, share) for share in (0.5, 0.99, 1.0))
        print(f"a request while {what:30} p50 {middle:.1f} ms, p99 {late:.1f} ms, longest {longest:.1f} ms")


def _await_snapshot(state: Path, since: float) -> None:
    """Until a snapshot has been written after ``since``."""
    give_up = time.monotonic() + 120
    while time.monotonic() < give_up:
        file = state / "snapshot"
        if file.is_file() and file.stat().st_mtime > since:
            return
        time.sleep(0.05)
    raise SystemExit(f"no snapshot was written to {state}")


def _percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _line(aws: Embedded, what: str, count: int, work: Callable[[], float]) -> float:
    seconds = statistics.median(work() for _ in range(_SAMPLES))
    print(f"{what:44} {count:8} {seconds * 1000:8.1f} {aws.peak_mb:6.0f}", flush=True)
    return seconds


def _slope(counts: Sequence[int], found: Sequence[float]) -> None:
    print(f"{'':44} slope {found[-1] / found[0]:.2f} for {counts[-1] // counts[0]} times as many", flush=True)


if __name__ == "__main__":
    main()
