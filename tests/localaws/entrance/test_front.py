"""The front: what is not offered is said in the words and the shape that the client's protocol understands."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

CALLS = [
    ("sqs", "list_message_move_tasks", {"SourceArn": "arn:aws:sqs:us-east-1:123456789012:q"}),
    ("iam", "generate_organizations_access_report", {"EntityPath": "o-1234567890/r-1234"}),
    ("s3", "get_bucket_analytics_configuration", {"Bucket": "somebody", "Id": "1"}),
    ("lambda", "list_code_signing_configs", {}),
    ("cloudfront", "list_vpc_origins", {}),
]


@pytest.mark.parametrize(("service", "operation", "members"), CALLS, ids=[call[0] for call in CALLS])
def test_an_operation_that_is_not_offered_is_an_error_that_boto3_reads(
    aws: Any, service: str, operation: str, members: dict[str, str]
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(aws.client(service), operation)(**members)
    answer = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] >= 400
    assert answer["Error"]["Code"] not in ("", "501", "500")
    assert answer["Error"]["Message"]
