"""A function whose process was forked from one with boto3 in it cannot tell: it finds what a process of its own
would."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.localaws.deploying import zip_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every function gets a new process")

LOOKS = """
import os, sys, threading
import boto3

def handler(event, context):
    return {
        "program": os.path.basename(sys.orig_argv[1]),
        "pid": os.getpid(),
        "parent": os.getppid(),
        "leads": os.getpid() == os.getpgid(0) == os.getsid(0),
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "environment": dict(os.environ),
        "arguments": sys.argv,
        "path": sys.path,
        "folder": os.getcwd(),
        "descriptors": len(os.listdir("/proc/self/fd")),
        "modules": sorted({name.partition(".")[0] for name in sys.modules}),
    }
"""
FORKED, OF_ITS_OWN = "forking.py", "child.py"


def test_it_has_what_a_process_of_its_own_has(deploy: Callable[..., str], invoke: Callable[..., Any]) -> None:
    forked, _ = invoke(deploy(LOOKS))
    own, _ = invoke(deploy(LOOKS, Environment={"Variables": {"PYTHONHASHSEED": "1"}}))
    assert (forked["program"], own["program"]) == (FORKED, OF_ITS_OWN)
    for same in ("parent", "leads", "threads", "arguments", "descriptors"):
        assert forked[same] == own[same], same
    assert [Path(entry).name for entry in forked["path"][1:]] == [Path(entry).name for entry in own["path"][1:]]
    assert forked["path"][0] == forked["folder"] and own["path"][0] == own["folder"]
    assert forked["environment"].keys() == own["environment"].keys() - {"PYTHONHASHSEED"}
    assert set(forked["modules"]) - set(sys.stdlib_module_names) <= set(own["modules"]) | {"dateutil", "six"}


def test_a_package_that_the_zip_lacks_is_missing(deploy: Callable[..., str], invoke: Callable[..., Any]) -> None:
    told, answer = invoke(deploy("import boto3\nimport numpy\ndef handler(event, context):\n    pass\n"))
    assert answer["FunctionError"] == "Unhandled"
    assert told["errorMessage"] == "Unable to import module 'app': No module named 'numpy'"


@pytest.mark.parametrize("name", ["getpass.py", "boto3/__init__.py", "landlock.py"])
def test_the_zips_own_module_comes_before_the_runtimes(
    name: str, aws: Any, deploy: Callable[..., str], invoke: Callable[..., Any]
) -> None:
    module = name.partition("/")[0].removesuffix(".py")
    source = f"import {module} as own  # beside boto3\ndef handler(event, context):\n    return own.WHOSE\n"
    function = deploy(source)
    aws.client("lambda").update_function_code(
        FunctionName=function, ZipFile=zip_of({"app.py": source, name: "WHOSE = 'mine'\n"})
    )
    assert invoke(function)[0] == "mine"


def test_code_that_does_not_name_boto3_pays_no_memory_for_it(
    deploy: Callable[..., str], invoke: Callable[..., Any]
) -> None:
    source = "import os, sys\ndef handler(event, context):\n    return os.path.basename(sys.orig_argv[1])\n"
    assert invoke(deploy(source))[0] == OF_ITS_OWN
    assert invoke(deploy(f"# boto3\n{source}"))[0] == FORKED


def test_forks_differ_in_what_is_random(deploy: Callable[..., str], invoke: Callable[..., Any]) -> None:
    source = (
        "import boto3, random, uuid\ndef handler(event, context):\n    return [random.random(), str(uuid.uuid4())]\n"
    )
    one, other = invoke(deploy(source))[0], invoke(deploy(source))[0]
    assert not set(one) & set(other)


def test_it_exits_as_a_process_of_its_own_does(deploy: Callable[..., str], invoke: Callable[..., Any]) -> None:
    told, _ = invoke(deploy("import boto3, os\ndef handler(event, context):\n    os._exit(3)\n"))
    assert told["errorType"] == "Runtime.ExitError" and "exit status 3" in told["errorMessage"]
    told, _ = invoke(deploy("import boto3, os\ndef handler(event, context):\n    os.kill(os.getpid(), 9)\n"))
    assert told["errorType"] == "Runtime.ExitError" and "signal: killed" in told["errorMessage"]


def test_when_the_loaded_process_is_killed_functions_go_on(
    aws: Any, deploy: Callable[..., str], invoke: Callable[..., Any]
) -> None:
    invoke(deploy(LOOKS))
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and is_loaded_process(process, aws.process.pid):
            os.kill(int(process.name), 9)
    assert invoke(deploy(LOOKS))[0]["program"] in (FORKED, OF_ITS_OWN)
    assert invoke(deploy(LOOKS))[0]["program"] == FORKED


def is_loaded_process(process: Path, server: int) -> bool:
    """Whether it waits to be forked; functions have other working folders."""
    try:
        parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
        return (
            parent == server
            and FORKED in (process / "cmdline").read_text()
            and (process / "cwd").readlink() == Path("/")
        )
    except OSError:
        return False
