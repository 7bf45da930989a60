"""Which objects a channel means, and where they lie in the container."""

import gzip
import io
import json

import pytest
from botocore.exceptions import ClientError

from rehearsal.localaws.sagemaker.training.inputs import ChannelInput, InputObject, path_below
from tests.localaws.sagemaker.job_data import TRAIN, csv


@pytest.mark.parametrize(
    ("prefix", "key", "path"),
    [
        ("data/train/", "data/train/a.csv", "a.csv"),
        ("data/train", "data/train/part/a.csv", "part/a.csv"),
        ("data/train", "data/train-1.csv", "train-1.csv"),
        ("data/train/a.csv", "data/train/a.csv", "a.csv"),
        ("a.csv", "a.csv", "a.csv"),
        ("", "data/a.csv", "data/a.csv"),
    ],
)
def test_an_object_lies_below_the_prefix_taken_as_a_folder(prefix: str, key: str, path: str) -> None:
    assert path_below(prefix, key) == path


def test_shards_are_disjoint_and_complete() -> None:
    objects = tuple(InputObject("bucket", str(number), str(number)) for number in range(7))
    sharded = ChannelInput("train", objects, sharded=True, gzipped=False)
    shares = [sharded.share_of(number, 3) for number in range(3)]
    assert sorted(each.key for share in shares for each in share) == [each.key for each in objects]
    assert [len(share) for share in shares] == [3, 2, 2]
    replicated = ChannelInput("train", objects, sharded=False, gzipped=False)
    assert replicated.share_of(1, 3) == objects


def lines(training, job) -> str:
    return "\n".join(training.log(job["TrainingJobName"]))


def test_a_manifest_names_the_objects(training) -> None:
    s3 = training.aws.client("s3")
    s3.put_object(Bucket=training.bucket, Key="parts/1.csv", Body=csv(TRAIN[:120]))
    s3.put_object(Bucket=training.bucket, Key="parts/2.csv", Body=csv(TRAIN[120:200]))
    s3.put_object(Bucket=training.bucket, Key="parts/3.csv", Body=csv(TRAIN[200:]))
    s3.put_object(
        Bucket=training.bucket,
        Key="the.manifest",
        Body=f'[{{"prefix": "s3://{training.bucket}/parts/"}}, "1.csv", "2.csv"]'.encode(),
    )
    source = {"S3DataType": "ManifestFile", "S3Uri": f"s3://{training.bucket}/the.manifest"}
    channel = training.channel("train") | {"DataSource": {"S3DataSource": source}}
    job = training.run(InputDataConfig=[channel])
    assert "Train matrix has 200 rows" in lines(training, job)
    channel["DataSource"]["S3DataSource"]["S3Uri"] = f"s3://{training.bucket}/parts/1.csv"
    with pytest.raises(ClientError, match="is not a JSON list of"):
        training.start(InputDataConfig=[channel])


def test_a_gzipped_channel_is_unpacked(training) -> None:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        file.write(csv(TRAIN))
    s3 = training.aws.client("s3")
    s3.put_object(Bucket=training.bucket, Key="packed/train.csv.gz", Body=packed.getvalue())
    job = training.run(InputDataConfig=[training.channel("train", "packed/", CompressionType="Gzip")])
    assert "Train matrix has 300 rows and 4 columns" in lines(training, job)
    job = training.run(InputDataConfig=[training.channel("train", "train/", CompressionType="Gzip")])
    assert job["FailureReason"].startswith(
        "ClientError: Data download failed: channel train, s3://training-data/train/"
    )


def test_an_archive_that_is_not_whole_fails_the_job(training) -> None:
    packed = gzip.compress(csv(TRAIN))
    broken = {"cut/a.gz": packed[: len(packed) // 2], "torn/a.gz": packed[:200] + b"torn" + packed[204:]}
    for key, content in broken.items():
        training.aws.client("s3").put_object(Bucket=training.bucket, Key=key, Body=content)
        channel = training.channel("train", key, CompressionType="Gzip")
        reason = training.run(InputDataConfig=[channel])["FailureReason"]
        assert reason.startswith(f"ClientError: Data download failed: channel train, s3://training-data/{key}: ")


@pytest.mark.parametrize(
    "keys", [["out/../../../of/a.csv"], ["clash/a", "clash/a/b.csv"]], ids=["..", "file and folder"]
)
def test_keys_that_cannot_be_files_of_the_channel_fail_the_job(training, keys) -> None:
    for key in keys:
        training.aws.client("s3").put_object(Bucket=training.bucket, Key=key, Body=csv(TRAIN))
    job = training.run(InputDataConfig=[training.channel("train", keys[0].partition("/")[0] + "/")])
    assert job["FailureReason"].startswith(
        f"ClientError: Data download failed: channel train, s3://training-data/{keys[-1]}"
    )


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ("nothing.csv", "s3://training-data/train/nothing.csv: The specified key does not exist"),
        ("", "s3://training-data/train/: "),
    ],
)
def test_a_manifest_with_a_name_that_is_no_object_fails_the_job(training, names, reason) -> None:
    manifest = json.dumps([{"prefix": f"s3://{training.bucket}/train/"}, names])
    assert reason in training.run(InputDataConfig=[manifest_channel(training, manifest)])["FailureReason"]


@pytest.mark.parametrize(
    "manifest", ['[{"prefix": "s3://b/"}, 3]', '[{"prefix": 3}, "a"]', "[]", "[null]", "{}", "not JSON"]
)
def test_what_is_no_manifest_is_refused(training, manifest) -> None:
    with pytest.raises(ClientError, match="is not a JSON list of"):
        training.start(InputDataConfig=[manifest_channel(training, manifest)])


def manifest_channel(training, manifest: str) -> dict:
    key = training.unique("manifest")
    training.aws.client("s3").put_object(Bucket=training.bucket, Key=key, Body=manifest.encode())
    source = {"S3DataType": "ManifestFile", "S3Uri": f"s3://{training.bucket}/{key}"}
    return training.channel("train") | {"DataSource": {"S3DataSource": source}}


def test_fast_file_mode_shows_files_as_file_mode_does(training) -> None:
    job = training.run(InputDataConfig=[training.channel("train", InputMode="FastFile")])
    assert job["TrainingJobStatus"] == "Completed", job["FailureReason"]


def test_sources_that_the_embedded_aws_lacks_are_refused(training) -> None:
    file_system = {
        "FileSystemDataSource": {
            "FileSystemId": "fs-12345678",
            "FileSystemAccessMode": "ro",
            "FileSystemType": "EFS",
            "DirectoryPath": "/",
        }
    }
    with pytest.raises(ClientError, match="reads channels from S3 only"):
        training.start(InputDataConfig=[{"ChannelName": "train", "DataSource": file_system}])
