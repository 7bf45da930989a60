"""What happened to alarms, as DescribeAlarmHistory tells it; an alarm's history outlives the alarm.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.cloudwatch.models import Alarm
from moto.core.responses import ActionResult

from rehearsal.localaws.ground import clock, pages, persistence
from rehearsal.localaws.ground.errors import AwsError

KEPT = timedelta(days=30)
_PAGE_SIZE = 100


@dataclass(frozen=True)
class Item:
    """One entry of an alarm's history; ``kind`` is ConfigurationUpdate, StateUpdate or Action."""

    alarm_name: str
    is_composite: bool
    moment: datetime
    kind: str
    summary: str
    data: str

    def answer(self) -> dict[str, Any]:
        """The item as the API gives it."""
        return {
            "AlarmName": self.alarm_name,
            "AlarmType": _alarm_type(self.is_composite),
            "Timestamp": self.moment,
            "HistoryItemType": self.kind,
            "HistorySummary": self.summary,
            "HistoryData": self.data,
        }


_items: dict[str, list[Item]] = {}
"""By region, the oldest first."""
persistence.keep_dict("alarms.history", _items)


def record(alarm: Alarm, kind: str, summary: str, data: Mapping[str, Any]) -> None:
    """Add to the alarm's history, and forget what is older than CloudWatch keeps."""
    now = clock.now()
    item = Item(alarm.name, alarm.rule is not None, now, kind, summary, json.dumps(data))
    kept = [each for each in _items.get(alarm.region_name, ()) if now - each.moment < KEPT]
    _items[alarm.region_name] = [*kept, item]
    persistence.changed()


def describe(handler: Any) -> ActionResult:
    """The operation DescribeAlarmHistory, for moto's handler of CloudWatch.

    Raises:
        AwsError: InvalidNextToken.
    """
    asked = {name: handler._get_param(name) for name in ("AlarmName", "HistoryItemType", "StartDate", "EndDate")}
    types = handler._get_param("AlarmTypes") or [_alarm_type(False)]
    found = [item for item in _items.get(handler.region, ()) if _alarm_type(item.is_composite) in types]
    found = [item for item in found if _is_asked_for(item, asked)]
    if handler._get_param("ScanBy") != "TimestampAscending":
        found.reverse()
    token, size = handler._get_param("NextToken"), int(handler._get_param("MaxRecords") or _PAGE_SIZE)
    page, following = pages.cut(found, token, size, AwsError("InvalidNextToken", f"The token {token} is not valid"))
    return ActionResult({"AlarmHistoryItems": [item.answer() for item in page], "NextToken": following})


def _is_asked_for(item: Item, asked: Mapping[str, Any]) -> bool:
    since, until = asked["StartDate"], asked["EndDate"]
    return (
        asked["AlarmName"] in (None, item.alarm_name)
        and asked["HistoryItemType"] in (None, item.kind)
        and (since is None or item.moment >= _aware(since))
        and (until is None or item.moment <= _aware(until))
    )


def _alarm_type(is_composite: bool) -> str:
    return "CompositeAlarm" if is_composite else "MetricAlarm"


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
