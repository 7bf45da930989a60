"""No member of a request for a job, a model, a package or an endpoint is taken in silence: it acts, is refused, or the
reason is told."""

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import request_members
from rehearsal.localaws.sagemaker.request_members import OPERATIONS
from rehearsal.reference import request_members as reference


def leaves(shape: Any, path: str = "", seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """The members of a shape that hold values, by their paths; lists do not show."""
    if shape.type_name == "structure" and shape.name not in seen:
        for name, member in shape.members.items():
            yield from leaves(member, f"{path}.{name}" if path else name, seen | {shape.name})
    elif shape.type_name == "list":
        yield from leaves(shape.member, path, seen)
    else:
        yield path


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_member_of_the_service_model_has_one_verdict(operation: str) -> None:
    model = botocore.session.get_session().get_service_model("sagemaker").operation_model(operation)
    members = list(leaves(model.input_shape))
    verdicts = {path: OPERATIONS[operation].verdicts(path) for path in members}
    assert {path: verdict for path, verdict in verdicts.items() if len(verdict) != 1} == {}
    tables = OPERATIONS[operation]
    named = [*tables.acting, *tables.without_effect, *tables.refused]
    assert [path for path in named if not any(each == path or each.startswith(f"{path}.") for each in members)] == []


@pytest.mark.parametrize(
    ("operation", "request_", "member"),
    [
        ("CreateTrainingJob", {"ResourceConfig": {"KeepAlivePeriodInSeconds": 60}}, "KeepAlivePeriodInSeconds"),
        ("CreateTrainingJob", {"DebugRuleConfigurations": [{"RuleConfigurationName": "r"}]}, "DebugRuleConfigurations"),
        ("CreateHyperParameterTuningJob", {"Autotune": {"Mode": "Enabled"}}, "Autotune"),
        (
            "CreateHyperParameterTuningJob",
            {"TrainingJobDefinition": {"ResourceConfig": {"KeepAlivePeriodInSeconds": 60}}},
            "KeepAlivePeriodInSeconds",
        ),
        (
            "CreateModel",
            {"Containers": [{}, {"MultiModelConfig": {"ModelCacheSetting": "Enabled"}}]},
            "MultiModelConfig",
        ),
        ("CreateEndpointConfig", {"ProductionVariants": [{"EnableSSMAccess": True}]}, "EnableSSMAccess"),
        ("CreateModelPackage", {"ValidationSpecification": {"ValidationRole": "r"}}, "ValidationSpecification"),
        ("UpdateModelPackage", {"InferenceSpecification": {"Containers": [{"ProductId": "p"}]}}, "ProductId"),
        ("CreateModelPackageGroup", {"ManagedConfiguration": {"ManagedStorageType": "x"}}, "ManagedConfiguration"),
    ],
)
def test_what_is_not_offered_is_refused_by_its_name(operation, request_, member) -> None:
    with pytest.raises(AwsError, match=rf"does not offer [\w.]*{member}: "):
        request_members.check(operation, request_)


def test_what_is_empty_or_switched_off_asks_for_nothing() -> None:
    hook = {"S3OutputPath": "s3://b/k", "CollectionConfigurations": []}
    switches = {"RemoteDebugConfig": {"EnableRemoteDebug": False}, "ProfilerConfig": {"DisableProfiler": False}}
    request_members.check("CreateTrainingJob", {"DebugHookConfig": hook, **switches})
    request_members.check("DescribeModel", {"ModelName": "any"})


def test_the_documented_tables_are_fresh() -> None:
    page = reference.PAGE.read_text()
    assert page == reference.refreshed(page), "run python -m rehearsal.reference.request_members"


def test_a_request_is_refused_over_the_wire(aws) -> None:
    sagemaker = aws.client("sagemaker")
    with pytest.raises(sagemaker.exceptions.ClientError, match="does not offer DataCaptureConfig"):
        sagemaker.create_transform_job(
            TransformJobName="captured",
            ModelName="none",
            DataCaptureConfig={"DestinationS3Uri": "s3://bucket/captured"},
            TransformInput={"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/k"}}},
            TransformOutput={"S3OutputPath": "s3://bucket/out"},
            TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
        )
