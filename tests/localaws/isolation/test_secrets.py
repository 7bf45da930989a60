"""What a function whose role may do nothing finds out: nothing of the user's, the server's, or its siblings'.

On kernels without Landlock less holds (SECURITY.md says what); these tests need it.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.localaws.isolation import landlock
from tests.conftest import EmbeddedAws
from tests.localaws.isolation.functions import deployed
from tests.localaws.isolation.ordinary_user import User, announcement_file, embedded_aws_of, ordinary_user

SPY = """
import json, os, signal, subprocess, sys

def handler(event, context):
    try:
        return str(eval(event["try"]))
    except OSError as error:
        return type(error).__name__

def me():
    return {"pid": os.getpid(), "server": os.getppid(), "home": os.environ["HOME"],
            "key": os.environ["AWS_ACCESS_KEY_ID"], "python": sys.prefix, "code": os.getcwd()}
"""


@pytest.fixture(scope="module")
def user() -> Iterator[User]:
    with ordinary_user() as made:
        yield made


@pytest.fixture(scope="module")
def their_aws(user: User) -> Iterator[EmbeddedAws]:
    with embedded_aws_of(user) as embedded:
        yield embedded


@pytest.fixture(scope="module")
def spy(their_aws: EmbeddedAws) -> Any:
    """``spy(expression)`` evaluates it in a function without permissions."""
    invoke = deployed(their_aws, SPY, "spy", may=[])
    return lambda expression: invoke({"try": expression})


@pytest.fixture(scope="module")
def sibling(their_aws: EmbeddedAws) -> dict[str, Any]:
    """Another function: its process, its home and its key."""
    found: dict[str, Any] = eval(deployed(their_aws, SPY, "sibling", may=[])({"try": "me()"}))
    return found


needs_landlock = pytest.mark.skipif(
    not landlock.version(), reason="this kernel has no Landlock: SECURITY.md says what holds"
)


def test_no_other_program_of_the_user_reads_the_memory_of_server_and_functions(
    user: User, their_aws: EmbeddedAws, sibling: dict[str, Any]
) -> None:
    """Where the kernel has no Landlock, this is what keeps functions from each other."""
    for process in (their_aws.process.pid, sibling["pid"]):
        for file in ("environ", "mem", "maps"):
            assert user.run(f"open('/proc/{process}/{file}', 'rb').read(1)") == "PermissionError"


def test_the_server_was_started_without_the_users_settings(their_aws: EmbeddedAws) -> None:
    """Not only forgotten: this test reads as the same user, or as root, what the kernel keeps of its start."""
    try:
        with open(f"/proc/{their_aws.process.pid}/environ", "rb") as file:
            started_with = file.read()
    except PermissionError:
        return  # it may be read by root alone, see above
    assert b"REAL" not in started_with
    assert b"AWS_PROFILE" not in started_with


@needs_landlock
@pytest.mark.parametrize("file", ["environ", "mem", "maps"])
@pytest.mark.parametrize("whose", ["server", "sibling"])
def test_a_function_reads_no_other_process(
    spy: Any, their_aws: EmbeddedAws, sibling: dict[str, Any], whose: str, file: str
) -> None:
    process = sibling["pid"] if whose == "sibling" else their_aws.process.pid
    assert spy(f"open('/proc/{process}/{file}', 'rb').read(100)") == "PermissionError"
    assert spy(f"subprocess.run(['cat', '/proc/{process}/{file}'], capture_output=True).stdout") == "b''"


@needs_landlock
def test_a_function_sees_none_of_the_users_files(spy: Any, user: User, their_aws: EmbeddedAws) -> None:
    announced = announcement_file(user, their_aws.url)
    assert announced.exists()
    for file in (announced, user.home / ".aws/credentials"):
        assert spy(f"open({str(file)!r}).read()") == "PermissionError"
    for folder in (user.home, announced.parent, announced.parent.parent):
        assert spy(f"os.listdir({str(folder)!r})") == "PermissionError"
    assert spy(f"subprocess.run(['cat', {str(announced)!r}], capture_output=True).stdout") == "b''"


@needs_landlock
def test_a_function_sees_nothing_of_its_siblings(spy: Any, sibling: dict[str, Any]) -> None:
    own = eval(spy("me()"))
    assert own["key"] != sibling["key"]
    assert spy(f"os.listdir({sibling['home']!r})") == "PermissionError"
    assert spy(f"open({sibling['home']!r} + '/x', 'w')") == "PermissionError"
    assert spy(f"os.kill({sibling['pid']}, 0)") == "PermissionError"
    assert spy("os.kill(os.getppid(), signal.SIGTERM)") == "PermissionError"


@needs_landlock
def test_a_function_writes_in_its_own_folders_alone(spy: Any) -> None:
    own = eval(spy("me()"))
    assert spy("open(os.environ['HOME'] + '/x', 'w').write('x')") == "1"
    assert spy("open('/tmp/of-a-function', 'w').write('x'), os.remove('/tmp/of-a-function')") == "(1, None)"
    for folder in (own["code"], own["python"], "/var/tmp", "/usr"):
        assert spy(f"open({folder!r} + '/x', 'w')") == "PermissionError"


def test_a_function_has_what_code_needs(spy: Any) -> None:
    """Libraries, certificates, its standard output by name, processes and locks."""
    assert spy("__import__('boto3').__name__") == "boto3"
    assert spy("len(__import__('ssl').create_default_context().get_ca_certs()) >= 0") == "True"
    assert spy("__import__('multiprocessing').Lock().acquire()") == "True"
    assert (
        spy(
            "subprocess.run(['sh', '-c', 'echo x > /dev/stderr; git --version || true'], "
            "capture_output=True).stderr[:1]"
        )
        == "b'x'"
    )
