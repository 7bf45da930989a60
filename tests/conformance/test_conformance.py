"""What AWS answered, and what it documents, held against the embedded AWS: no difference but those that are listed with
their reasons."""

import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance import differing
from tests.conformance.matching import Difference, differences
from tests.conformance.scenario import Scenario, Step, filled, load
from tests.localaws.deploying import zip_of
from tests.localaws.waiting import wait_until

_SCENARIOS = load()
_KEPT = differing.load()
_OUR_FAULT = re.compile(r"InternalFailure|InternalError|InternalServerError|ServiceException|500")


def _name(scenario: Scenario) -> str:
    return f"{scenario.service}: {scenario.name}"


@pytest.mark.parametrize("scenario", _SCENARIOS, ids=_name)
def test_answers_are_those_of_aws(aws: Any, scenario: Scenario) -> None:
    known: dict[str, Any] = {
        "n": f"c{uuid.uuid4().hex[:10]}",
        "account": aws.announced.account_id,
        "region": aws.announced.region,
        "url": aws.url,
        "zip": zip_of({"index.py": "def handler(event, context):\n    return event\n"}),
    }
    found = {
        f"{number} {difference.path}".strip(): difference
        for number, step in enumerate(scenario.steps, 1)
        for difference in _taken(aws, step, known)
    }
    kept = {each.place for each in _KEPT if (each.service, each.scenario) == (scenario.service, scenario.name)}
    told = "\n".join(
        f"{place}: AWS {one.on_aws!r}, here {one.here!r}" for place, one in found.items() if place not in kept
    )
    assert not told, f"{_name(scenario)} differs\n{told}"
    assert kept <= set(found), f"no difference any more: take {sorted(kept - set(found))} off the list"


def _taken(aws: Any, step: Step, known: dict[str, Any]) -> Iterator[Difference]:
    """Make a call, keep its answer, give what differs."""
    answer, refused = _settled(aws, step, known)
    if step.answer is None and step.refused is None:
        assert refused is None, f"{step.method} prepares, and is refused: {refused}"
    if refused is not None:
        assert not _OUR_FAULT.search(str(refused["code"])), f"{step.method} failed: {refused}"
    if step.keep:
        known[step.keep] = answer
    if step.answer is not None:
        expected = filled(step.answer, known)
        yield from differences(expected, answer if refused is None else {"refused": refused})
    if step.refused is not None:
        yield from differences(filled(step.refused, known), refused or {"answered": answer})


def _settled(aws: Any, step: Step, known: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The first answer that has what the step waits for."""

    def settled() -> Any:
        called = _called(aws, step, known)
        return called if all(called[0].get(name) == value for name, value in step.until.items()) else None

    found: tuple[dict[str, Any], dict[str, Any] | None] = (
        wait_until(settled) if step.until else _called(aws, step, known)
    )
    return found


def _called(aws: Any, step: Step, known: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    client = aws.client(step.service)
    try:
        answer = getattr(client, step.method)(**filled(step.given, known))
    except ClientError as error:
        return {}, _refusal(error)
    status = answer.pop("ResponseMetadata")["HTTPStatusCode"]
    body = {name: each.read().decode() if hasattr(each, "read") else each for name, each in answer.items()}
    return ({**body, "status": status} if isinstance((step.answer or {}).get("status"), int) else body), None


def _refusal(error: ClientError) -> dict[str, Any]:
    """Code, message, status, and the members of the error's body that botocore knows."""
    told = dict(error.response)
    described, metadata = told.pop("Error"), told.pop("ResponseMetadata")
    return {"code": described["Code"], "message": described["Message"], "status": metadata["HTTPStatusCode"], **told}


def test_every_difference_that_stays_is_of_a_scenario() -> None:
    names = {(scenario.service, scenario.name) for scenario in _SCENARIOS}
    assert [each for each in _KEPT if (each.service, each.scenario) not in names] == []


def test_scenarios_have_names_of_their_own() -> None:
    names = [_name(scenario) for scenario in _SCENARIOS]
    assert sorted(names) == sorted(set(names))
