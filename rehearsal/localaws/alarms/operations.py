"""Operations on alarms that moto lacks, or that leave a trace in the history."""

from functools import wraps
from typing import Any

from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.serialize import return_if_not_empty

from rehearsal.localaws.alarms import history
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge.replacing import add, around, replace

_METRICS = "DescribeAlarmsOutput.MetricAlarms.MetricAlarm.Metrics"
_moto_put = CloudWatchBackend.put_metric_alarm
_moto_delete = CloudWatchBackend.delete_alarms


def install() -> None:
    """Put them into moto's CloudWatch."""
    replace(CloudWatchBackend, "put_metric_alarm", _put)
    replace(CloudWatchBackend, "delete_alarms", _delete)
    around(CloudWatchResponse, "put_metric_data", _of_own_namespace)
    paths = {**CloudWatchResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER, _METRICS: return_if_not_empty}
    replace(CloudWatchResponse, "RESPONSE_KEY_PATH_TO_TRANSFORMER", paths)
    add(CloudWatchResponse, "describe_alarm_history", history.describe)


def _put(backend: CloudWatchBackend, name: str, *args: Any, **members: Any) -> Alarm:
    """A new configuration keeps the state that the alarm is in."""
    before = backend.alarms.get(name)
    alarm = _moto_put(backend, name, *args, **members)
    if before is None:
        alarm.state_value, alarm.state_reason_data = "INSUFFICIENT_DATA", None
        alarm.state_transitioned_timestamp = alarm.state_updated_timestamp
        _record(alarm, "Create", "created")
    else:
        for member in ("state_value", "state_reason", "state_reason_data", "state_updated_timestamp"):
            setattr(alarm, member, getattr(before, member))
        _record(alarm, "Update", "updated")
    return alarm


def _delete(backend: CloudWatchBackend, alarm_names: list[str]) -> None:
    gone = [backend.alarms[name] for name in alarm_names if name in backend.alarms]
    _moto_delete(backend, alarm_names)
    for alarm in gone:
        _record(alarm, "Delete", "deleted")


def _record(alarm: Alarm, kind: str, done: str) -> None:
    history.record(alarm, "ConfigurationUpdate", f'Alarm "{alarm.name}" {done}', {"version": "1.0", "type": kind})


def _of_own_namespace(put: Any) -> Any:
    @wraps(put)
    def checked(response: Any) -> Any:
        if str(response._get_param("Namespace")).startswith("AWS/"):
            raise AwsError("InvalidParameterValue", "The value AWS/ for parameter Namespace is invalid.")
        return put(response)

    return checked
