"""Which columns an endpoint's model was trained on, followed back from the endpoint to the training job and its
data."""

from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws

_BEGINNING = 1 << 20
"""Bytes: more than the first row of any table that InvokeEndpoint could take."""


def feature_count(aws: Aws, endpoint: str) -> int | None:
    """How many features a row has, label (and weight) not counted.

    None where it cannot be learnt: the model is of no training job of this account, its data are no CSV, the caller may
    not look.
    """
    try:
        job = _training_job(aws, endpoint)
        return None if job is None else _width(aws, job)
    except (ClientError, LookupError):
        return None  # the endpoint's own answer is all that is left to go by


def _training_job(aws: Aws, endpoint: str) -> dict[str, Any] | None:
    sagemaker = aws.client("sagemaker")
    config = sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
    variant = sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"][0]
    url = sagemaker.describe_model(ModelName=variant["ModelName"])["PrimaryContainer"]["ModelDataUrl"]
    job = sagemaker.describe_training_job(TrainingJobName=name_in(url))
    return job if job["ModelArtifacts"]["S3ModelArtifacts"] == url else None


def name_in(model_data_url: str) -> str:
    """The job in ``s3://bucket/prefix/JOB/output/model.tar.gz``, where SageMaker writes a job's model. Pure.

    Raises:
        LookupError: the URL is of another form.
    """
    parts = model_data_url.split("/")
    if parts[-2:] != ["output", "model.tar.gz"]:
        raise LookupError(model_data_url)
    return parts[-3]


def _width(aws: Aws, job: dict[str, Any]) -> int | None:
    channel = next(each for each in job["InputDataConfig"] if each["ChannelName"] in ("train", "training"))
    if "csv" not in channel.get("ContentType", "").lower() or channel.get("CompressionType", "None") != "None":
        return None
    bucket, _, prefix = channel["DataSource"]["S3DataSource"]["S3Uri"].removeprefix("s3://").partition("/")
    s3 = aws.client("s3")
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=10).get("Contents", [])
    key = next(each["Key"] for each in listed if each["Size"])
    beginning = s3.get_object(Bucket=bucket, Key=key, Range=f"bytes=0-{_BEGINNING - 1}")["Body"].read()
    has_weights = job.get("HyperParameters", {}).get("csv_weights", "0").strip('"') == "1"
    return features_in(beginning, has_weights=has_weights)


def features_in(beginning: bytes, *, has_weights: bool = False) -> int | None:
    """The features of the first row; None when the row does not end within ``beginning``. Pure."""
    row, end, _ = beginning.partition(b"\n")
    if not end and len(beginning) >= _BEGINNING:
        return None
    return row.count(b",") - (1 if has_weights else 0)
