"""Deployment windows: Quartz cron expressions read as "when is it open", minute by minute. Pure.

Six fields and an optional year: seconds (not looked at), then those of :mod:`rehearsal.localaws.ground.cron`.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from rehearsal.localaws.ground.cron import Cron

_FARTHEST_DAYS = 366 * 5


@dataclass(frozen=True)
class Window:
    """When deployments are allowed."""

    cron: Cron

    def next_opening(self, moment: datetime) -> datetime:
        """The moment itself when the window is open, else the start of the next minute in which it is.

        Raises:
            ValueError: when it does not open within five years.
        """
        times = list(self.cron.times())
        if self.cron.is_on(moment.date()) and time(moment.hour, moment.minute) in times:
            return moment
        for days in range(_FARTHEST_DAYS):
            day = moment.date() + timedelta(days=days)
            if self.cron.is_on(day):
                for opens in times:
                    if (found := datetime.combine(day, opens, moment.tzinfo)) > moment:
                        return found
        raise ValueError("it does not open within five years")


def parse(expression: str) -> Window:
    """The window that a cron expression describes.

    Raises:
        ValueError: naming the field that cannot be read.
    """
    fields = expression.split()
    if len(fields) not in (6, 7):
        raise ValueError(f"a window has 6 fields and an optional year, not {len(fields)}")
    return Window(Cron.parse(*fields[1:]))
