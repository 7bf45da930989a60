"""What users do wrong and what goes wrong around them: the failure's type, its words (what, where, what next), what is
left.

Three tables: what is refused before anything starts, what fails in a running pipeline, and what befalls a run from
outside. No case hangs (each command has a time limit), none is reported as success, none shows a traceback.
"""

import io
import json
import os
import resource
import shutil
import socket
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Kept
from tests.end_to_end.rehearse import ROOT, Answer, command, environment, rehearse
from tests.localaws.waiting import wait_until

GUIDE_FULL_TEST = '{ "env": "Test", "s3bucket": "mlops-builtinalgo-data-sde"}", "s3key": "/test/test.csv" }'
TRAIN = (
    '{"traincompute": "ml.m5.xlarge", "model-name": "w", "modelartifactout": "b", "resourceidentifier": "sde", '
    '"databucket": "b"'
)


def hold(answer: Answer, exit_code: int, kind: str, says: tuple[str, ...]) -> None:
    """The failure is of this type, says all of that, tells what to do next, and shows no traceback."""
    assert answer.exit_code == exit_code, answer.out + answer.err
    assert "Traceback" not in answer.err
    if kind != "usage":
        error = answer.document["error"]
        assert error["type"] == kind
        assert error["next"], "the user is left without advice"
    for words in says:
        assert words.lower() in (answer.out + answer.err).lower(), answer.err


# ------------------------------------------------------------------ refused before anything starts


@dataclass(frozen=True)
class Refused:
    """Arguments that are refused; ``{dir}`` is a folder holding ``files``."""

    name: str
    arguments: tuple[str, ...]
    says: tuple[str, ...]
    kind: str = "BadInput"
    exit_code: int = 2
    files: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    stdin: str = ""


def data(**changed: str) -> dict[str, str]:
    """A good data folder with some sets changed."""
    return {f"{name}/{name}.csv": changed.get(name, "5,1,2\n6,2,3\n") for name in ("train", "validation", "test")}


def check(action: str, text: str) -> tuple[str, ...]:
    return ("params", "check", action, text)


RUN_DATA = ("run", "--data", "{dir}")
TABLE = "a,b\n" + "1,2\n" * 20
NO_CREDENTIALS = {"AWS_REGION": "us-east-1"}
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
UNREACHABLE = {**KEYS, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}

REFUSED = (
    # UserParameters
    Refused(
        "the guide's FullTest example", check("FullTest", GUIDE_FULL_TEST), ("not JSON", "column 59", "text follows")
    ),
    Refused(
        "the guide's example in a run",
        ("run", "--full-test-user-parameters", GUIDE_FULL_TEST),
        ("not JSON", "FullTest"),
    ),
    Refused("JSON that is cut off", check("SmokeTest", '{"env": "Dev"'), ("not JSON",)),
    Refused("single quotes", check("SmokeTest", "{'env': 'Dev'}"), ("not JSON",)),
    Refused("a list", check("SmokeTest", '["Dev"]'), ("SmokeTest", "object")),
    Refused(
        "an unknown key", check("SmokeTest", '{"env": "Dev", "s3bucket": "b", "s3kye": "k"}'), ("s3kye", "unknown")
    ),
    Refused("a missing key", check("FullTest", '{"env": "Test", "s3bucket": "b"}'), ("s3key",)),
    Refused("an unknown environment", check("FullTest", '{"env": "", "s3bucket": "bucket", "s3key": "k"}'), ("env",)),
    Refused(
        "a key given twice", check("FullTest", '{"env": "Test", "env": "Dev", "s3bucket": "b", "s3key": "k"}'), ("env",)
    ),
    Refused("a number for text", check("FullTest", '{"env": "Test", "s3bucket": 7, "s3key": "k"}'), ("s3bucket",)),
    Refused("an unknown hyperparameter", check("TrainModel", TRAIN + ', "hp-etaa": "0.1"}'), ("hp-etaa",)),
    Refused("a hyperparameter out of range", check("TrainModel", TRAIN + ', "hp-eta": "1.5"}'), ("hp-eta", "1.5")),
    Refused(
        "text for a hyperparameter", check("TrainModel", TRAIN + ', "hp-num-round": "many"}'), ("hp-num-round", "many")
    ),
    Refused(
        "no instance type", check("TrainModel", TRAIN.replace("ml.m5.xlarge", "big") + "}"), ("traincompute", "big")
    ),
    Refused("a missing training key", check("TrainModel", '{"traincompute": "ml.m5.xlarge"}'), ("model-name",)),
    Refused("an assignment left out", ("params", "set", "TrainModel"), ("no key is named",)),
    Refused(
        "an endpoint that is no URL", ("status", "--region", "us-east-1", "--endpoint-url", "localhost:4566"), ("URL",)
    ),
    Refused("an action that is none", check("Cook", "{}"), ("no function belongs to", "cook")),
    # data
    Refused("an empty set", RUN_DATA, ("train.csv is empty",), files=data(train="")),
    Refused("text in a number column", RUN_DATA, ("'red' in column 2", "line 2"), files=data(test="5,1,2\n6,red,3\n")),
    Refused("a wrong number of columns", RUN_DATA, ("2 columns where", "line 2"), files=data(test="5,1,2\n6,1\n")),
    Refused("sets of different width", RUN_DATA, ("differ in their number",), files=data(test="5,1,2,3\n")),
    Refused("a label missing", RUN_DATA, ("label (column 1) is missing",), files=data(validation="5,1,2\n,1,2\n")),
    Refused("a header line", RUN_DATA, ("header", "line 1"), files=data(train="quality,a,b\n5,1,2\n")),
    Refused("one column", RUN_DATA, ("one column",), files=data(train="5\n6\n")),
    Refused(
        "a missing set",
        RUN_DATA,
        ("test.csv is missing",),
        files={"train/train.csv": "5,1\n"} | {"validation/validation.csv": "5,1\n"},
    ),
    Refused("no folder", ("run", "--data", "{dir}/nowhere"), ("is not a folder",)),
    Refused("a training config without JSON", ("run", "--training-config", "{dir}"), ("holds no <model-name>.json",)),
    Refused(
        "a table that is not there",
        ("data", "split", "{dir}/no.csv", "--label-column", "0", "-o", "{dir}/o"),
        ("does not exist",),
    ),
    Refused(
        "a label column that is not there",
        ("data", "split", "{dir}/t.csv", "--label-column", "quality", "-o", "{dir}/o"),
        ("no column 'quality'", "a, b"),
        files={"t.csv": TABLE},
    ),
    Refused(
        "text that nobody encoded",
        ("data", "split", "{dir}/t.csv", "--label-column", "b", "-o", "{dir}/o"),
        ("'red' in column a", "line 22", "--encode"),
        files={"t.csv": TABLE + "red,3\n"},
    ),
    Refused(
        "a table of three rows",
        ("data", "split", "{dir}/t.csv", "--label-column", "b", "-o", "{dir}/o"),
        ("too few",),
        files={"t.csv": "a,b\n1,2\n3,4\n5,6\n"},
    ),
    Refused("an unknown data set", ("data", "fetch", "iris"), ("no data set 'iris'", "winequality")),
    Refused(
        "a download that fails",
        ("data", "fetch", "winequality", "-o", "{dir}/w.csv", "--url", "http://127.0.0.1:9/w.csv"),
        ("download failed", "127.0.0.1:9"),
        kind="AccountProblem",
        exit_code=1,
    ),
    # names and options
    Refused("capital initials", ("run", "--suffix", "SDE"), ("suffix 'SDE'", "lower-case")),
    Refused("initials too long", ("run", "--suffix", "a" * 15), ("1 to 14",)),
    Refused("a parameter without value", ("run", "--parameter", "ModelName"), ("not NAME=VALUE",)),
    Refused("a parameter that no stack has", ("run", "--parameter", "Nope=1"), ("no parameter Nope", "ModelName")),
    Refused(
        "a parameter out of its values",
        ("run", "--parameter", "SourceType=FTP"),
        ("SourceType must be one of S3, CodeCommit, Connection",),
    ),
    Refused(
        "a parameter that breaks its pattern", ("run", "--parameter", "ModelName=a_b"), ("ModelName must be up to",)
    ),
    Refused(
        "a parameter given twice", ("run", "--parameter", "ModelName=a", "--parameter", "ModelName=b"), ("given twice",)
    ),
    Refused("the suffix as a parameter", ("run", "--parameter", "SuffixID=x"), ("not set this way", "--suffix")),
    Refused(
        "a training config that is not there", ("run", "--training-config", "{dir}/no"), ("holds no <model-name>",)
    ),
    Refused("a fault without end", ("fault", "add", "delay", "--seconds", "inf"), ("--seconds",), kind="usage"),
    Refused("an unknown option", ("run", "--speed", "9"), ("--speed",), kind="usage"),
    Refused("an unknown command", ("lunch",), ("lunch",), kind="usage"),
    Refused("a port that is no number", ("up", "--port", "http"), ("--port",), kind="usage"),
    Refused("a port out of range", ("up", "--port", "70000"), ("--port",), kind="usage"),
    Refused("nothing on the port", ("env", "--port", "9"), ("no embedded AWS runs on port 9",), "NotThere", 1),
    Refused("nothing to stop", ("down", "--port", "9"), ("no embedded AWS runs on port 9",), "NotThere", 1),
    Refused(
        "outside of the project",
        ("run",),
        ("files are not here", "REHEARSAL_PROJECT"),
        kind="NotThere",
        exit_code=1,
        env={"REHEARSAL_PROJECT": "{dir}"},
    ),
    # accounts
    Refused(
        "no credentials", ("status",), ("no AWS credentials", "rehearse env"), "AccountProblem", 1, env=NO_CREDENTIALS
    ),
    Refused("no region", ("status",), ("no AWS region",), env={"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}),
    Refused("an unknown profile", ("status", "--profile", "nobody"), ("nobody",)),
    Refused("network gone", ("status",), ("does not answer", "127.0.0.1:9"), "AccountProblem", 1, env=UNREACHABLE),
    Refused("a real account without --yes", ("launch",), ("does not answer",), "AccountProblem", 1, env=UNREACHABLE),
    Refused(
        "a class of nobody",
        ("class", "status", "--suffixes", "{dir}/a.txt"),
        ("names nobody",),
        files={"a.txt": "# none\n"},
        env=KEYS,
    ),
    Refused(
        "an attendee twice",
        ("class", "status", "--suffixes", "{dir}/a.txt"),
        ("twice", "ada"),
        files={"a.txt": "ada\nada\n"},
        env=KEYS,
    ),
    Refused("no list of attendees", ("class", "status", "--suffixes", "{dir}/a.txt"), ("cannot be read",), env=KEYS),
)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_it_is_refused_before_anything_starts(case: Refused, tmp_path: Path, temporary: Path) -> None:
    for name, text in case.files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    before = sorted(tmp_path.rglob("*"))
    env = {key: value.replace("{dir}", str(tmp_path)) for key, value in case.env.items()} | {"TMPDIR": str(temporary)}
    arguments = [argument.replace("{dir}", str(tmp_path)) for argument in case.arguments]
    as_json = [] if case.kind == "usage" else ["--json"]
    hold(rehearse(*arguments, *as_json, env=env, stdin=case.stdin, timeout=300), case.exit_code, case.kind, case.says)
    assert sorted(tmp_path.rglob("*")) == before, "a refused command left files"


# ------------------------------------------------------------------ refused by, or failing in, a launched workshop


@dataclass(frozen=True)
class Broken:
    """A command that fails on a launched workshop after ``broken`` did its harm, which it repairs at the end."""

    name: str
    arguments: tuple[str, ...]
    says: tuple[str, ...]
    kind: str = "ExecutionFailed"
    broken: Callable[[Kept], Any] | None = None
    exit_code: int = 1
    stdin: str = ""


@contextmanager
def parameter(kept: Kept, action: str, assignment: str) -> Iterator[None]:
    """UserParameters changed for a while."""
    key = assignment.partition("=")[0]
    before = kept.rehearse("params", "show", action, "--json").document
    old = next(iter(before.values())).get(key)
    assert kept.rehearse("params", "set", action, assignment).exit_code == 0
    yield
    undo = [f"{key}={old}"] if old is not None else ["--unset", key]
    assert kept.rehearse("params", "set", action, *undo).exit_code == 0


@contextmanager
def replaced_object(kept: Kept, key: str, body: bytes) -> Iterator[None]:
    """An object of the data bucket replaced for a while."""
    s3, bucket = kept.client("s3"), "mlops-builtinalgo-data-sde"
    before = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3.put_object(Bucket=bucket, Key=key, Body=body)
    yield
    s3.put_object(Bucket=bucket, Key=key, Body=before)


@contextmanager
def replaced_config(kept: Kept) -> Iterator[None]:
    """A training configuration that is none; neither it nor the old one, put back, starts the pipeline by itself."""
    events = kept.client("events")
    names = [rule["Name"] for rule in events.list_rules()["Rules"] if rule["State"] == "ENABLED"]
    for name in names:
        events.disable_rule(Name=name)
    with replaced_object(kept, "training-config.zip", b"no zip"):
        yield
    for name in names:
        events.enable_rule(Name=name)


@contextmanager
def code(kept: Kept, module: str | None, source: str, **settings: Any) -> Iterator[None]:
    """The EvaluateModel function with other code (and settings) for a while; ``module`` None packs an empty zip."""
    client, name = kept.client("lambda"), "MLOps-BIA-EvaluateModel-sde"
    before = client.get_function_configuration(FunctionName=name)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(module or "readme.txt", source)
    client.update_function_code(FunctionName=name, ZipFile=packed.getvalue())
    if settings:
        client.update_function_configuration(FunctionName=name, **settings)
    yield
    client.update_function_code(
        FunctionName=name, S3Bucket="mlops-builtinalgo-lambda-code-sde", S3Key="MLOps-BIA-EvaluateModel.py.zip"
    )
    client.update_function_configuration(FunctionName=name, Timeout=before["Timeout"], MemorySize=before["MemorySize"])


@contextmanager
def revoked(kept: Kept, role_part: str) -> Iterator[None]:
    """A role's inline policies taken away for a while."""
    iam = kept.client("iam")
    role = next(each["RoleName"] for each in iam.list_roles()["Roles"] if role_part in each["RoleName"])
    policies = {
        name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }
    for name in policies:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    yield
    for name, document in policies.items():
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


HANDLER = "evaluate_model.py"
RELEASE = ("release",)


@contextmanager
def taken_bucket(kept: Kept) -> Iterator[None]:
    """Somebody else's bucket of the name."""
    kept.client("s3").create_bucket(Bucket="mlops-builtinalgo-data-taken")
    yield
    kept.client("s3").delete_bucket(Bucket="mlops-builtinalgo-data-taken")
    assert kept.rehearse("destroy", "--suffix", "taken").exit_code == 0


BROKEN = (
    Broken(
        "a key that is missing",
        RELEASE,
        ("FullTest", "nope.csv"),
        broken=lambda k: parameter(k, "FullTest", "s3key=nope.csv"),
    ),
    Broken(
        "a bucket that is missing",
        RELEASE,
        ("FullTest", "bucket"),
        broken=lambda k: parameter(k, "FullTest", "s3bucket=no-such-bucket-anywhere"),
    ),
    Broken(
        "an empty test set", RELEASE, ("FullTest", "empty"), broken=lambda k: replaced_object(k, "test/test.csv", b"")
    ),
    Broken(
        "text in the test set",
        RELEASE,
        ("FullTest", "red"),
        broken=lambda k: replaced_object(k, "test/test.csv", b"5,red,1,1,1,1,1,1,1,1,1,1\n"),
    ),
    Broken(
        "too many columns",
        RELEASE,
        ("FullTest", "column"),
        broken=lambda k: replaced_object(k, "test/test.csv", b"5" + b",1" * 20 + b"\n"),
    ),
    Broken(
        "a label that is missing in the test set",
        RELEASE,
        ("FullTest", "label"),
        broken=lambda k: replaced_object(k, "test/test.csv", b"5" + b",1" * 11 + b"\n" + b",1" * 11 + b"\n"),
    ),
    Broken(
        "an empty training set",
        RELEASE,
        ("Train/GetStatus", "No data in training channel"),
        broken=lambda k: replaced_object(k, "train/train.csv", b""),
    ),
    Broken(
        "a training config that is no zip",
        RELEASE,
        ("TrainModel", "zip"),
        broken=replaced_config,
    ),
    Broken(
        "an instance type that the service does not have",
        RELEASE,
        ("Train/TrainModel", "ml.m5.huge", "CreateTrainingJob"),
        broken=lambda k: parameter(k, "TrainModel", "traincompute=ml.m5.huge"),
    ),
    Broken(
        "a zip that is missing",
        ("launch", "--suffix", "sde", "--parameter", "EvaluateModelCodeVersion=" + "0" * 32),
        ("EvaluateModelFunction", "does not exist", "rehearse upload"),
        "StackFailed",
    ),
    Broken(
        "a pipeline role without rights",
        RELEASE,
        ("Source/TrainingConfig", "s3"),
        broken=lambda k: revoked(k, "PipelineRole"),
    ),
    Broken("a workshop that is not there", ("status", "--suffix", "zzz"), ("no workshop 'zzz'", "sde"), "NotThere"),
    Broken(
        "another region",
        ("status", "--region", "eu-west-1"),
        ("no workshop is launched in region eu-west-1",),
        "NotThere",
    ),
    Broken(
        "an action that is not there",
        ("logs", "Bake"),
        ("no action 'Bake'", "Train/TrainModel"),
        "BadInput",
        exit_code=2,
    ),
    Broken(
        "an action of two stages",
        ("logs", "DeployModel"),
        ("several actions", "DeployDev/DeployModel"),
        "BadInput",
        exit_code=2,
    ),
    Broken("a run that is not there", ("status", "ffffffffff"), ("no execution begins with",), "BadInput", exit_code=2),
    Broken(
        "an endpoint that is not there",
        ("invoke", "Moon"),
        ("no endpoint for 'Moon'", "Dev"),
        "NotThere",
        stdin="1,2\n",
    ),
    Broken("no rows", ("invoke", "Test"), ("no rows came in",), "BadInput", exit_code=2),
    Broken("rows of text", ("invoke", "Test"), ("csv",), "RehearsalError", stdin="a" + ",a" * 10 + "\n"),
    Broken(
        "too few columns",
        ("invoke", "Test"),
        ("row 2 has 2 columns", "11 features"),
        "BadInput",
        exit_code=2,
        stdin="1" + ",1" * 10 + "\n1,2\n",
    ),
    Broken(
        "rows with their label",
        ("invoke", "Test"),
        ("row 1 has 12 columns", "11 features", "label"),
        "BadInput",
        exit_code=2,
        stdin="5" + ",1" * 11 + "\n",
    ),
    Broken(
        "a fault of a service that there is not",
        ("fault", "add", "deny", "--service", "nosuch"),
        ("no service 'nosuch'",),
        "BadInput",
        exit_code=2,
    ),
    Broken(
        "a fault of an operation that there is not",
        ("fault", "add", "deny", "--service", "s3", "--operation", "NoOp"),
        ("s3 has no operation 'NoOp'",),
        "BadInput",
        exit_code=2,
    ),
    Broken(
        "parameters that are refused",
        ("params", "set", "FullTest", "thresholds=7"),
        ("thresholds",),
        "BadInput",
        exit_code=2,
    ),
    Broken(
        "a parameter nobody takes",
        ("params", "set", "Train/GetStatus", "deadline-minutes=5"),
        ("takes no UserParameters",),
        "BadInput",
        exit_code=2,
    ),
    Broken(
        "unsetting what is not set",
        ("params", "set", "FullTest", "--unset", "colour"),
        ("'colour' is not set",),
        "BadInput",
        exit_code=2,
    ),
    Broken("nothing to stop", ("stop",), ("no execution of",), "NotThere"),
    Broken(
        "a name that is taken",
        ("launch", "--suffix", "taken"),
        ("mlops-builtinalgo-data-taken", "already"),
        "StackFailed",
        broken=taken_bucket,
    ),
)


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
def test_it_fails_on_a_launched_workshop_with_the_reason(case: Broken, kept: Kept) -> None:
    before = endpoints(kept)
    if case.broken is None:
        answer = kept.rehearse(*case.arguments, "--json", stdin=case.stdin)
    else:
        with case.broken(kept):
            answer = kept.rehearse(*case.arguments, "--json", stdin=case.stdin)
    if case.kind == "ExecutionFailed":  # the document is the execution's
        assert answer.document["status"] == "Failed", answer.err
        hold(answer, case.exit_code, "usage", (*case.says, "next:"))
    else:
        hold(answer, case.exit_code, case.kind, case.says)
    assert endpoints(kept) == before, "a failure left (or took) endpoints"


def test_rows_that_are_no_text_are_named(kept: Kept) -> None:
    typed = [*command("invoke", "Test", "--json")]
    done = subprocess.run(typed, env=environment(kept.variables), cwd=ROOT, input=b"1,2\n\xff,2\n", capture_output=True)
    hold(
        Answer(done.returncode, done.stdout.decode(), done.stderr.decode()), 2, "BadInput", ("line 2", "UTF-8", "0xff")
    )


def test_what_is_wrong_with_a_launch_is_said_before_anything_is_made(kept: Kept) -> None:
    """On an account a stack, uploads and a clean-up would be the price."""
    for arguments, says in (
        (("--parameter", "Nope=1"), "no parameter Nope"),
        (("--training-config", "/nope"), "holds no <model-name>.json"),
    ):
        answer = kept.rehearse("launch", "--suffix", "early", *arguments, "--json")
        hold(answer, 2, "BadInput", (says,))
    names = [stack["StackName"] for stack in kept.client("cloudformation").describe_stacks()["Stacks"]]
    assert not [name for name in names if name.endswith("-early")]
    assert not [each for each in kept.client("s3").list_buckets()["Buckets"] if "-early" in each["Name"]]


def endpoints(kept: Kept) -> list[str]:
    return sorted(each["EndpointName"] for each in kept.client("sagemaker").list_endpoints()["Endpoints"])


# ------------------------------------------------------------------ templates, credentials, machine


def project_with(tmp_path: Path, change: Callable[[str], str]) -> dict[str, str]:
    """The variables that name a copy of the project whose prep template is changed."""
    shutil.copytree(ROOT / "cloudformation", tmp_path / "cloudformation")
    for folder in ("Data", "PipelineLambdaFunctions", "training-config"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    template = tmp_path / "cloudformation" / "builtin-algo-prep.yaml"
    template.write_text(change(template.read_text()))
    return {"REHEARSAL_PROJECT": str(tmp_path)}


TEMPLATES: dict[str, tuple[Callable[[str], str], str]] = {
    "an unknown type": (lambda text: text.replace("AWS::S3::BucketPolicy", "AWS::S3::Bouquet"), "AWS::S3::Bouquet"),
    "a circular reference": (
        lambda text: text.replace(
            "    Type: AWS::S3::Bucket\n    DeletionPolicy",
            "    Type: AWS::S3::Bucket\n    DependsOn: DataBucketPolicy\n    DeletionPolicy",
            1,
        ),
        "Circular dependency",
    ),
    "a reference to nothing": (lambda text: text.replace("!GetAtt DataBucket.Arn", "!GetAtt Bucket.Arn"), "Bucket"),
    "YAML that is broken": (lambda text: text.replace("Resources:", "Resources: ["), "template"),
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_bad_template_is_refused_and_leaves_no_stack(name: str, kept: Kept, tmp_path: Path) -> None:
    change, says = TEMPLATES[name]
    answer = kept.rehearse("launch", "--suffix", "bad", "--json", env=project_with(tmp_path, change))
    assert answer.exit_code == (2 if name == "YAML that is broken" else 1), answer.err  # which is read here already
    assert says.lower() in answer.document["error"]["what"].lower()
    assert "Traceback" not in answer.err
    stacks = kept.client("cloudformation").describe_stacks()["Stacks"]
    assert not [stack for stack in stacks if stack["StackName"].endswith("-bad")]


def test_credentials_that_the_account_does_not_know(kept: Kept) -> None:
    answer = kept.rehearse("status", "--json", env={"AWS_SECRET_ACCESS_KEY": "wrong"})
    hold(answer, 1, "AccountProblem", ("does not know these credentials",))


def test_credentials_that_have_expired(kept: Kept) -> None:
    session = kept.client("sts").get_session_token(DurationSeconds=900)["Credentials"]
    env = {
        "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["SessionToken"],
    }
    assert kept.rehearse("status", env=env).exit_code == 0
    advance(kept, 1000)
    hold(kept.rehearse("status", "--json", env=env), 1, "AccountProblem", ("expired",))


SILENT: dict[str, tuple[str | None, str, dict[str, int], str]] = {
    "never answers": (HANDLER, "def lambda_handler(event, context):\n    print('silence')\n", {}, "silence"),
    "crashes": (HANDLER, "def lambda_handler(event, context):\n    raise RuntimeError('boom')\n", {}, "boom"),
    "exits": (HANDLER, "import os\ndef lambda_handler(event, context):\n    os._exit(3)\n", {}, "exit"),
    "times out": (
        HANDLER,
        "import time\ndef lambda_handler(event, context):\n    time.sleep(30)\n",
        {"Timeout": 1},
        "timed out",
    ),
    "runs out of memory": (
        HANDLER,
        "def lambda_handler(event, context):\n    kept = [bytearray(1 << 20) for _ in range(800)]\n",
        {"MemorySize": 128},
        "signal: killed",
    ),
    "is not in its zip": (None, "nothing here", {}, "evaluate_model"),
}


@pytest.mark.parametrize("name", SILENT)
def test_a_function_that_does_not_answer_fails_after_its_twenty_minutes(name: str, kept: Kept) -> None:
    module, source, settings, says = SILENT[name]
    with code(kept, module, source, **settings):
        released = kept.rehearse("release", "--no-watch", "--json").document["pipelineExecutionId"]
        wait_until_running(kept, "DeployDev", "SmokeTest", released)
        wait_for_log(kept, released, says)
        if name == "never answers":  # which nothing tells from working on
            advance(kept, 21 * 60)
            answer = kept.rehearse("status", released, "--watch", "--json")
        else:
            answer = watch_while_time_passes(kept, released)
    hold(answer, 1, "usage", ("DeployDev/SmokeTest", "rehearse logs DeployDev/SmokeTest", "failed to return a result"))
    assert says.lower() in answer.err.lower(), "the last lines of the log are shown"
    assert answer.document["status"] == "Failed"
    if name != "never answers":
        assert "told CodePipeline nothing" in answer.err
        assert "rehearse clock advance 20m" in answer.err


def test_a_function_whose_role_lost_its_permissions_fails_after_its_twenty_minutes(kept: Kept) -> None:
    with revoked(kept, "FunctionRole"):
        released = kept.rehearse("release", "--no-watch", "--json").document["pipelineExecutionId"]
        wait_until_running(kept, "Train", "TrainModel", released)
        advance(kept, 21 * 60)
        answer = kept.rehearse("status", released, "--watch", "--json")
    hold(answer, 1, "usage", ("Train/TrainModel", "permission to call the PutJobSuccessResult", "next:"))
    assert answer.document["status"] == "Failed"


def watch_while_time_passes(kept: Kept, execution_id: str) -> Answer:
    """``rehearse status --watch``, which has time to see what is silent before twenty minutes pass."""
    process = subprocess.Popen(
        command("status", execution_id, "--watch", "--json"),
        env=environment(kept.variables),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if "rehearse env --port" in line:
            break
    advance(kept, 21 * 60)
    out, err = process.communicate(timeout=300)
    return Answer(process.returncode, out, "".join(said) + err)


def wait_for_log(kept: Kept, execution_id: str, says: str) -> None:
    """The function's log has the cause."""

    def shown() -> str:
        group = "/aws/lambda/MLOps-BIA-EvaluateModel-sde"
        events = kept.client("logs").filter_log_events(logGroupName=group)["events"]
        return "\n".join(event["message"] for event in events).lower()

    wait_until(lambda: says.lower() in shown(), lambda: f"{says!r} is in the log of {execution_id}:\n{shown()}")


def wait_until_running(kept: Kept, stage: str, action: str, execution_id: str) -> None:
    """The execution has come to this action."""

    def is_running() -> bool:
        details = kept.client("codepipeline").list_action_executions(
            pipelineName="mlops-builtinalgo-sde", filter={"pipelineExecutionId": execution_id}
        )["actionExecutionDetails"]
        states = {(each["stageName"], each["actionName"]): each["status"] for each in details}
        assert "Failed" not in states.values(), states
        return states.get((stage, action)) == "InProgress"

    wait_until(is_running, f"{stage}/{action} begins")


def advance(kept: Kept, seconds: int) -> None:
    """Let time pass on the embedded AWS."""
    moved = kept.rehearse("clock", "advance", f"{seconds}s")
    assert moved.exit_code == 0, moved.err


def test_a_port_that_is_taken(temporary: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        answer = rehearse("run", "--json", "--port", str(port), env={"TMPDIR": str(temporary)})
    hold(answer, 1, "RehearsalError", (f"port {port} of 127.0.0.1 is in use", "--port"))


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """A limit on the size of files stands for it: writing fails half-way in the same manner."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = subprocess.run(
        command("package", "-o", str(tmp_path / "zips")),
        env=environment({"PYTHONDONTWRITEBYTECODE": "1"}),
        cwd=ROOT,
        preexec_fn=limited,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "File too large" in done.stderr
    assert "free space" in done.stderr
    assert "Traceback" not in done.stderr


def test_output_that_cannot_be_written() -> None:
    with Path(os.devnull).with_name("full").open("w") as full:
        done = subprocess.run(
            command("data", "check", "Data", "--json"),
            env=environment(),
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode != 0
    assert "No space left on device" in done.stderr


def test_there_are_at_least_sixty_cases() -> None:
    assert len(REFUSED) + len(BROKEN) + len(TEMPLATES) + len(SILENT) >= 60
