"""Images of the user's own, mapped to local programs by a file."""

import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import own_images
from rehearsal.localaws.sagemaker.training.container import Container
from rehearsal.localaws.sagemaker.training.images import training_program
from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.localaws.sagemaker.conftest import Hosting, tar_gz
from tests.localaws.sagemaker.job_data import make_role
from tests.localaws.sagemaker.training.conftest import Training
from tests.localaws.waiting import wait_until

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1"


@contextmanager
def own_embedded_aws() -> Iterator[EmbeddedAws]:
    """One of its own: the file of images is named when the server starts."""
    aws = start_embedded_aws()
    yield aws
    stop_embedded_aws(aws)


@pytest.fixture
def mapping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "train.py").write_text("")
    file = tmp_path / "images.toml"
    file.write_text(f'[images."{IMAGE}"]\ntrain = ["train.py", "--fast"]\nprocess = ["gone.py"]\n')
    monkeypatch.setenv(own_images.VARIABLE, str(file))
    return file


def test_an_image_is_the_program_that_the_file_names(mapping: Path) -> None:
    program = training_program({"AlgorithmSpecification": {"TrainingImage": IMAGE}})
    assert program.arguments == (str(mapping.parent / "train.py"), "--fast")
    assert not program.built_in


def test_what_the_file_does_not_say_is_an_error_that_says_what_to_add(mapping: Path) -> None:
    with pytest.raises(AwsError, match=r'without a program for it to serve: add  serve = \["program.py"\]'):
        own_images.command(IMAGE, "serve")
    with pytest.raises(AwsError, match=r"gone\.py, which is no file"):
        own_images.command(IMAGE, "process")
    assert own_images.command("another", "train") is None
    mapping.write_text("[images")
    with pytest.raises(AwsError, match="cannot be read"):
        own_images.command(IMAGE, "train")


def test_without_a_file_no_image_is_mapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(own_images.VARIABLE, raising=False)
    assert own_images.command(IMAGE, "train") is None
    with pytest.raises(AwsError, match=f"Requested image {IMAGE} not found.*{own_images.VARIABLE}"):
        training_program({"AlgorithmSpecification": {"TrainingImage": IMAGE}})


def test_a_container_has_what_its_program_reads(tmp_path: Path) -> None:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/k"}}
    request = {
        "AlgorithmSpecification": {"TrainingInputMode": "File"},
        "HyperParameters": {"num-round": "3"},
        "InputDataConfig": [{"ChannelName": "train", "DataSource": source}],
        "ResourceConfig": {"InstanceType": "ml.m5.large"},
        "CheckpointConfig": {"S3Uri": "s3://b/c", "LocalPath": "/opt/ml/checkpoints"},
    }
    container = Container(tmp_path, "algo-1", ("algo-1", "algo-2"))
    container.prepare(request)
    config = {file.name: json.loads(file.read_text()) for file in (tmp_path / "input" / "config").iterdir()}
    assert config["hyperparameters.json"] == {"num-round": "3"}
    assert config["inputdataconfig.json"]["train"]["S3DistributionType"] == "FullyReplicated"
    assert config["resourceconfig.json"]["hosts"] == ["algo-1", "algo-2"]
    assert config["checkpointconfig.json"]["LocalPath"] == str(tmp_path / "checkpoints")


def test_a_mapped_program_trains_and_its_metrics_are_found(tmp_path, monkeypatch, unique) -> None:
    (tmp_path / "mean.py").write_text(
        "import os, pathlib\n"
        "rows = pathlib.Path(os.environ['SM_CHANNEL_TRAIN'], 'a.csv').read_text().split()\n"
        "print(f'mean={sum(map(float, rows)) / len(rows)};')\n"
        "pathlib.Path(os.environ['SM_MODEL_DIR'], 'mean.txt').write_text(os.environ['SM_HP_UNIT'])\n"
    )
    (tmp_path / "images.toml").write_text(f'[images."{IMAGE}"]\ntrain = ["mean.py"]\n')
    monkeypatch.setenv(own_images.VARIABLE, str(tmp_path / "images.toml"))
    with own_embedded_aws() as aws:
        training = Training(aws, make_role(aws), "own-image-data", unique)
        aws.client("s3").create_bucket(Bucket=training.bucket)
        aws.client("s3").put_object(Bucket=training.bucket, Key="train/a.csv", Body=b"1\n2\n6\n")
        specification = {
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "mean", "Regex": "mean=([0-9.]+);"}],
        }
        job = training.run(
            {"unit": "cm"}, AlgorithmSpecification=specification, InputDataConfig=[training.channel("train")]
        )
        assert job["TrainingJobStatus"] == "Completed", job["FailureReason"]
        assert [(each["MetricName"], each["Value"]) for each in job["FinalMetricDataList"]] == [("mean", 3.0)]
        archive = training.body(job["ModelArtifacts"]["S3ModelArtifacts"])
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
            member = tar.extractfile("mean.txt")
            assert member is not None and member.read() == b"cm"


SERVE = """
import http.server, os, pathlib
factor = float(pathlib.Path(os.environ['SM_MODEL_DIR'], 'factor').read_text())

class Requests(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == '/ping' else 404)
        self.end_headers()

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length'])).decode()
        if body == 'crash':
            os._exit(3)
        rows = [str(float(row) * factor) for row in body.split()]
        self.send_response(200)
        self.send_header('Content-Type', 'text/x-' + os.environ['UNIT'])
        self.end_headers()
        self.wfile.write('\\n'.join(rows).encode())

print('serving', flush=True)
http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['SAGEMAKER_BIND_TO_PORT'])), Requests).serve_forever()
"""


@pytest.fixture
def mapped_hosting(tmp_path, monkeypatch, unique) -> Iterator[tuple[Hosting, Any]]:
    """Models of an image whose program multiplies by the factor of the artifact."""
    (tmp_path / "serve.py").write_text(SERVE)
    (tmp_path / "images.toml").write_text(f'[images."{IMAGE}"]\nserve = ["serve.py"]\n')
    monkeypatch.setenv(own_images.VARIABLE, str(tmp_path / "images.toml"))
    with own_embedded_aws() as aws:
        aws.client("s3").create_bucket(Bucket="own-models")
        aws.client("s3").put_object(Bucket="own-models", Key="model.tar.gz", Body=tar_gz({"factor": b"3"}))
        runtime = aws.client("sagemaker-runtime")
        yield (
            Hosting(aws.client("sagemaker"), runtime, aws.client("s3"), make_role(aws), "own-models", unique, []),
            aws.client("s3"),
        )


def test_a_mapped_program_serves_an_endpoint_and_a_transform_job(mapped_hosting) -> None:
    hosting, s3 = mapped_hosting
    model = hosting.model(Image=IMAGE, Environment={"UNIT": "cm"})
    name = hosting.endpoint(hosting.config(hosting.variant(model)))
    answer = hosting.runtime.invoke_endpoint(EndpointName=name, Body=b"1\n2\n")
    assert (answer["ContentType"], answer["Body"].read()) == ("text/x-cm", b"3.0\n6.0")
    with pytest.raises(hosting.runtime.exceptions.ModelError, match="the model server gave no answer"):
        hosting.invoke(name, b"crash")

    def answered() -> bytes | None:
        try:
            return hosting.invoke(name, b"5")
        except hosting.runtime.exceptions.ModelError:  # the process has ended, which is not known yet
            return None

    assert wait_until(answered, "another process serves") == b"15.0"
    assert transformed(hosting, s3, model, b"1\n2\n4\n") == b"3.0\n6.0\n12.0"


def transformed(hosting: Hosting, s3: Any, model: str, rows: bytes) -> bytes:
    name = hosting.unique("transform")
    s3.put_object(Bucket=hosting.bucket, Key="rows.csv", Body=rows)
    hosting.client.create_transform_job(
        TransformJobName=name,
        ModelName=model,
        TransformInput={
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{hosting.bucket}/rows.csv"}},
            "SplitType": "Line",
        },
        TransformOutput={"S3OutputPath": f"s3://{hosting.bucket}/out"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )
    job = wait_until(lambda: ended(hosting.client.describe_transform_job(TransformJobName=name)), "the job ends")
    assert job["TransformJobStatus"] == "Completed", job
    return s3.get_object(Bucket=hosting.bucket, Key="out/rows.csv.out")["Body"].read()


def ended(job: dict) -> dict | None:
    return None if job["TransformJobStatus"] == "InProgress" else job
