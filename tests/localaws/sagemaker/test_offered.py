"""Nothing of SageMaker is answered by a record that pretends: each operation is executed, a true record, empty, or
refused by name."""

from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from moto.sagemaker.responses import SageMakerResponse as MotoSageMakerResponse

from rehearsal.localaws.sagemaker import offered
from rehearsal.localaws.sagemaker.responses import SageMakerResponse

OPERATIONS = botocore.session.get_session().get_service_model("sagemaker").operation_names
LEFT_TO_MOTO = offered.RECORDED | offered.NOTEBOOKS | offered.EMPTY


def test_each_operation_that_moto_has_is_ours_or_has_one_verdict() -> None:
    by_moto = {name for name in OPERATIONS if hasattr(MotoSageMakerResponse, xform_name(name))}
    ours = {name for name in by_moto if SageMakerResponse.offers(name) and name not in LEFT_TO_MOTO}
    assert by_moto - ours - LEFT_TO_MOTO == set(offered.REFUSED), "decide on what a newer moto has besides"
    assert set(offered.REFUSED) & LEFT_TO_MOTO == set()
    assert LEFT_TO_MOTO - set(OPERATIONS) == set()


REQUESTS: dict[str, Any] = {
    "CreateFeatureGroup": {
        "FeatureGroupName": "features",
        "RecordIdentifierFeatureName": "id",
        "EventTimeFeatureName": "at",
        "FeatureDefinitions": [{"FeatureName": "id", "FeatureType": "String"}],
    },
    "CreateCompilationJob": {
        "CompilationJobName": "compiled",
        "RoleArn": "arn:aws:iam::123456789012:role/nobody",
        "OutputConfig": {"S3OutputLocation": "s3://bucket/key"},
        "StoppingCondition": {},
    },
    "CreateCluster": {"ClusterName": "cluster"},
    "CreateContext": {
        "ContextName": "context",
        "Source": {"SourceUri": "s3://bucket/key"},
        "ContextType": "Endpoint",
    },
    "ListApps": {},
}


@pytest.mark.parametrize("operation", REQUESTS)
def test_what_is_not_executed_is_refused_by_its_name(aws, operation: str) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(aws.client("sagemaker"), xform_name(operation))(**REQUESTS[operation])
    assert refused.value.response["Error"]["Code"] == "NotImplemented"
    assert operation in refused.value.response["Error"]["Message"] or xform_name(operation) in str(refused.value)


def test_lists_of_what_cannot_be_made_are_empty(aws) -> None:
    sagemaker = aws.client("sagemaker")
    assert sagemaker.list_clusters()["ClusterSummaries"] == []


def test_a_monitoring_schedule_is_refused_with_what_to_do_instead(aws) -> None:
    asked = {"MonitoringScheduleConfig": {"MonitoringJobDefinitionName": "any", "MonitoringType": "DataQuality"}}
    with pytest.raises(ClientError, match=r"closed Model Monitor to new customers; docs/monitoring\.md"):
        aws.client("sagemaker").create_monitoring_schedule(MonitoringScheduleName="hourly", **asked)
