"""Which runtimes can be deployed when."""

import json
import sys
from datetime import date
from typing import Any

import pytest

from rehearsal.localaws.functions import runtimes
from rehearsal.localaws.functions.runtimes import is_retired
from tests.conftest import start_embedded_aws, stop_embedded_aws
from tests.localaws.deploying import TRUST, zip_of


@pytest.mark.parametrize(
    ("runtime", "day", "create", "update"),
    [
        ("python3.7", date(2026, 11, 21), True, False),
        ("python3.9", date(2027, 1, 31), False, False),
        ("python3.9", date(2027, 2, 1), True, False),
        ("python3.9", date(2027, 3, 3), True, True),
        ("python3.12", date(2026, 11, 21), False, False),
    ],
)
def test_retirement_comes_on_awss_days(runtime: str, day: date, create: bool, update: bool) -> None:
    assert (is_retired(runtime, day), is_retired(runtime, day, updating=True)) == (create, update)


def test_retired_runtime_runs_on_this_python_where_the_user_allows_it() -> None:
    embedded = start_embedded_aws("--allow-retired-runtimes")
    try:
        iam, client = embedded.client("iam"), embedded.client("lambda")
        role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        code = {"ZipFile": zip_of({"app.py": "def handler(event, context):\n    return f'{1 + 1}'\n"})}
        made: dict[str, Any] = client.create_function(
            FunctionName="old", Runtime="python3.6", Role=role, Handler="app.handler", Code=code
        )
        assert made["Runtime"] == "python3.6"
        assert json.load(client.invoke(FunctionName="old")["Payload"]) == "2"
    finally:
        stop_embedded_aws(embedded)


def test_a_runtime_that_is_not_this_machines_python_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    here = f"python3.{sys.version_info.minor}"
    other = "python3.14" if here != "python3.14" else "python3.13"
    runtimes._say_which_python.cache_clear()
    with caplog.at_level("WARNING"):
        for runtime in (here, other, other):
            runtimes.check_runs(runtime, "Zip")
    (record,) = caplog.records
    assert f"functions of runtime {other} run on {here} here" in record.message
