"""What lies in the directory of a state: keys that can be changed, contents that are checked, a clock within bounds."""

from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from rehearsal.localaws.ground import clock
from rehearsal.localaws.state import opening
from rehearsal.localaws.state.errors import StateError
from tests.localaws.state.conftest import Kept
from tests.localaws.waiting import wait_until


def test_new_keys_end_the_old_ones_and_nothing_else_is_lost(kept: Kept) -> None:
    kept.client("s3").create_bucket(Bucket="kept")
    old_id, old_secret = kept.aws.announced.access_key_id, kept.aws.announced.secret_access_key
    kept.restart("--new-keys")
    assert kept.aws.announced.secret_access_key != old_secret
    assert [each["Name"] for each in kept.client("s3").list_buckets()["Buckets"]] == ["kept"]
    keys = {"aws_access_key_id": old_id, "aws_secret_access_key": old_secret}
    old = boto3.session.Session().client("sts", region_name="us-east-1", endpoint_url=kept.aws.url, **keys)
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        old.get_caller_identity()
    new_secret = kept.aws.announced.secret_access_key
    kept.stop()
    snapshot = (kept.folder / "snapshot").read_bytes()
    assert old_secret.encode() not in snapshot
    assert new_secret.encode() in snapshot


def test_a_damaged_object_is_named_in_the_log_and_never_served(kept: Kept, tmp_path: Path) -> None:
    s3 = kept.client("s3")
    s3.create_bucket(Bucket="kept")
    for name in ("whole", "damaged"):
        s3.put_object(Bucket="kept", Key=name, Body=name.encode() * 50_000)
    kept.stop()
    for file in (kept.folder / "objects").iterdir():
        content = file.read_bytes()
        if content.startswith(b"damaged"):
            file.write_bytes(content[:1000] + b"?" + content[1001:])
    log = tmp_path / "log"
    with log.open("w") as opened:
        kept.start(log=opened)
    told = "The content of s3://kept/damaged cannot be served"
    wait_until(lambda: told in log.read_text())
    s3 = kept.client("s3")
    with pytest.raises(ClientError, match=told):
        s3.get_object(Bucket="kept", Key="damaged")
    assert s3.get_object(Bucket="kept", Key="whole")["Body"].read() == b"whole" * 50_000
    s3.put_object(Bucket="kept", Key="damaged", Body=b"anew")
    assert s3.get_object(Bucket="kept", Key="damaged")["Body"].read() == b"anew"
    assert "whole" not in log.read_text()


@pytest.mark.parametrize("ahead", [clock.FURTHEST_SECONDS + 1, float("nan"), -1.0, "x"])
def test_a_clock_that_no_server_could_show_is_refused_with_the_cure(ahead: float) -> None:
    with pytest.raises(StateError, match="--reset-clock"):
        opening._set_clock(ahead)


def test_the_machines_time_takes_the_place_of_the_states(kept: Kept) -> None:
    kept.aws.rehearsal("POST", "clock", seconds=86_400 * 365)
    year = kept.aws.rehearsal("GET", "clock")["now"][:4]
    kept.restart("--reset-clock")
    assert int(kept.aws.rehearsal("GET", "clock")["now"][:4]) < int(year)
