"""A pipeline of the user's own, from the template to the end of its run, by the command line alone."""

import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.end_to_end.rehearse import Answer, rehearse
from tests.localaws.waiting import wait_until

EXAMPLE = ROOT / "examples" / "one-function"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the embedded AWS writes in its terminal."""
    return tmp_path_factory.mktemp("server") / "log"


@pytest.fixture(scope="module")
def own(log: Path) -> Iterator[EmbeddedAws]:
    """An embedded AWS without a workshop."""
    with log.open("w") as written:
        embedded = start_embedded_aws("--continuation-delay", "0.05", log=written)
        yield embedded
        stop_embedded_aws(embedded)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("own") / "counting")


def typed(own: EmbeddedAws, *arguments: str, **options: Any) -> Answer:
    return rehearse(*arguments, env=own.environment, **options)


@pytest.fixture(scope="module")
def deployed(own: EmbeddedAws, project: Path) -> dict[str, Any]:
    """The stack after ``rehearse deploy``, before its source is there."""
    before = typed(own, "status")
    assert before.exit_code == 1
    assert "rehearse deploy TEMPLATE" in before.err
    answer = typed(own, "deploy", "template.yaml", "--json", cwd=project)
    assert answer.exit_code == 0, answer.err
    assert "1 local files are in s3://rehearsal-deploy-" in answer.err
    assert "acknowledged: CAPABILITY_IAM" in answer.err
    assert "CREATE_COMPLETE" in answer.err
    assert str(project) in answer.err
    document: dict[str, Any] = answer.document
    return document


def finished(own: EmbeddedAws, pipeline: str, status: str) -> dict[str, Any]:
    """The newest execution, when it has ended so."""

    def newest() -> dict[str, Any] | None:
        runs: list[dict[str, Any]] = typed(own, "history", "--pipeline", pipeline, "--json").document["executions"]
        return runs[0] if runs and runs[0]["status"] == status else None

    return wait_until(newest, f"an execution of {pipeline} that has {status}")


def test_a_template_with_local_code_becomes_a_stack(own: EmbeddedAws, deployed: dict[str, Any]) -> None:
    assert (deployed["name"], deployed["status"]) == ("counting", "CREATE_COMPLETE")
    assert deployed["pipelines"] == ["counting"]
    function = own.client("cloudformation").describe_stack_resource(StackName="counting", LogicalResourceId="Function")
    name = function["StackResourceDetail"]["PhysicalResourceId"]
    assert own.client("lambda").get_function(FunctionName=name)["Configuration"]["Handler"] == "index.handler"


def test_the_only_pipeline_is_taken_without_being_named(
    own: EmbeddedAws, project: Path, deployed: dict[str, Any]
) -> None:
    again = typed(own, "deploy", "template.yaml", "--source", "source", "--json", cwd=project)
    assert again.exit_code == 0, again.err
    assert again.document["status"] == "UNCHANGED"
    finished(own, "counting", "Succeeded")
    shown = typed(own, "status", "--watch")
    assert shown.exit_code == 0, shown.err
    assert "CountFiles" in shown.err
    assert "1 files" in typed(own, "status").out
    assert "1 files: hello.txt" in typed(own, "logs", "Check/CountFiles").out


def test_a_released_change_takes_variables_of_the_users_parameters_and_diff_tells_them(
    own: EmbeddedAws, project: Path, deployed: dict[str, Any]
) -> None:
    changed = typed(own, "deploy", "template.yaml", "--parameter", "MaxFiles=0", cwd=project)
    assert changed.exit_code == 0, changed.err
    released = typed(own, "release", "--pipeline", "counting")
    assert released.exit_code == 1
    assert "1 files, 0 are allowed" in released.err
    kept = typed(own, "deploy", "template.yaml", cwd=project)
    assert "UNCHANGED" in kept.out, "a parameter that is not given keeps its value"
    runs = typed(own, "history", "--json").document["executions"]
    facts = typed(own, "diff", runs[1]["pipelineExecutionId"], runs[0]["pipelineExecutionId"], "--json").document
    assert {"fact": "Check/CountFiles max-files", "before": "100", "after": "0"} in facts["differences"]
    refused = typed(own, "deploy", "template.yaml", "--parameter", "MaxFile=1", cwd=project)
    assert refused.exit_code == 2
    assert "MaxFiles" in refused.err


def test_a_function_that_fails_says_so_in_the_servers_terminal_and_by_its_name(
    own: EmbeddedAws, project: Path, deployed: dict[str, Any], log: Path
) -> None:
    code = project / "function" / "index.py"
    whole = code.read_text()
    code.write_text(whole.replace("    names = file_names", "    {}['oops']\n    names = file_names"))
    try:
        assert typed(own, "deploy", "template.yaml", cwd=project).exit_code == 0
    finally:
        code.write_text(whole)
    typed(own, "release", "--pipeline", "counting", "--no-watch")
    line = wait_until(lambda: [each for each in log.read_text().splitlines() if "'oops'" in each])[0]
    assert "failed: KeyError: 'oops' (/var/task/index.py:" in line
    assert "in handler)" in line
    function = line.partition("function ")[2].partition(" failed")[0]
    shown = typed(own, "logs", "--function", function)
    assert "KeyError: 'oops'" in shown.out
    stopped = typed(own, "stop", "--abandon", "--pipeline", "counting")
    assert stopped.exit_code == 0, stopped.err
    assert "no function none" in typed(own, "logs", "--function", "none").err
    assert "one log at a time" in typed(own, "logs", "--function", "a", "--build", "b").err


def test_what_is_there_is_listed_by_kind(own: EmbeddedAws, deployed: dict[str, Any]) -> None:
    there = typed(own, "ls", "--json").document
    assert {"name": "counting", "state": ""} in there["pipelines"]
    assert "counting" in [each["name"] for each in there["stacks"]]
    assert len(there["functions"]) == 1
    shown = typed(own, "ls")
    assert "pipelines\n  counting" in shown.out


def test_of_several_pipelines_one_must_be_named(own: EmbeddedAws, deployed: dict[str, Any], project: Path) -> None:
    assert typed(own, "deploy", "template.yaml", "--stack", "other", cwd=project).exit_code == 0
    asked = typed(own, "status")
    assert asked.exit_code == 2
    assert "there are: counting, other" in asked.err
    assert typed(own, "history", "--pipeline", "counting").exit_code == 0
    absent = typed(own, "status", "--pipeline", "none")
    assert "there is no pipeline none" in absent.err


def test_a_stack_that_cannot_be_made_says_which_resource_and_why(own: EmbeddedAws, tmp_path: Path) -> None:
    template = tmp_path / "broken.yaml"
    template.write_text(
        "Resources:\n  Topic: {Type: AWS::SNS::Topic}\n"
        "  Queue:\n    Type: AWS::SQS::Queue\n    Properties: {VisibilityTimeout: 99999}\n"
    )
    failed = typed(own, "deploy", str(template))
    assert failed.exit_code == 1
    assert "Queue" in failed.err
    template.write_text("Resources:\n  Function:\n    Type: AWS::Lambda::Function\n    Properties: {Code: nowhere/}\n")
    absent = typed(own, "deploy", str(template))
    assert absent.exit_code == 2
    assert "Code names nowhere/, which is not there" in absent.err


def test_code_is_zipped_without_caches_and_is_named_by_its_content(own: EmbeddedAws, deployed: dict[str, Any]) -> None:
    s3 = own.client("s3")
    bucket = next(each["Name"] for each in s3.list_buckets()["Buckets"] if each["Name"].startswith("rehearsal-deploy"))
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    zips = [zipfile.ZipFile(io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read())) for key in keys]
    assert all(archive.namelist() == ["index.py"] for archive in zips)
