"""Shadow variants: they get a copy of the requests, their answers go to metrics and log alone.

https://docs.aws.amazon.com/sagemaker/latest/dg/shadow-tests.html
"""

import random
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from rehearsal.localaws.sagemaker.hosting.endpoint import Endpoint, Lease
from rehearsal.localaws.sagemaker.hosting.invocation_metrics import Measured
from rehearsal.localaws.sagemaker.hosting.observation import observations
from rehearsal.localaws.sagemaker.hosting.servers.instances import InstanceError

_copies = ThreadPoolExecutor(max_workers=4, thread_name_prefix="shadow")


def mirror(headers: Mapping[str, str], body: bytes, endpoint: Endpoint, lease: Lease) -> None:
    """Send the request to each shadow variant that it falls to: its weight against the production variant's is its
    share."""
    for running in lease.fleet.shadows:
        share = running.weight / lease.running.weight if lease.running.weight else 1.0
        if random.random() < share:
            lease.fleet.begin()
            _copies.submit(_ask, headers, body, endpoint, Lease(lease.fleet, running))


def _ask(headers: Mapping[str, str], body: bytes, endpoint: Endpoint, lease: Lease) -> None:
    started, running = time.perf_counter(), lease.running
    try:
        with running.instance() as instance:
            status = instance.invoke(headers, body).status
    except InstanceError as error:
        running.stream.line(f"the copy of a request got no answer: {error}")
        status = 0
    finally:
        lease.fleet.end()
    spent = (time.perf_counter() - started) * 1e6
    observations.measure(endpoint, lease, Measured(status, spent, 0.0, running.instance_count))
