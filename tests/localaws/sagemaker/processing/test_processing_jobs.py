"""Processing jobs through boto3: a script between S3 and S3."""

import itertools
import json
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.sagemaker.conftest import tar_gz
from tests.localaws.waiting import wait_until

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
NUMBERS = itertools.count(1)
SPLIT = """
    import os, sys
    from pathlib import Path
    import numpy, sklearn
    rows = numpy.loadtxt("/opt/ml/processing/input/data/train.csv", delimiter=",")
    os.makedirs("/opt/ml/processing/train", exist_ok=True)
    numpy.savetxt("/opt/ml/processing/train/train.csv", rows[: int(sys.argv[1])], delimiter=",")
    with open(os.environ["REPORT"], "w") as report:
        report.write(f"{len(rows)} rows")
    assert Path("/opt/ml/processing/report").is_dir()
    print("split", len(rows), "rows with scikit-learn", sklearn.__version__)
"""


@dataclass(frozen=True)
class Processing:
    """Processing jobs as a user starts and watches them."""

    aws: Any
    role: str
    bucket: str
    unique: Callable[[str], str]

    @property
    def sagemaker(self) -> Any:
        return self.aws.client("sagemaker")

    @property
    def folder(self) -> str:
        return self.unique("processed")

    def output(self, name: str) -> dict[str, Any]:
        target = {
            "S3Uri": f"s3://{self.bucket}/{self.folder}/{name}",
            "LocalPath": f"/opt/ml/processing/{name}",
            "S3UploadMode": "EndOfJob",
        }
        return {"OutputName": name, "S3Output": target}

    def source(self, name: str, key: str) -> dict[str, Any]:
        location = {
            "S3Uri": f"s3://{self.bucket}/{key}",
            "LocalPath": f"/opt/ml/processing/input/{name}",
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
        }
        return {"InputName": name, "S3Input": location}

    def start(self, script: str, files: dict[str, bytes] | None = None, extra: Any = (), **more: Any) -> str:
        name = f"{self.unique('processing')}-{next(NUMBERS)}"
        for file, content in (files or {}).items():
            self.aws.client("s3").put_object(Bucket=self.bucket, Key=f"code/{name}/{file}", Body=content)
        self.aws.client("s3").put_object(
            Bucket=self.bucket, Key=f"code/{name}/script.py", Body=textwrap.dedent(script).encode()
        )
        request = {
            "ProcessingJobName": name,
            "RoleArn": self.role,
            "AppSpecification": {
                "ImageUri": IMAGE,
                "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/script.py"],
                "ContainerArguments": ["120"],
            },
            "Environment": {"REPORT": "/opt/ml/processing/report/report.txt"},
            "ProcessingInputs": [self.source("data", "train/"), self.source("code", f"code/{name}/"), *extra],
            "ProcessingOutputConfig": {"Outputs": [self.output("train"), self.output("report")]},
            "ProcessingResources": {
                "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5}
            },
            **more,
        }
        self.sagemaker.create_processing_job(**request)
        return name

    def wait(self, name: str) -> dict[str, Any]:
        def ended() -> dict[str, Any] | None:
            job: dict[str, Any] = self.sagemaker.describe_processing_job(ProcessingJobName=name)
            return job if job["ProcessingJobStatus"] in ("Completed", "Failed", "Stopped") else None

        return wait_until(ended, lambda: f"{name} ends; its log: {self.log(name)}")

    def log(self, name: str) -> str:
        logs, group = self.aws.client("logs"), "/aws/sagemaker/ProcessingJobs"
        streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{name}/")["logStreams"]
        return "\n".join(
            event["message"]
            for stream in streams
            for event in logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])["events"]
        )

    def body(self, key: str) -> bytes:
        return self.aws.client("s3").get_object(Bucket=self.bucket, Key=f"{self.folder}/{key}")["Body"].read()


@pytest.fixture
def processing(aws, job_role, data, unique) -> Processing:
    return Processing(aws, job_role, data, unique)


def test_a_script_finds_its_folders_where_the_container_has_them(processing) -> None:
    name = processing.start(SPLIT)
    job = processing.wait(name)
    assert job["ProcessingJobStatus"] == "Completed", processing.log(name)
    assert processing.body("train/train.csv").count(b"\n") == 120
    assert processing.body("report/report.txt") == b"300 rows"
    assert "split 300 rows with scikit-learn" in processing.log(name)
    assert job["CreationTime"] <= job["ProcessingStartTime"] <= job["ProcessingEndTime"]
    assert job["AppSpecification"]["ContainerArguments"] == ["120"]


def test_a_script_that_fails_fails_the_job_and_writes_nothing(processing) -> None:
    name = processing.start("open('/opt/ml/processing/train/half.csv', 'w').write('1')\nraise SystemExit(3)")
    job = processing.wait(name)
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"] == "AlgorithmError: See job logs for more information, exit code: 3"
    assert (
        processing.aws.client("s3").list_objects_v2(Bucket=processing.bucket, Prefix=processing.folder)["KeyCount"] == 0
    )


def test_a_script_reaches_this_machine_alone(processing) -> None:
    name = processing.start("import urllib.request\nurllib.request.urlopen('http://203.0.113.1/')")
    assert processing.wait(name)["ProcessingJobStatus"] == "Failed"
    assert "Rehearsal stopped a connection to '203.0.113.1'" in processing.log(name)


def test_a_running_job_can_be_stopped(processing) -> None:
    name = processing.start("import time\nprint('on my way', flush=True)\ntime.sleep(600)")
    wait_until(lambda: "on my way" in _log_so_far(processing, name), "the script begins")
    processing.sagemaker.stop_processing_job(ProcessingJobName=name)
    assert processing.wait(name)["ProcessingJobStatus"] == "Stopped"
    with pytest.raises(ClientError, match="is in status Stopped"):
        processing.sagemaker.stop_processing_job(ProcessingJobName=name)


def _log_so_far(processing: Processing, name: str) -> str:
    try:
        return processing.log(name)
    except ClientError:  # the group is made with its first line
        return ""


def test_jobs_are_listed_and_their_names_are_unique(processing) -> None:
    name = processing.start("print('hello')")
    processing.wait(name)
    found = processing.sagemaker.list_processing_jobs(NameContains=name)["ProcessingJobSummaries"]
    assert [(job["ProcessingJobName"], job["ProcessingJobStatus"]) for job in found] == [(name, "Completed")]
    with pytest.raises(ClientError, match="Job name must be unique") as refused:
        processing.start("", ProcessingJobName=name)
    assert refused.value.response["Error"]["Code"] == "ResourceInUse"
    with pytest.raises(ClientError, match="Could not find requested job with name: nobody"):
        processing.sagemaker.describe_processing_job(ProcessingJobName="nobody")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"AppSpecification": {"ImageUri": "busybox"}}, "Requested image busybox not found"),
        (
            {"AppSpecification": {"ImageUri": IMAGE}},
            "give a ContainerEntrypoint",
        ),
        ({"RoleArn": "arn:aws:iam::123456789012:role/nobody"}, "Could not assume role"),
    ],
    ids=["image", "entry point", "role"],
)
def test_what_cannot_be_run_is_refused(processing, change, message) -> None:
    with pytest.raises(ClientError, match=message):
        processing.start("", **change)


def test_a_shell_script_unpacks_its_source_and_runs_it(processing) -> None:
    """The entry point of the SDK's FrameworkProcessor: ``/bin/bash``, a script that names the container's folders,
    arguments."""
    shell = textwrap.dedent(
        """\
        #!/bin/bash
        cd /opt/ml/processing/input/code/
        tar -xzf sourcedir.tar.gz
        set -e
        if [[ -f 'requirements.txt' ]]; then
            pip uninstall --yes typing
            python -m pip install -r requirements.txt
        fi
        python3 entry.py "$@"
        """
    )
    entry = (
        "import sys, helper\n"
        "open('/opt/ml/processing/report/report.txt', 'w').write(helper.greet(*sys.argv[1:]))\n"
        "assert open('/opt/ml/processing/input/data/train.csv').read()\n"
    )
    helper = "import json\ndef greet(*words): return json.dumps(words)\n"
    source = tar_gz({"entry.py": entry.encode(), "helper.py": helper.encode(), "requirements.txt": b"\n"})
    name = processing.start(
        "",
        AppSpecification={
            "ImageUri": IMAGE,
            "ContainerEntrypoint": ["/bin/bash", "/opt/ml/processing/input/code/runproc.sh"],
            "ContainerArguments": ["--out", "/opt/ml/processing/report", "with a space"],
        },
        files={"sourcedir.tar.gz": source, "runproc.sh": shell.encode()},
    )
    job = processing.wait(name)
    assert job["ProcessingJobStatus"] == "Completed", processing.log(name)
    assert json.loads(processing.body("report/report.txt"))[2] == "with a space"


def test_a_command_that_fails_or_is_not_there_fails_the_job(processing) -> None:
    def specification(*words: str) -> dict[str, Any]:
        return {"AppSpecification": {"ImageUri": IMAGE, "ContainerEntrypoint": [*words]}}

    failing, missing = (
        processing.start("", **specification("/bin/false")),
        processing.start("", **specification("nowhere")),
    )
    assert processing.wait(failing)["FailureReason"].endswith("exit code: 1")
    assert processing.wait(missing)["FailureReason"].endswith("exit code: 127")
    assert "The container's command cannot be started" in processing.log(missing)


def test_several_instances_share_an_input_and_fill_one_output(processing) -> None:
    script = """
        import json, os, pathlib
        config = json.load(open("/opt/ml/config/resourceconfig.json"))
        for file in os.listdir("/opt/ml/processing/input/parts"):
            text = open("/opt/ml/processing/input/parts/" + file).read()
            pathlib.Path("/opt/ml/processing/report", config["current_host"]).write_text(text)
        assert config["hosts"] == ["algo-1", "algo-2"]
    """
    prefix = processing.unique("parts")
    for part in ("a", "b"):
        processing.aws.client("s3").put_object(Bucket=processing.bucket, Key=f"{prefix}/{part}", Body=part.encode())
    parts = processing.source("parts", f"{prefix}/")
    parts["S3Input"]["S3DataDistributionType"] = "ShardedByS3Key"
    name = processing.start(
        script,
        ProcessingResources={"ClusterConfig": {"InstanceCount": 2, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5}},
        extra=[parts],
    )
    assert processing.wait(name)["ProcessingJobStatus"] == "Completed", processing.log(name)
    assert {processing.body("report/algo-1"), processing.body("report/algo-2")} == {b"a", b"b"}


def test_a_missing_module_is_named_with_the_command_that_brings_it(processing) -> None:
    name = processing.start(
        "import subprocess, sys\nsubprocess.check_call([sys.executable, '-c', 'import no_such_thing'])"
    )
    reason = processing.wait(name)["FailureReason"]
    assert "lacks the module no_such_thing" in reason
    assert "-m pip install no_such_thing" in reason


def test_what_a_script_says_at_its_end_is_the_exit_message(processing) -> None:
    name = processing.start("open('/opt/ml/output/message', 'w').write('all is well')")
    assert processing.wait(name)["ExitMessage"] == "all is well"
