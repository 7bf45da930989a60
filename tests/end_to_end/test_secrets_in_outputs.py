"""A whole run with secrets of every kind: none of them stands in a log, a page, an artifact, an answer, or a file that
others may read."""

import io
import json
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.end_to_end.rehearse import rehearse
from tests.localaws.deploying import ALLOW_ALL, TRUST, zip_of

READS_SECRETS = """
import boto3, os
def handler(event, context):
    parameter = boto3.client("ssm").get_parameter(Name="/secret/parameter", WithDecryption=True)["Parameter"]["Value"]
    secret = boto3.client("secretsmanager").get_secret_value(SecretId="a-secret")["SecretString"]
    print("read", len(parameter), len(secret))
    return [os.environ["AWS_SECRET_ACCESS_KEY"], os.environ["AWS_SESSION_TOKEN"], parameter, secret]
"""
LAUNCH = ("launch", "--suffix", "secrets", "--yes", "--json")
READ_COMMANDS = (
    ("status", "--suffix", "secrets"),
    ("status", "--suffix", "secrets", "--json"),
    ("doctor",),
    ("invoke", "--help"),
)
_SIGNATURE = re.compile(r"Signature=([0-9a-f]{64})")
LIST_CALLS = {
    "cloudformation": ("describe_stacks", "list_stacks"),
    "codepipeline": ("list_pipelines",),
    "iam": ("get_account_authorization_details", "list_users"),
    "lambda": ("list_functions",),
    "secretsmanager": ("list_secrets",),
    "ssm": ("describe_parameters",),
    "sagemaker": ("list_training_jobs", "list_endpoints"),
    "sts": ("get_caller_identity",),
}


@dataclass
class Rehearsal:
    """One that was run: its server, what may not be told, and what was told, by where."""

    aws: EmbeddedAws
    folder: Path
    secrets: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """The administrator's, whose signatures are noted."""
        made: Any = self.aws.client(service)
        made.meta.events.register("before-send", self._note)
        return made

    def _note(self, request: Any, **_: Any) -> None:
        found = _SIGNATURE.search(str(request.headers.get("Authorization", "")))
        if found:
            self.secrets[f"signature {len(self.secrets)}"] = found[1]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """A workshop that was launched, beside a function that reads secrets; the server keeps a state and logs all it has
    to say."""
    folder = tmp_path_factory.mktemp("secrets")
    with (folder / "log").open("w") as log:
        options = ("--continuation-delay", "0.05", "--state", str(folder / "state"), "--log-level", "DEBUG")
        aws = start_embedded_aws(*options, log=log)
        rehearsal = Rehearsal(aws, folder, {"administrator's key": aws.announced.secret_access_key})
        _use_secrets(rehearsal)
        _run(rehearsal)
        _look(rehearsal)
        yield rehearsal
        stop_embedded_aws(aws)


def _use_secrets(rehearsal: Rehearsal) -> None:
    """Make them, have a function read them, assume roles, and presign."""
    parameter, secret = "of-the-parameter-store-7Ax", "of-the-secrets-manager-9Qz"
    rehearsal.client("ssm").put_parameter(Name="/secret/parameter", Value=parameter, Type="SecureString")
    rehearsal.client("secretsmanager").create_secret(Name="a-secret", SecretString=secret)
    iam = rehearsal.client("iam")
    trust = json.loads(json.dumps(TRUST))
    trust["Statement"].append(
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sts:AssumeRole"}
    )
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName="reader", PolicyName="All", PolicyDocument=json.dumps(ALLOW_ALL))
    functions = rehearsal.client("lambda")
    functions.create_function(
        FunctionName="reader",
        Runtime="python3.12",
        Role=role,
        Handler="app.handler",
        Code={"ZipFile": zip_of({"app.py": READS_SECRETS})},
        Environment={"Variables": {"PLAIN": "x"}},
    )
    answer = functions.invoke(FunctionName="reader", Payload=b"{}", LogType="Tail")
    key, token, *read = json.loads(answer["Payload"].read())
    assert read == [parameter, secret]
    rehearsal.told["the function's log tail"] = answer["LogResult"]
    session = rehearsal.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    console = rehearsal.aws.rehearsal("POST", "role-session", RoleName="reader")
    rehearsal.secrets |= {
        "parameter": parameter,
        "secret": secret,
        "the function's key": key,
        "the function's token": token,
        "a session's key": session["SecretAccessKey"],
        "a session's token": session["SessionToken"],
        **{f"role-session's {name}": value for name, value in _texts(console) if name in _SECRET_MEMBERS},
    }
    url = rehearsal.client("s3").generate_presigned_url("list_buckets", ExpiresIn=60)
    rehearsal.secrets["presigned"] = url.rpartition("Signature=")[2]
    urlopen(Request(url)).read()


_SECRET_MEMBERS = ("SecretAccessKey", "SessionToken", "secret_access_key", "session_token")


def _texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(each, key)
    elif isinstance(value, str):
        yield name, value


def _run(rehearsal: Rehearsal) -> None:
    """The workshop by the command line, with what it says."""
    for arguments in (LAUNCH, *READ_COMMANDS):
        answer = rehearse(*arguments, env=rehearsal.aws.environment)
        rehearsal.told[f"rehearse {' '.join(arguments)}"] = answer.out + answer.err
        assert arguments != LAUNCH or answer.exit_code == 0, answer.err


def _look(rehearsal: Rehearsal) -> None:
    """Objects, logs, mails, pages and answers."""
    for service, operations in LIST_CALLS.items():
        for operation in operations:
            rehearsal.told[f"{service} {operation}"] = repr(getattr(rehearsal.client(service), operation)())
    pipelines = rehearsal.client("codepipeline")
    for pipeline in pipelines.list_pipelines()["pipelines"]:
        for operation in ("list_action_executions", "list_pipeline_executions"):
            told = getattr(pipelines, operation)(pipelineName=pipeline["name"])
            rehearsal.told[f"codepipeline {operation}"] = repr(told)
    for job in rehearsal.client("sagemaker").list_training_jobs()["TrainingJobSummaries"]:
        told = rehearsal.client("sagemaker").describe_training_job(TrainingJobName=job["TrainingJobName"])
        rehearsal.told["sagemaker describe_training_job"] = repr(told)
    logs = rehearsal.client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        told = logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
        rehearsal.told[f"log group {group['logGroupName']}"] = "\n".join(each["message"] for each in told)
    rehearsal.told |= dict(_objects(rehearsal.client("s3")))
    for path in ("_rehearsal/health", "_rehearsal/nothing", "approve/nothing"):
        rehearsal.told[path] = _page(f"{rehearsal.aws.url}/{path}")
    for capability in ("clock", "mailbox", "faults", "quotas", "iam/usage", "model-pipelines"):
        rehearsal.told[capability] = json.dumps(rehearsal.aws.rehearsal("GET", capability))


def _page(url: str) -> str:
    try:
        with urlopen(url) as answer:
            return str(answer.read())
    except OSError as error:
        return str(getattr(error, "read", lambda: b"")())


def _objects(s3: Any) -> Iterator[tuple[str, str]]:
    """Every object's text, and that of each file in the zips among them."""
    for bucket in (each["Name"] for each in s3.list_buckets()["Buckets"]):
        for key in (each["Key"] for each in s3.list_objects_v2(Bucket=bucket).get("Contents", ())):
            content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            yield f"s3://{bucket}/{key}", content.decode("latin-1")
            if zipfile.is_zipfile(io.BytesIO(content)):
                archive = zipfile.ZipFile(io.BytesIO(content))
                for name in archive.namelist():
                    yield f"s3://{bucket}/{key}!{name}", archive.read(name).decode("latin-1")


def test_the_run_told_what_can_be_searched(done: Rehearsal) -> None:
    assert len(done.secrets) > 30
    assert any(place.endswith("!training-job.json") for place in done.told)
    assert any("read 26 26" in text for text in done.told.values())
    assert (done.folder / "log").stat().st_size > 0


def test_no_answer_log_page_or_artifact_tells_a_secret(done: Rehearsal) -> None:
    done.told["the server's log"] = (done.folder / "log").read_text()
    leaks = [
        (what, where) for where, text in done.told.items() for what, secret in done.secrets.items() if secret in text
    ]
    assert leaks == []


def test_no_file_that_others_may_read_holds_a_secret(done: Rehearsal) -> None:
    scratch = Path(done.aws.rehearsal("GET", "mailbox")["folder"]).parent
    open_files = [path for root in (done.folder / "state", scratch) for path in root.rglob("*") if _is_open(path, root)]
    content = {path: path.read_bytes().decode("latin-1") for path in open_files}
    assert [
        (what, path) for path, text in content.items() for what, secret in done.secrets.items() if secret in text
    ] == []


def _is_open(path: Path, root: Path) -> bool:
    """Whether somebody else could open the file: all folders above it would have to let them pass."""
    if not path.is_file() or path.is_symlink() or not stat.S_IMODE(path.stat().st_mode) & 0o077:
        return False
    above = [each for each in path.parents if each == root or root in each.parents]
    return all(stat.S_IMODE(each.stat().st_mode) & 0o011 for each in above)
