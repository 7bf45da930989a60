"""Faults on order: what can go wrong on AWS, made to happen at a chosen place, so many times.

A fault is planned through ``/_rehearsal/faults`` and strikes at the gate of every request (throttle, deny, delay, fail,
lose a job result) or where a room asks for it (crash a function, stop a training job, roll an endpoint back).
Nothing here asks another room: who asks words the answer (``authorizer/planned_errors.py``) or does the damage.
"""

import itertools
import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from enum import Enum
from fnmatch import fnmatchcase
from typing import Any

from moto.core.responses import EmptyResult
from moto.core.utils import camelcase_to_underscores

from rehearsal.localaws.door import capabilities, fault_orders
from rehearsal.localaws.ground import clock, persistence

log = logging.getLogger("rehearsal.localaws.door.faults")


class Kind(Enum):
    """What goes wrong."""

    THROTTLE = "throttle"
    DENY = "deny"
    DELAY = "delay"
    FAIL = "fail"
    LOSE_JOB_RESULT = "lose-job-result"
    CRASH_FUNCTION = "crash-function"
    STOP_TRAINING_JOB = "stop-training-job"
    ROLL_BACK_ENDPOINT = "roll-back-endpoint"
    IAM_LAG = "iam-lag"


_REQUEST_KINDS = (Kind.DELAY, Kind.THROTTLE, Kind.DENY, Kind.FAIL)
_JOB_RESULTS = ("PutJobSuccessResult", "PutJobFailureResult")


@dataclass(frozen=True)
class Fault:
    """One planned fault. Empty ``service``, ``operation`` and ``name`` stand for any; names may have wildcards.

    ``count`` is how often it still strikes, None without end. ``seconds`` is the length of a delay, how long a training
    job runs before it is stopped, and how late changes of IAM count, which is so until the fault is removed.
    """

    id: str
    kind: Kind
    service: str = ""
    operation: str = ""
    name: str = "*"
    count: int | None = 1
    seconds: float = 1.0

    def hits(self, kinds: tuple[Kind, ...], service: str, operation: str, names: tuple[str, ...]) -> bool:
        """Whether it strikes here. ``names`` are what the request names: a function, a pipeline, a bucket, a key."""
        if self.kind not in kinds or self.count == 0:
            return False
        if self.service and not fault_orders.is_of(self.service, service):
            return False
        if self.operation and self.operation.lower() != operation.lower():
            return False
        return self.name == "*" or any(fnmatchcase(name, self.name) for name in names)

    def shown(self) -> dict[str, Any]:
        return {**asdict(self), "kind": self.kind.value}


_held = threading.Condition()
_closing = threading.Event()


class Plan:
    """The faults that are still to strike."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._numbers = itertools.count(1)

    def add(self, members: Mapping[str, Any]) -> Fault:
        """Plan a fault.

        Raises:
            ValueError: for a kind, a member, a service or an operation that there is not, or a number out of its range.
        """
        known = {"kind", "service", "operation", "name", "count", "seconds"}
        unknown = sorted(members.keys() - known)
        if unknown:
            raise ValueError(f"a fault has no {', '.join(unknown)}; it has {', '.join(sorted(known))}")
        kinds = [kind.value for kind in Kind]
        if members.get("kind") not in kinds:
            raise ValueError(f"kind must be one of {', '.join(kinds)}, not {members.get('kind')!r}")
        fault_orders.check(members)
        given = {name: value for name, value in members.items() if name != "kind"}
        if members["kind"] == Kind.IAM_LAG.value:
            given["count"] = None
        with self._lock:
            fault = Fault(id=f"fault-{next(self._numbers)}", kind=Kind(members["kind"]), **given)
            self._faults.append(fault)
        return fault

    def remove(self, fault_id: str | None) -> None:
        """Forget one fault, or all."""
        with self._lock:
            self._faults = [fault for fault in self._faults if fault_id is not None and fault.id != fault_id]
        _look_again()

    @property
    def iam_lag_seconds(self) -> float:
        """How late changes of IAM count: as late as the longest of the faults that say so."""
        if not self._faults:  # the usual case costs nothing
            return 0.0
        return max((fault.seconds for fault in self.planned() if fault.kind is Kind.IAM_LAG), default=0.0)

    def planned(self) -> list[Fault]:
        with self._lock:
            return list(self._faults)

    def take(
        self, kinds: tuple[Kind, ...], *, service: str = "", operation: str = "", names: tuple[str, ...] = ()
    ) -> Fault | None:
        """The first fault that strikes here, counted down."""
        if not self._faults:  # the usual case costs nothing
            return None
        with self._lock:
            for place, fault in enumerate(self._faults):
                if fault.hits(kinds, service, operation, names):
                    left = None if fault.count is None else fault.count - 1
                    self._faults[place] = replace(fault, count=left)
                    log.warning("%s strikes: %s %s %s", fault.id, fault.kind.value, operation, names[:1])
                    return fault
        return None


plan = Plan()
"""The faults of this embedded AWS."""
persistence.keep("faults", lambda: vars(plan), vars(plan).update)


def strike(service: str, operation: str, params: Mapping[str, Any]) -> Kind | None:
    """Let a fault strike a request that may pass: wait, or return the kind of error that it is to be answered with."""
    if not plan.planned():
        return None
    fault = plan.take(_REQUEST_KINDS, service=service, operation=operation, names=tuple(_texts(params)))
    if fault is not None and fault.kind is Kind.DELAY:
        _hold(fault)
        return None
    return None if fault is None else fault.kind


def _hold(fault: Fault) -> None:
    """Until its time has passed, the fault is cleared, or the server ends."""

    def is_over() -> bool:
        return _closing.is_set() or all(each.id != fault.id for each in plan.planned())

    with _held:
        clock.wait_until(_held, is_over, clock.timestamp() + fault.seconds)


def let_go() -> None:
    """Requests that are held go on: the server ends, and waits for them."""
    _closing.set()
    _look_again()


def _look_again() -> None:
    with _held:
        _held.notify_all()


def loses(response: Any, service: str, operation: str, params: Mapping[str, Any]) -> None:
    """Let a job result get lost on the way: the caller is told that it arrived."""
    if service != "codepipeline" or operation not in _JOB_RESULTS:
        return
    if plan.take((Kind.LOSE_JOB_RESULT,), service=service, operation=operation, names=tuple(_texts(params))):
        response.__dict__[camelcase_to_underscores(operation)] = EmptyResult


def crashes(function_name: str) -> bool:
    """Whether a function is to crash in this invocation."""
    return plan.take((Kind.CRASH_FUNCTION,), service="lambda", operation="Invoke", names=(function_name,)) is not None


def stops_training_after(job_name: str) -> float | None:
    """How many seconds a training job is to run before it is stopped; None for one that is left alone."""
    fault = plan.take((Kind.STOP_TRAINING_JOB,), service="sagemaker", operation="CreateTrainingJob", names=(job_name,))
    return None if fault is None else fault.seconds


def rolls_back(endpoint_name: str) -> bool:
    """Whether the deployment of an endpoint is to be rolled back."""
    names = (endpoint_name,)
    return (
        plan.take((Kind.ROLL_BACK_ENDPOINT,), service="sagemaker", operation="UpdateEndpoint", names=names) is not None
    )


def _texts(params: Any) -> Iterator[str]:
    """Every text among a request's parameters, two levels deep: names are there, wherever each operation has them."""
    for value in params.values() if isinstance(params, Mapping) else ():
        if isinstance(value, str):
            yield value
            yield value.rpartition(":")[2].rpartition("/")[2]  # an ARN's name
        elif isinstance(value, Mapping):
            yield from (inner for inner in value.values() if isinstance(inner, str))


def _remove(members: dict[str, Any]) -> capabilities.Answer:
    plan.remove(members.get("id"))
    return _list({})


def _list(_members: dict[str, Any]) -> capabilities.Answer:
    return [fault.shown() for fault in plan.planned()]


capabilities.offer("POST", "faults", lambda members: plan.add(members).shown())
capabilities.offer("GET", "faults", _list)
capabilities.offer("DELETE", "faults", _remove)
