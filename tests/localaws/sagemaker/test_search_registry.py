"""Search finds what the model registry holds."""

from collections.abc import Callable
from typing import Any


def test_groups_are_found_by_name_and_by_tag(aws: Any, unique: Callable[[str], str]) -> None:
    sagemaker, name = aws.client("sagemaker"), unique("searched")
    sagemaker.create_model_package_group(ModelPackageGroupName=name, Tags=[{"Key": "project", "Value": name}])
    for named, value in (("ModelPackageGroupName", name), ("Tags.project", name)):
        wanted = {"Filters": [{"Name": named, "Operator": "Equals", "Value": value}]}
        (found,) = sagemaker.search(Resource="ModelPackageGroup", SearchExpression=wanted)["Results"]
        assert found["ModelPackageGroup"]["ModelPackageGroupName"] == name


def test_a_kind_that_there_is_none_of_gives_nothing(aws: Any) -> None:
    wanted = {"Filters": [{"Name": "ModelPackageArn", "Operator": "Equals", "Value": "none"}]}
    for kind, named in (("ModelPackage", "ModelPackageArn"), ("Endpoint", "EndpointName")):
        wanted["Filters"][0]["Name"] = named
        assert aws.client("sagemaker").search(Resource=kind, SearchExpression=wanted)["Results"] == []
