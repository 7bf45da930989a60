"""Objects whose content type is a form's stay as they are sent."""

from collections.abc import Callable
from typing import Any

import pytest

_FORM = b'--a\r\nContent-Disposition: form-data; name="key"\r\n\r\nx\r\n--a--\r\n'


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=a", "application/x-www-form-urlencoded"])
def test_a_body_with_the_content_type_of_a_form_is_kept_whole(
    aws: Any, unique: Callable[[str], str], kind: str
) -> None:
    s3, bucket = aws.client("s3"), unique("forms")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="sent", Body=_FORM, ContentType=kind)
    got = s3.get_object(Bucket=bucket, Key="sent")
    assert (got["Body"].read(), got["ContentType"]) == (_FORM, kind)


def test_metadata_keeps_its_underscores(aws: Any, unique: Callable[[str], str]) -> None:
    s3, bucket = aws.client("s3"), unique("metadata")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"", Metadata={"run_id": "7"})
    assert s3.head_object(Bucket=bucket, Key="k")["Metadata"] == {"run_id": "7"}
