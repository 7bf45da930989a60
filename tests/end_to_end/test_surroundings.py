"""What surrounds a run must not reach into it: the user's AWS settings, proxies, odd folders, and processes that are
killed."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.conftest import left_behind, processes_that_know
from tests.end_to_end.rehearse import ROOT, command, environment, rehearse

NOWHERE = "http://127.0.0.1:9"


def test_a_run_follows_neither_proxies_nor_the_users_aws_settings_in_a_folder_with_a_long_name_and_spaces(
    temporary: Path, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text("[default\ngarbage = = \n")
    folder = temporary / ("a long name " * 15).strip()
    folder.mkdir()
    done = rehearse(
        "run",
        "--json",
        env={
            "TMPDIR": str(folder),
            "XDG_RUNTIME_DIR": "/nonexistent",
            "LC_ALL": "C",
            "AWS_CONFIG_FILE": str(tmp_path / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "config"),
            "AWS_PROFILE": "nobody",
            "AWS_SESSION_TOKEN": "of-another-account",
            "AWS_ENDPOINT_URL": NOWHERE,
            "AWS_ENDPOINT_URL_S3": NOWHERE,
            "AWS_CA_BUNDLE": "/nonexistent",
            "AWS_USE_FIPS_ENDPOINT": "true",
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
            **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"), NOWHERE),
        },
    )
    assert done.exit_code == 0, done.err
    assert left_behind(folder) == []
    folder.rmdir()


def test_the_exports_lead_past_the_users_settings(temporary: Path) -> None:
    process = subprocess.Popen(
        command("up", "--port", "0"),
        env=environment({"TMPDIR": str(temporary)}),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    port = process.stdout.readline().rsplit(":", 1)[1].strip()
    users = {
        "TMPDIR": str(temporary),
        "AWS_PROFILE": "nobody",
        "AWS_ENDPOINT_URL_STS": NOWHERE,
        "AWS_SESSION_TOKEN": "of-another-account",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "http_proxy": NOWHERE,
    }
    exports = rehearse("env", "--port", port, env=users)
    ask = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
    asked = subprocess.run(
        ["sh", "-c", f'{exports.out}\nexec "$0" -c "$1"', sys.executable, ask],
        env=environment(users),
        capture_output=True,
        text=True,
        check=False,
    )
    process.terminate()
    process.communicate(timeout=120)
    assert asked.stdout.strip().endswith("user/admin"), exports.err + asked.stderr


@contextmanager
def at(phase: str, temporary: Path) -> Iterator[subprocess.Popen[str]]:
    """A run that has just told of ``phase``."""
    process = subprocess.Popen(
        command("run", "--json"),
        env=environment({"TMPDIR": str(temporary)}),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if phase in line:
            break
    yield process
    process.communicate(timeout=300)


@pytest.mark.parametrize(
    "phase", ["embedded AWS", pytest.param("upload", marks=pytest.mark.full("interrupts")), "TrainModel"]
)
def test_a_killed_run_leaves_nothing_behind(phase: str, temporary: Path) -> None:
    with at(phase, temporary) as process:
        servers = [pid for pid, line in processes_that_know(str(temporary)) if "localaws.server" in line]
        process.kill()
    assert servers, "the embedded AWS was not found: mend this test"
    for pid in servers:  # it notices, cleans up and ends
        subprocess.run(["tail", f"--pid={pid}", "-f", "/dev/null"], timeout=120, check=True)


@pytest.mark.parametrize(
    "phase", [pytest.param("upload", marks=pytest.mark.full("interrupts")), "TrainModel", "SmokeTest"]
)
def test_a_killed_embedded_aws_fails_the_run_and_leaves_nothing_behind(phase: str, temporary: Path) -> None:
    with at(phase, temporary) as process:
        for pid, line in processes_that_know(str(temporary)):
            if "localaws.server" in line:
                os.kill(pid, signal.SIGKILL)
    assert process.returncode == 1


def test_a_killed_process_of_model_servers_is_replaced(temporary: Path) -> None:
    with at("TrainModel", temporary) as process:
        hosts = [pid for pid, line in processes_that_know(str(temporary)) if ".model_host" in line]
        for pid in hosts:
            os.kill(pid, signal.SIGKILL)
    assert hosts, "no such process was found: mend this test"
    assert process.returncode == 0


@pytest.mark.parametrize("region", ["cn-north-1", "us-moon-1"])
def test_a_region_that_is_not_played_is_refused(region: str, temporary: Path) -> None:
    done = rehearse("run", "--json", "--region", region, env={"TMPDIR": str(temporary)})
    assert done.exit_code == 1
    assert done.document["status"] == "Failed"
    assert region in done.document["error"]["what"]
    assert "--region" in done.document["error"]["what"]


def test_a_region_without_the_algorithm_is_explained(temporary: Path) -> None:
    done = rehearse("run", "--json", "--region", "ap-southeast-7", env={"TMPDIR": str(temporary)})
    assert done.exit_code == 1
    assert "no built-in XGBoost in this region" in done.document["error"]["next"]


def test_json_has_its_members_even_if_nothing_could_start(temporary: Path) -> None:
    done = rehearse("run", "--json", "--data", "nowhere", env={"TMPDIR": str(temporary)})
    assert done.exit_code == 2
    assert (done.document["status"], done.document["stages"], done.document["evaluations"]) == ("Failed", [], {})


def test_a_closed_standard_output_is_no_failure(temporary: Path) -> None:
    line = shlex.join(command("data", "check", "Data", "--json"))
    done = subprocess.run(
        ["sh", "-c", f"{line} >&-"], env=environment({"TMPDIR": str(temporary)}), cwd=ROOT, check=False
    )
    assert done.returncode == 0
