"""Tags of SageMaker resources."""

import pytest

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker.tags import MAX_TAGS, TagStore


def test_a_later_value_replaces_the_earlier_one():
    store = TagStore()
    store.put("arn", [{"Key": "team", "Value": "a"}, {"Key": "cost", "Value": "1"}])
    assert store.put("arn", [{"Key": "team", "Value": "b"}]) == [
        {"Key": "team", "Value": "b"},
        {"Key": "cost", "Value": "1"},
    ]


def test_more_than_fifty_tags_are_refused_and_none_is_kept():
    store = TagStore()
    store.put("arn", [])
    with pytest.raises(AwsError, match="limit of 50"):
        store.put("arn", [{"Key": str(number), "Value": ""} for number in range(MAX_TAGS + 1)])
    assert store.of("arn") == []


def test_operations_of_moto_still_answer(aws, unique):
    sagemaker, name = aws.client("sagemaker"), unique("experiment")
    sagemaker.create_experiment(ExperimentName=name)
    assert name in [each["ExperimentName"] for each in sagemaker.list_experiments()["ExperimentSummaries"]]


def test_a_notebook_lifecycle_config_keeps_its_tags(aws, unique):
    sagemaker, name = aws.client("sagemaker"), unique("lifecycle")
    arn = sagemaker.create_notebook_instance_lifecycle_config(
        NotebookInstanceLifecycleConfigName=name, Tags=[{"Key": "team", "Value": "red"}]
    )["NotebookInstanceLifecycleConfigArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "cost", "Value": "1"}])
    assert [tag["Key"] for tag in sagemaker.list_tags(ResourceArn=arn)["Tags"]] == ["team", "cost"]
    sagemaker.delete_notebook_instance_lifecycle_config(NotebookInstanceLifecycleConfigName=name)
