"""No input gives 500, hangs or kills: requests made by the services' models, wrong in every way. Seeded: a failure
comes again."""

import collections
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.localaws.entrance import offered
from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.localaws.fuzz.attack import Outcome, attack

SERVICES = sorted(offered.SERVICES.values())
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
    each = 10_000 // len(SERVICES) // QUARTERS + 1
    hold(embedded, log, list(attack(embedded, SERVICES, each, SEED + quarter + 1)))
