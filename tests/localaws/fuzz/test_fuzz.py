"""No input gives 500, hangs or kills: requests made by the services' models, wrong in every way. Seeded: a failure comes again."""

import collections
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.localaws.fuzz.attack import Outcome, attack

SERVICES = [
    "iam",
    "sts",
    "s3",
    "lambda",
    "codebuild",
    "codecommit",
    "codepipeline",
    "sagemaker",
    "cloudformation",
    "events",
    "scheduler",
    "sns",
    "sqs",
    "logs",
    "cloudwatch",
    "kms",
    "ssm",
    "secretsmanager",
    "ecr",
    "stepfunctions",
    "application-autoscaling",
]
FURTHER = ["dynamodb", "ec2", "route53"]
EACH = 20
SEED = 20261121
QUARTERS = 4


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[EmbeddedAws, Path]]:
    """An embedded AWS whose log is read."""
    log = tmp_path / "log"
    with log.open("w") as opened:
        embedded = start_embedded_aws("--continuation-delay", "0.05", log=opened)
        yield embedded, log
        stop_embedded_aws(embedded)


def faults(outcomes: list[Outcome]) -> list[str]:
    return [str(each) for each in outcomes if each.status >= 500 and each.status != 501]


def hold(embedded: EmbeddedAws, log: Path, outcomes: list[Outcome]) -> None:
    """What must be true after an attack."""
    print(
        collections.Counter(each.status for each in outcomes), f"{max(each.seconds for each in outcomes):.1f} s at most"
    )
    assert faults(outcomes) == []
    assert "Traceback" not in log.read_text()
    assert embedded.client("sts").get_caller_identity()["Account"] == "123456789012"


def test_no_request_makes_the_server_fail(own: tuple[EmbeddedAws, Path]) -> None:
    embedded, log = own
    hold(embedded, log, list(attack(embedded, SERVICES, EACH, SEED)))


@pytest.mark.full("fuzz")
@pytest.mark.parametrize("quarter", range(QUARTERS))
def test_ten_thousand_requests_make_it_neither_fail_nor_hang(own: tuple[EmbeddedAws, Path], quarter: int) -> None:
    embedded, log = own
    services = [*SERVICES, *FURTHER]
    hold(embedded, log, list(attack(embedded, services, 10_000 // len(services) // QUARTERS + 1, SEED + quarter + 1)))
