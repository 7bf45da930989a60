"""The clock's capability takes no number that would make later calls fail."""

import json
import urllib.error
import urllib.request

import pytest

from tests.conftest import EmbeddedAws


@pytest.mark.parametrize(
    "seconds", ["8639999991360000", "315576001", "-1", "NaN", "Infinity", "1" + "0" * 400, "[]", "{}", '"soon"', "null"]
)
def test_a_clock_that_cannot_be_moved_so_far_says_so_and_stays_where_it_is(aws: EmbeddedAws, seconds: str) -> None:
    before = aws.rehearsal("GET", "clock")["timestamp"]
    request = urllib.request.Request(
        f"{aws.url}/_rehearsal/clock",
        method="POST",
        data=f'{{"seconds": {seconds}}}'.encode(),
        headers={"Authorization": f"Bearer {aws.announced.secret_access_key}", "Content-Type": "application/json"},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 400
    assert json.loads(refused.value.read())["message"]
    assert aws.rehearsal("GET", "clock")["timestamp"] - before < 86400
    assert aws.client("sts").get_caller_identity()["Arn"].endswith("user/admin")
