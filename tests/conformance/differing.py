"""The differences from AWS that stay, with their reasons: ``differences.yaml``. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

FILE = Path(__file__).parent / "differences.yaml"


@dataclass(frozen=True)
class Kept:
    """One difference that stays. ``place`` is the step's number, from 1, and the path in its answer: ``2
    Role.MaxSessionDuration``."""

    service: str
    scenario: str
    place: str
    reason: str


def load(file: Path = FILE) -> list[Kept]:
    """Every difference that stays."""
    return [
        Kept(service, scenario, str(place), reason)
        for reason, places in yaml.safe_load(file.read_text()).items()
        for service, scenario, place in _places(places)
    ]


def _places(places: Mapping[str, Mapping[str, list[str]]]) -> list[tuple[str, str, str]]:
    return [
        (service, scenario, place)
        for service, scenarios in places.items()
        for scenario, listed in scenarios.items()
        for place in listed
    ]
