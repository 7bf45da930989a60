"""How many requests of a storm the embedded AWS answers with an error of its own: ``python -m benchmarks.fuzz [--each
100] [SERVICE ...]``.

The requests are those of the tests (``tests/localaws/fuzz``): made by botocore's models and wrong in every way, signed
by the administrator. Without services named, all that moto has are attacked. Those that are offered, which the tests
hold, are marked with a star.
"""

import argparse
import collections
from pathlib import Path
from tempfile import TemporaryDirectory

import botocore.session
from moto.backend_index import backend_url_patterns

from tests.conftest import start_embedded_aws, stop_embedded_aws
from tests.localaws.fuzz.attack import Outcome, attack
from tests.localaws.fuzz.test_fuzz import SERVICES


def main() -> None:
    """Attack service after service, and print a line for each."""
    options = _options()
    with TemporaryDirectory() as folder, Path(folder, "log").open("w") as log:
        embedded = start_embedded_aws(log=log)
        print(f"{'service':28} {'requests':>8} {'faults':>6}  answers")
        for service in options.services or _all():
            outcomes = list(attack(embedded, [service], options.each, options.seed))
            _print(service, outcomes)
        stop_embedded_aws(embedded)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="as botocore names it")
    parser.add_argument("--each", type=int, default=100, help="requests to each service")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _all() -> list[str]:
    known = {name for name, _ in backend_url_patterns}
    return [name for name in botocore.session.get_session().get_available_services() if name in known]


def _print(service: str, outcomes: list[Outcome]) -> None:
    statuses = collections.Counter(each.status for each in outcomes)
    faults = sum(count for status, count in statuses.items() if status >= 500 and status != 501)
    star = "*" if service in SERVICES else " "
    told = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    print(f"{service + star:28} {len(outcomes):8} {faults:6}  {told}", flush=True)


if __name__ == "__main__":
    main()
