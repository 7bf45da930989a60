"""The minute that a model may take: what its caller is told afterwards."""

import json
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from rehearsal.localaws.sagemaker.hosting.servers.instances import Exchange, Instance, InstanceTimeout
from rehearsal.localaws.sagemakerruntime import invoke
from rehearsal.localaws.sagemakerruntime.messages import Invocation


class Slow(Instance):
    """A server that never answers in time."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def _exchange(self, method, path, headers, body, timeout_seconds) -> Exchange:
        self.waited.append(timeout_seconds)
        raise InstanceTimeout(timeout_seconds)

    def stop(self) -> None: ...


def test_a_model_that_takes_more_than_a_minute_is_a_model_error_without_a_status():
    server = Slow()
    model = SimpleNamespace(container=SimpleNamespace(hostname="primary"))
    running = SimpleNamespace(instance=lambda: nullcontext(server), model=model, name="AllTraffic", may_wait=False)
    lease: Any = SimpleNamespace(fleet=None, running=running)
    call = Invocation.parse("wine", {"content-type": "text/csv"}.get, b"1,2")
    asking = invoke._ask(call, lease)
    question: Any = next(asking)
    with pytest.raises(InstanceTimeout) as late:
        question.instance.invoke(question.headers, question.body)
    with pytest.raises(StopIteration) as end:
        asking.throw(late.value)
    exchange = end.value.value
    endpoint: Any = SimpleNamespace(name="wine", region="us-east-1")
    answer = invoke._answer(exchange, endpoint, lease, "123456789012")
    told = json.loads(answer.body)
    assert server.waited == [60]
    assert answer.status.startswith("424 ")
    assert (told["code"], told["OriginalStatusCode"]) == ("ModelError", 0)
    assert "timed out while waiting for a response from container primary" in told["OriginalMessage"]
