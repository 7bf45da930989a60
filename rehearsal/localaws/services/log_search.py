"""FilterLogEvents by the beginning of stream names, which moto does not look at: it would give events of every stream.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.logs.responses import LogsResponse

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge.replacing import around


def install() -> None:
    """Choose the streams before moto reads them."""
    around(LogsResponse, "filter_log_events", _by_prefix)


def _by_prefix(search: Callable[[Any], str]) -> Callable[[Any], str]:
    @wraps(search)
    def filter_log_events(self: Any) -> str:
        prefix = self._get_param("logStreamNamePrefix")
        if not prefix:
            return search(self)
        if self._get_param("logStreamNames"):
            raise AwsError(
                "InvalidParameterException",
                "logStreamNamePrefix and logStreamNames cannot be given in the same request.",
            )
        group = self.logs_backend.groups.get(self._get_param("logGroupName"))
        names = [name for name in group.streams if name.startswith(prefix)] if group is not None else None
        if names == []:  # moto takes no names for all names
            return json.dumps({"events": [], "searchedLogStreams": []})
        if names is not None:
            self.body = json.dumps({**json.loads(self.body), "logStreamNames": names})
        return search(self)

    return filter_log_events
