"""No operation of any service that the embedded AWS plays is reached without a good signature, whatever else a request
says."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest

from rehearsal.localaws.authorizer.actions import SERVICES

ROOT = Path(__file__).parents[3]
BESIDE = ("cognito-identity", "cognito-idp", "dynamodbstreams", "elbv2", "s3control", "stepfunctions", "sts")


def attacked(services: list[str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.localaws.authorizer.every_operation", *services]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_no_operation_is_reached_unsigned_or_badly_signed() -> None:
    found = attacked(sorted({*SERVICES, *BESIDE}))
    assert found["operations"] > 1500
    assert found["tried"] > 30 * found["operations"]
    assert found["came in"] == []


@pytest.mark.full("authorizer")
def test_nor_is_one_of_any_service_that_boto3_knows() -> None:
    found = attacked(boto3.session.Session().get_available_services())
    assert found["came in"] == []
