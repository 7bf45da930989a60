"""How far a training job is, from the lines that the algorithm writes for each round."""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from pipeline_job.failure import code_of

log = logging.getLogger("pipeline_job")

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
_ROUND = re.compile(r"\[(\d+)\](.*)")
_METRIC = re.compile(r"(train|validation)-([A-Za-z0-9@._-]+):([-+0-9.eE]+)")


@dataclass(frozen=True)
class Round:
    """The newest round: its number from 1, and the last metric of its line (``validation:rmse 0.61``)."""

    number: int
    metric: str

    def summary(self, rounds: int) -> str:
        """For people."""
        return f"round {self.number} of {rounds}" + (f", {self.metric}" if self.metric else "")

    def percent(self, rounds: int) -> int:
        """Of the whole job: training lies between start-up and upload."""
        return min(94, 25 + 70 * self.number // max(rounds, 1))


def newest(logs: Any, job_name: str) -> Round | None:
    """The newest round in the job's log; None when there is none yet, or the role may not read it."""
    try:
        streams = logs.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix=f"{job_name}/", limit=1)[
            "logStreams"
        ]
        if not streams:
            return None
        name = streams[0]["logStreamName"]
        events = logs.get_log_events(logGroupName=LOG_GROUP, logStreamName=name, limit=20, startFromHead=False)[
            "events"
        ]
    except ClientError as error:
        log.warning("the rounds of %s are not shown: %s", job_name, code_of(error))
        return None
    return of_lines(event["message"] for event in events)


def of_lines(lines: Iterable[str]) -> Round | None:
    """The last line that tells of a round. Pure."""
    found = None
    for line in lines:
        told = _ROUND.search(line)
        metrics = _METRIC.findall(line)
        if told and metrics:
            channel, name, value = metrics[-1]
            found = Round(int(told[1]) + 1, f"{channel}:{name} {value}")
    return found
