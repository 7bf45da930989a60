"""Runs work in dependency order, several at once where nothing stands between them."""

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from rehearsal.localaws.cloudformation.cancellation import Cancellation

_AT_ONCE = 6


def run(needed: Mapping[str, set[str]], work: Callable[[str], bool], stop: Cancellation | None = None) -> list[str]:
    """Call ``work(name)`` for each name once all that it needs is done; returns the names whose work returned False.

    With ``stop``, the first failure sets it and nothing further is started. Without, only what needs the failed is left
    out.
    """
    left = {name: set(others) & set(needed) for name, others in needed.items()}
    failed: list[str] = []
    running: dict[Future[bool], str] = {}
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="cloudformation") as pool:
        while True:
            if stop is None or not stop.is_set():
                for name in [name for name, others in left.items() if not others]:
                    del left[name]
                    running[pool.submit(work, name)] = name
            if not running:
                return failed
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                _settle(running.pop(future), future.result(), left, failed, stop)


def _settle(
    name: str, succeeded: bool, left: dict[str, set[str]], failed: list[str], stop: Cancellation | None
) -> None:
    if not succeeded:
        failed.append(name)
        if stop is not None:
            stop.set()
        return
    for others in left.values():
        others.discard(name)
