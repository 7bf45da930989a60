"""Only the newest metric data of a region are kept."""

from moto.cloudwatch.models import CloudWatchBackend

from rehearsal.localaws.alarms import metric_history


def test_the_oldest_data_go_and_a_few_more_than_are_kept_stay() -> None:
    backend = CloudWatchBackend("us-east-1", "123456789012")
    for number in range(109):
        backend.put_metric_data("Mine", [{"MetricName": "m", "Value": number}])
    assert metric_history.forget_oldest(backend, most=100) == 0
    backend.put_metric_data("Mine", [{"MetricName": "m", "Value": number} for number in range(109, 115)])
    assert metric_history.forget_oldest(backend, most=100) == 15
    assert [datum.value for datum in backend.metric_data] == list(range(15, 115))
