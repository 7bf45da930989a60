"""Search over training jobs."""

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker.search import matches

JOB = {
    "TrainingJobName": "wine-1",
    "HyperParameters": {"eta": "0.3"},
    "BillableTimeInSeconds": 40,
    "CreationTime": datetime(2026, 5, 1, tzinfo=UTC),
    "EnableManagedSpotTraining": False,
    "FinalMetricDataList": [{"MetricName": "validation:rmse", "Value": 0.5}],
    "Tags": [{"Key": "team", "Value": "red"}],
    "InputDataConfig": [
        {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://data/wine/train"}}},
        {"ChannelName": "validation", "DataSource": {"S3DataSource": {"S3Uri": "s3://data/wine/held-back"}}},
    ],
}


def condition(name: str, operator: str, value: str = "") -> dict:
    return {"Name": name, "Operator": operator, "Value": value}


@pytest.mark.parametrize(
    ("name", "operator", "value", "expected"),
    [
        ("TrainingJobName", "Contains", "wine", True),
        ("TrainingJobName", "In", "wine-1,wine-2", True),
        ("HyperParameters.eta", "Equals", "0.3", True),
        ("HyperParameters.depth", "Exists", "", False),
        ("HyperParameters.depth", "NotExists", "", True),
        ("HyperParameters.depth", "NotEquals", "3", True),
        ("HyperParameters.depth", "Equals", "3", False),
        ("Metrics.validation:rmse", "LessThan", "0.6", True),
        ("Metrics.validation:rmse", "GreaterThanOrEqualTo", "0.6", False),
        ("BillableTimeInSeconds", "GreaterThan", "9", True),
        ("CreationTime", "LessThanOrEqualTo", "2026-04-30T00:00:00", False),
        ("EnableManagedSpotTraining", "Equals", "false", True),
        ("Tags.team", "Equals", "red", True),
    ],
)
def test_a_filter_compares_as_its_property_is(name, operator, value, expected):
    assert matches(JOB, {"Filters": [condition(name, operator, value)]}) is expected


def test_expressions_are_joined_by_their_operator():
    right, wrong = condition("Tags.team", "Equals", "red"), condition("Tags.team", "Equals", "blue")
    assert not matches(JOB, {"Filters": [right, wrong]})
    assert matches(JOB, {"Filters": [right, wrong], "Operator": "Or"})
    assert matches(JOB, {"Filters": [right], "SubExpressions": [{"Filters": [right, wrong], "Operator": "Or"}]})


def channel(name: str, uri: str) -> dict:
    filters = [
        condition("InputDataConfig.ChannelName", "Equals", name),
        condition("InputDataConfig.DataSource.S3DataSource.S3Uri", "Contains", uri),
    ]
    return {"NestedPropertyName": "InputDataConfig", "Filters": filters}


def test_nested_filters_fit_one_and_the_same_member_of_a_list():
    assert matches(JOB, {"NestedFilters": [channel("train", "wine/train")]})
    assert not matches(JOB, {"NestedFilters": [channel("train", "held-back")]})
    assert matches(JOB, {"NestedFilters": [channel("train", "train"), channel("validation", "held-back")]})
    assert not matches({}, {"NestedFilters": [channel("train", "wine/train")]})
    for nested, message in (
        (
            {"NestedPropertyName": "HyperParameters", "Filters": [condition("HyperParameters.eta", "Exists")]},
            "is no list",
        ),
        ({**channel("train", ""), "NestedPropertyName": "Tags"}, "does not begin with Tags"),
    ):
        with pytest.raises(AwsError, match=message):
            matches(JOB, {"NestedFilters": [nested]})


def test_a_value_of_another_kind_is_refused():
    with pytest.raises(AwsError, match="'many' cannot be compared with BillableTimeInSeconds"):
        matches(JOB, {"Filters": [condition("BillableTimeInSeconds", "Equals", "many")]})


def test_jobs_are_found_by_tag_and_metric(training, unique):
    team = unique("team")
    name = training.run(Tags=[{"Key": "team", "Value": team}])["TrainingJobName"]
    filters = [condition("Tags.team", "Equals", team), {"Name": "Metrics.validation:rmse", "Operator": "Exists"}]
    uri = condition("InputDataConfig.DataSource.S3DataSource.S3Uri", "Contains", f"{training.bucket}/train")
    expression = {
        "Filters": filters,
        "NestedFilters": [{"NestedPropertyName": "InputDataConfig", "Filters": [uri]}],
        "SubExpressions": [{"Filters": [condition("Tags.team", "Equals", team), filters[1]], "Operator": "Or"}],
    }
    found = training.sagemaker.search(Resource="TrainingJob", SearchExpression=expression)["Results"]
    assert [each["TrainingJob"]["TrainingJobName"] for each in found] == [name]
    with pytest.raises(ClientError, match="sorts by TrainingJobName"):
        training.sagemaker.search(Resource="TrainingJob", SortBy="Metrics.validation:rmse")
