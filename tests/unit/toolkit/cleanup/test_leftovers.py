"""What belongs to a workshop: by its own names and tags, never by a part of a name alone."""

from typing import Any

import pytest

from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.cleanup import leftovers
from rehearsal.toolkit.cleanup.leftovers import Kind, Leftover
from tests.unit.toolkit.fakes import Client, account, no_stack, refused

TAGS = {
    "arn:mine": [{"Key": "mlops:resource-identifier", "Value": "sde"}],
    "arn:old": [{"Key": "rehearsal:suffix", "Value": "sde"}],
    "arn:other": [{"Key": "mlops:resource-identifier", "Value": "sde2"}],
    "arn:none": [],
}


def list_tags(ResourceArn: str) -> dict[str, Any]:
    if ResourceArn == "arn:gone":
        raise refused("ValidationException", "ListTags")
    return {"Tags": TAGS[ResourceArn]}


def survey(**changed: Any) -> list[Leftover]:
    sagemaker: dict[str, Any] = {
        "list_training_jobs": {"TrainingJobSummaries": []},
        "list_endpoints": {"Endpoints": []},
        "list_endpoint_configs": {"EndpointConfigs": []},
        "list_models": {"Models": []},
        "list_tags": list_tags,
    }
    aws = account(
        codepipeline=Client(
            list_pipeline_executions=changed.pop("runs", Client.exceptions.PipelineNotFoundException())
        ),
        sagemaker=Client(**(sagemaker | changed)),
        cloudformation=Client(describe_stacks=no_stack),
        s3=Client(
            list_buckets={"Buckets": [{"Name": "mlops-builtinalgo-data-sde"}, {"Name": "mlops-builtinalgo-data-sde2"}]},
            list_object_versions={"Versions": [{}, {}], "DeleteMarkers": [{}]},
        ),
        logs=Client(describe_log_groups=log_groups),
    )
    return leftovers.survey(aws, Workshop("sde"))


def log_groups(logGroupNamePrefix: str) -> dict[str, Any]:
    names = ["/aws/lambda/MLOps-BIA-TrainModel-sde", "/aws/lambda/MLOps-BIA-TrainModel-sde2"]
    return {"logGroups": [{"logGroupName": name} for name in names if name.startswith(logGroupNamePrefix)]}


def test_buckets_and_log_groups_are_known_by_their_whole_names() -> None:
    assert [(each.kind, each.name) for each in survey()] == [
        (Kind.OBJECTS, "mlops-builtinalgo-data-sde"),
        (Kind.BUCKET, "mlops-builtinalgo-data-sde"),
        (Kind.LOG_GROUP, "/aws/lambda/MLOps-BIA-TrainModel-sde"),
    ]


def test_versions_and_delete_markers_are_counted() -> None:
    assert next(each.detail for each in survey() if each.kind is Kind.OBJECTS) == "3 object versions"


@pytest.mark.parametrize(
    ("arn", "belongs"), [("arn:mine", True), ("arn:old", True), ("arn:other", False), ("arn:none", False)]
)
def test_models_belong_by_their_tags(arn: str, belongs: bool) -> None:
    found = survey(list_models={"Models": [{"ModelName": "w-sde-Dev-1", "ModelArn": arn}]})
    assert any(each.kind is Kind.MODEL for each in found) is belongs


def test_what_goes_while_it_is_looked_at_is_not_left() -> None:
    found = survey(list_models={"Models": [{"ModelName": "w-sde-Dev-1", "ModelArn": "arn:gone"}]})
    assert not any(each.kind is Kind.MODEL for each in found)


def test_an_endpoint_belongs_by_the_config_that_it_serves_too() -> None:
    found = survey(
        list_endpoints={
            "Endpoints": [{"EndpointName": "w-sde-Dev", "EndpointArn": "arn:none", "EndpointStatus": "InService"}]
        },
        describe_endpoint={"EndpointConfigName": "c"},
        describe_endpoint_config={"EndpointConfigArn": "arn:mine"},
    )
    endpoint = found[0]
    assert (endpoint.kind, endpoint.name, endpoint.detail) == (Kind.ENDPOINT, "w-sde-Dev", "InService")
    assert endpoint.cost == "by the hour, used or not"


def test_running_executions_come_first_and_ended_ones_are_not_left() -> None:
    runs = [
        {"pipelineExecutionId": "1", "status": "InProgress"},
        {"pipelineExecutionId": "2", "status": "Succeeded"},
    ]
    found = survey(runs={"pipelineExecutionSummaries": runs})
    assert (found[0].kind, found[0].name) == (Kind.EXECUTION, "1")
    assert not any(each.name == "2" for each in found)
