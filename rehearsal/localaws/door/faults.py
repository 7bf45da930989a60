"""Faults on order: what can go wrong on AWS, made to happen at a chosen place, so many times.

A fault is planned through ``/_rehearsal/faults`` and strikes at the front of every request (throttle, deny, delay, fail,
lose a job result) or where a room asks for it (crash a function, stop a training job, roll an endpoint back).
"""

import itertools
import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from enum import Enum
from fnmatch import fnmatchcase
from typing import Any

from botocore.exceptions import ClientError
from moto.core.responses import EmptyResult
from moto.core.utils import camelcase_to_underscores

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.authorizer.denials import Denial, Style
from rehearsal.localaws.door import capabilities
from rehearsal.localaws.ground import clock, host, persistence

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


_REQUEST_KINDS = (Kind.DELAY, Kind.THROTTLE, Kind.DENY, Kind.FAIL)
_LOOKS = 6000
"""So often, a hundred times a second, a job that is to be stopped is looked for: its creation may be refused after all."""
_JOB_RESULTS = ("PutJobSuccessResult", "PutJobFailureResult")


@dataclass(frozen=True)
class Fault:
    """One planned fault. Empty ``service``, ``operation`` and ``name`` stand for any; names may have wildcards.

    ``count`` is how often it still strikes, None without end. ``seconds`` is the length of a delay, and how long a
    training job runs before it is stopped.
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
        if self.service and self.service != service:
            return False
        if self.operation and self.operation.lower() != operation.lower():
            return False
        return self.name == "*" or any(fnmatchcase(name, self.name) for name in names)

    def shown(self) -> dict[str, Any]:
        return {**asdict(self), "kind": self.kind.value}


class Plan:
    """The faults that are still to strike."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._numbers = itertools.count(1)

    def add(self, members: Mapping[str, Any]) -> Fault:
        """Plan a fault.

        Raises:
            ValueError: for a kind or a member that there is not.
        """
        known = {"kind", "service", "operation", "name", "count", "seconds"}
        unknown = sorted(members.keys() - known)
        if unknown:
            raise ValueError(f"a fault has no {', '.join(unknown)}; it has {', '.join(sorted(known))}")
        kinds = [kind.value for kind in Kind]
        if members.get("kind") not in kinds:
            raise ValueError(f"kind must be one of {', '.join(kinds)}, not {members.get('kind')!r}")
        given = {name: value for name, value in members.items() if name != "kind"}
        with self._lock:
            fault = Fault(id=f"fault-{next(self._numbers)}", kind=Kind(members["kind"]), **given)
            self._faults.append(fault)
        return fault

    def remove(self, fault_id: str | None) -> None:
        """Forget one fault, or all."""
        with self._lock:
            self._faults = [fault for fault in self._faults if fault_id is not None and fault.id != fault_id]

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


def strike(service: str, operation: str, params: Mapping[str, Any], style: Style) -> Denial | None:
    """Let a fault strike a request that may pass: wait, or give the error that it is answered with."""
    if not plan.planned():
        return None
    names = tuple(_texts(params))
    fault = plan.take(_REQUEST_KINDS, service=service, operation=operation, names=names)
    if fault is None:
        _watch_training(service, operation, params)
        return None
    if fault.kind is Kind.DELAY:
        clock.sleep(fault.seconds)
        return None
    return _answer(fault.kind, service, operation, style)


def loses(response: Any, service: str, operation: str, params: Mapping[str, Any]) -> None:
    """Let a job result get lost on the way: the caller is told that it arrived."""
    if service != "codepipeline" or operation not in _JOB_RESULTS:
        return
    if plan.take((Kind.LOSE_JOB_RESULT,), service=service, operation=operation, names=tuple(_texts(params))):
        response.__dict__[camelcase_to_underscores(operation)] = EmptyResult


def crashes(function_name: str) -> bool:
    """Whether a function is to crash in this invocation."""
    return plan.take((Kind.CRASH_FUNCTION,), service="lambda", operation="Invoke", names=(function_name,)) is not None


def rolls_back(endpoint_name: str) -> bool:
    """Whether the deployment of an endpoint is to be rolled back."""
    names = (endpoint_name,)
    return (
        plan.take((Kind.ROLL_BACK_ENDPOINT,), service="sagemaker", operation="UpdateEndpoint", names=names) is not None
    )


def _answer(kind: Kind, service: str, operation: str, style: Style) -> Denial:
    if kind is Kind.THROTTLE:
        return _throttle(service, style)
    if kind is Kind.DENY:
        message = f"User is not authorized to perform: {service}:{operation} with an explicit deny in an identity-based policy"
        if style in (Style.S3, Style.QUERY):
            return Denial(403, "AccessDenied", message)
        return Denial(403 if style is Style.REST_JSON else 400, "AccessDeniedException", message)
    if style is Style.S3:
        return Denial(500, "InternalError", "We encountered an internal error. Please try again.")
    code = "ServiceException" if service == "lambda" else "InternalFailure"
    return Denial(500, code, "The request processing has failed because of an unknown error, exception or failure.")


def _throttle(service: str, style: Style) -> Denial:
    if service == "lambda":
        return Denial(429, "TooManyRequestsException", "Rate Exceeded.")
    if style is Style.S3:
        return Denial(503, "SlowDown", "Please reduce your request rate.")
    return Denial(400, "Throttling" if style is Style.QUERY else "ThrottlingException", "Rate exceeded")


def _texts(params: Any) -> Iterator[str]:
    """Every text among a request's parameters, two levels deep: names are there, wherever each operation has them."""
    for value in params.values() if isinstance(params, Mapping) else ():
        if isinstance(value, str):
            yield value
            yield value.rpartition(":")[2].rpartition("/")[2]  # an ARN's name
        elif isinstance(value, Mapping):
            yield from (inner for inner in value.values() if isinstance(inner, str))


def _watch_training(service: str, operation: str, params: Mapping[str, Any]) -> None:
    if (service, operation) != ("sagemaker", "CreateTrainingJob"):
        return
    name = str(params.get("TrainingJobName"))
    fault = plan.take((Kind.STOP_TRAINING_JOB,), service=service, operation=operation, names=(name,))
    if fault is not None:
        host.in_background(_stop_training, name, fault.seconds, name=f"stopping {name}")


def _stop_training(name: str, seconds: float) -> None:
    """Stop the job once it is there and its time is over; one that has ended before stays as it is."""
    sagemaker = identity.client("sagemaker")
    for _ in range(_LOOKS):
        try:
            job = sagemaker.describe_training_job(TrainingJobName=name)
        except ClientError:
            clock.sleep(0.01)
            continue
        clock.sleep_until(job["CreationTime"].timestamp() + seconds)
        try:
            sagemaker.stop_training_job(TrainingJobName=name)
        except ClientError as error:
            log.warning("training job %s could not be stopped: %s", name, error)
        return


def _remove(members: dict[str, Any]) -> capabilities.Answer:
    plan.remove(members.get("id"))
    return _list({})


def _list(_members: dict[str, Any]) -> capabilities.Answer:
    return [fault.shown() for fault in plan.planned()]


capabilities.offer("POST", "faults", lambda members: plan.add(members).shown())
capabilities.offer("GET", "faults", _list)
capabilities.offer("DELETE", "faults", _remove)
