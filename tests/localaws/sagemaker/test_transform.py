"""Batch transform, and its pure parts."""

import gzip
import json
import struct
import threading

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.localaws.sagemaker.transform import records
from rehearsal.localaws.sagemaker.transform.data_processing import FilterError, Processing, path
from rehearsal.localaws.sagemaker.transform.records import Split, Strategy
from tests.localaws.waiting import wait_until


@pytest.fixture
def transform(aws, hosting):
    """Runs a job over objects given by name and content; gives its description and what it wrote, by key below the
    output."""

    def run(objects: dict[str, bytes], *, source=None, output=None, expect="Completed", **members):
        s3, folder = aws.client("s3"), hosting.unique("transform")
        for key, content in objects.items():
            s3.put_object(Bucket=hosting.bucket, Key=f"{folder}/in/{key}", Body=content)
        where = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{hosting.bucket}/{folder}/in/"}
        request = {
            "TransformJobName": folder,
            "ModelName": hosting.model(),
            "TransformInput": {
                "DataSource": {"S3DataSource": where},
                "ContentType": "text/csv",
                "SplitType": "Line",
                **(source or {}),
            },
            "TransformOutput": {"S3OutputPath": f"s3://{hosting.bucket}/{folder}/out", **(output or {})},
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
            **members,
        }
        hosting.client.create_transform_job(**request)
        description = wait_until(
            lambda: (
                found
                if (found := hosting.client.describe_transform_job(TransformJobName=folder))["TransformJobStatus"]
                not in ("InProgress", "Stopping")
                else None
            ),
            "the job ends",
        )
        assert description["TransformJobStatus"] == expect, description
        prefix = f"{folder}/out/"
        listed = s3.list_objects_v2(Bucket=hosting.bucket, Prefix=prefix).get("Contents", [])
        written = {
            entry["Key"].removeprefix(prefix): s3.get_object(Bucket=hosting.bucket, Key=entry["Key"])["Body"].read()
            for entry in listed
        }
        return description, written

    return run


def numbers(written: bytes) -> list[float]:
    return [float(line) for line in written.split()]


@pytest.mark.parametrize("strategy", ["MultiRecord", "SingleRecord"])
def test_each_object_gets_an_out_object_with_a_line_a_record(transform, trained, strategy):
    objects = {"a.csv": trained.csv(30), "deep/b.csv": trained.csv(5)}
    _, written = transform(objects, BatchStrategy=strategy, output={"AssembleWith": "Line"})
    assert sorted(written) == ["a.csv.out", "deep/b.csv.out"]
    assert numbers(written["a.csv.out"]) == pytest.approx(trained.predictions(30))
    assert numbers(written["deep/b.csv.out"]) == pytest.approx(trained.predictions(5))


def test_small_payloads_come_back_in_order(transform, trained):
    body = b"".join(trained.csv(200) for _ in range(100))
    _, written = transform({"a.csv": body}, MaxPayloadInMB=1, MaxConcurrentTransforms=4)
    assert numbers(written["a.csv.out"]) == pytest.approx(trained.predictions(200) * 100)


def test_gzip_and_split_type_none(transform, trained):
    source = {"CompressionType": "Gzip", "SplitType": "None"}
    _, written = transform({"a.csv.gz": gzip.compress(trained.csv(3))}, source=source)
    assert numbers(written["a.csv.gz.out"]) == pytest.approx(trained.predictions(3))


def test_an_id_is_kept_from_the_model_and_joined_to_its_answer(transform, trained):
    lines = [f"id-{number},".encode() + line for number, line in enumerate(trained.csv(3).split())]
    processing = {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}
    _, written = transform({"a.csv": b"\n".join(lines)}, DataProcessing=processing)
    rows = [line.split(",") for line in written["a.csv.out"].decode().splitlines()]
    assert [row[0] for row in rows] == ["id-0", "id-1", "id-2"]
    assert [float(row[1]) for row in rows] == pytest.approx(trained.predictions(3))


def test_a_record_that_the_model_refuses_fails_the_job_and_leaves_no_output(transform, aws, trained):
    description, written = transform({"a.csv": trained.csv(2) + b"not,a,row,at all\n"}, expect="Failed")
    assert description["FailureReason"].startswith("ClientError: See job logs for more information")
    assert written == {}
    events = aws.client("logs").get_log_events(
        logGroupName="/aws/sagemaker/TransformJobs", logStreamName=f"{description['TransformJobName']}/data-log"
    )["events"]
    assert "please ensure data is in csv format" in events[0]["message"]


@pytest.mark.parametrize("content", [gzip.compress(b"1,2,3,4\n")[:-9], b"no archive"], ids=["torn", "none"])
def test_what_is_no_whole_archive_fails_the_job(transform, content):
    job, written = transform({"a.gz": content}, source={"CompressionType": "Gzip"}, expect="Failed")
    assert job["FailureReason"].startswith("ClientError: See job logs for more information. s3://hosted-models/")
    assert written == {}


def test_a_key_that_is_not_there_fails_the_job(transform, trained):
    job, written = transform({"a.csv": trained.csv(3)}, output={"KmsKeyId": "alias/nobodys"}, expect="Failed")
    assert job["FailureReason"].startswith("KMS.NotFoundException: KMS key 'alias/nobodys' does not exist")
    assert written == {}


def test_the_output_is_encrypted_with_the_key_of_the_job(transform, aws, hosting, trained):
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    job, _ = transform({"a.csv": trained.csv(3)}, output={"KmsKeyId": key})
    head = aws.client("s3").head_object(Bucket=hosting.bucket, Key=f"{job['TransformJobName']}/out/a.csv.out")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)


def test_a_stopped_job_writes_nothing_of_the_object_it_was_at(transform, hosting, aws, trained):
    def stop() -> None:
        name = hosting.unique("transform")
        wait_until(lambda: _started(hosting, name), "the job starts")
        hosting.client.stop_transform_job(TransformJobName=name)

    stopper = threading.Thread(target=stop)
    stopper.start()
    rows = trained.csv(200) * 400
    job, written = transform({"a.csv": rows}, BatchStrategy="SingleRecord", expect="Stopped")
    stopper.join()
    assert written == {}
    with pytest.raises(ClientError, match="the transform job is in status Stopped"):
        hosting.client.stop_transform_job(TransformJobName=job["TransformJobName"])


def _started(hosting, name: str) -> bool:
    listed = hosting.client.list_transform_jobs(NameContains=name)["TransformJobSummaries"]
    return bool(listed) and "TransformStartTime" in hosting.client.describe_transform_job(TransformJobName=name)


def test_payload_times_concurrency_over_100_mb_is_refused(transform):
    with pytest.raises(ClientError, match="must not exceed 100 MB"):
        transform({"a.csv": b"1"}, MaxPayloadInMB=30, MaxConcurrentTransforms=4)


def test_an_unknown_job_is_not_found(hosting):
    with pytest.raises(ClientError, match="Could not find requested job with name: nothing") as refused:
        hosting.client.describe_transform_job(TransformJobName="nothing")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFound"


lines = st.lists(st.binary(min_size=1, max_size=20).filter(lambda line: b"\n" not in line and line.strip()), min_size=1)


@given(lines, st.integers(min_value=21, max_value=100))
def test_batches_keep_every_line_whole_and_in_order(given_lines, limit):
    content = b"".join(line + b"\n" for line in given_lines)
    batches = list(records.payloads(content, Split.LINE, Strategy.MULTI, limit))
    assert b"".join(batches) == content
    assert all(len(batch) <= limit and batch.endswith(b"\n") for batch in batches)


@given(st.lists(st.binary(max_size=30)))
def test_recordio_is_cut_at_its_frames(contents):
    framed = [
        struct.pack("<II", 0xCED7230A, len(content)) + content + b"\0" * (-len(content) % 4) for content in contents
    ]
    assert list(records.payloads(b"".join(framed), Split.RECORDIO, Strategy.SINGLE, 1000)) == framed


def test_a_line_over_the_limit_is_named_by_its_size():
    with pytest.raises(records.TooLarge, match="A record of 9 bytes"):
        list(records.payloads(b"1\n123456789\n", Split.LINE, Strategy.MULTI, 5))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$", ["a", "b", "c"]),
        ("$[1:]", ["b", "c"]),
        ("$[0:2]", ["a", "b"]),
        ("$[-1]", "c"),
        ("$[0,2]", ["a", "c"]),
    ],
)
def test_columns_are_chosen_by_jsonpath(expression, expected):
    assert path(expression)(["a", "b", "c"]) == expected


@pytest.mark.parametrize("expression", ["", "a", "$x", "$[a]", "$..a"])
def test_other_expressions_are_refused(expression):
    with pytest.raises(FilterError):
        path(expression)


def test_json_answers_are_joined_under_a_name_of_their_own():
    processing = Processing.parse(
        {"JoinSource": "Input", "OutputFilter": "$['id','SageMakerOutput']"}, "application/json"
    )
    assert processing is not None
    joined = processing.output('{"id": 7, "x": [1]}', '{"score": 0.5}')
    assert json.loads(joined) == {"id": 7, "SageMakerOutput": {"score": 0.5}}
