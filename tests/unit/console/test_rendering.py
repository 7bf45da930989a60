"""What comes from elsewhere is escaped and without credentials, on the page, in what is drawn again, and in the JSON
twin."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from rehearsal.console import plain
from rehearsal.console.page import Page
from rehearsal.console.pictures.parallel import Line
from rehearsal.console.rendering import Rendering
from rehearsal.console.session import Session
from rehearsal.toolkit.executions.executions import Status
from rehearsal.toolkit.models.tuning_jobs import Trial, TuningJob

SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00"
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7*7 }}'


def session() -> Session:
    credentials = SimpleNamespace(secret_key=SECRET, token="FwoGZXIvYXdzEXAMPLETOKEN")
    aws: Any = SimpleNamespace(
        session=SimpleNamespace(get_credentials=lambda: credentials),
        region="us-east-1",
        endpoint_url=None,
        identity=SimpleNamespace(account_id="123456789012"),
    )
    return Session(aws, 4570, is_embedded=True, is_read_only=False)


def page(name: str) -> Page:
    stack = {
        "name": name,
        "status": "CREATE_COMPLETE",
        "description": name,
        "updated": datetime(2026, 11, 21, tzinfo=UTC),
    }
    return Page("stacks.html", name, {"stacks": [stack], "templates": []}, command=f"aws {name}")


@pytest.mark.parametrize("part", ["page", "live_part"])
def test_a_hostile_name_is_text(part: str) -> None:
    shown = getattr(Rendering(session()), part)(page(HOSTILE), f"/stacks?x={HOSTILE}")
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert "49" not in shown
    assert "&lt;script&gt;" in shown


def test_secrets_of_the_session_are_on_no_page() -> None:
    here = session()
    rendering = Rendering(here)
    secrets = f"{SECRET} {here.token} {here.cookie} FwoGZXIvYXdzEXAMPLETOKEN"
    texts = (
        rendering.page(page(secrets), "/"),
        rendering.live_part(page(secrets), "/"),
        str(rendering.twin(page(secrets))),
    )
    for text in texts:
        assert not [each for each in secrets.split() if each in text]


def test_a_tuning_job_shows_its_trials_best_and_ranges_and_hostile_names_as_text() -> None:
    trials = tuple(
        Trial(f"{HOSTILE}-{name}", "Completed", {"eta": "0.123456"}, result, 1.5)
        for name, result in (("a", 0.7), ("b", 0.6))
    )
    began = datetime(2026, 11, 21, tzinfo=UTC)
    job = TuningJob(HOSTILE, "Completed", "Random", "validation:rmse", False, {"eta": "0.1 to 1"}, began, "", trials)
    lines = [Line(each.job, each.values, each.result or 0.0) for each in trials]
    shown = Rendering(session()).page(
        Page("tuning_job.html", job.name, {"job": job, "best": job.best, "lines": lines}), "/"
    )
    assert "<script>alert" not in shown
    assert '<svg class="chart parallel"' in shown
    assert ("0.1235" in shown, "validation:rmse 0.6 is the best" in shown) == (True, True)


def test_a_name_that_is_not_given_is_an_error_not_an_empty_place() -> None:
    with pytest.raises(Exception, match="stacks"):
        Rendering(session()).page(Page("stacks.html", "", {}), "/")


def test_the_twin_has_the_facts_as_json_has_them() -> None:
    facts = {
        "status": Status.FAILED,
        "at": datetime(2026, 11, 21, tzinfo=UTC),
        "rows": (1, 2.5, None),
        "page": page("a"),
    }
    twin = plain.plain(facts, str)
    assert twin["status"] == "Failed"
    assert twin["at"] == "2026-11-21T00:00:00+00:00"
    assert twin["rows"] == [1, 2.5, None]
    assert twin["page"]["template"] == "stacks.html"


def test_the_digest_tells_whether_facts_have_changed() -> None:
    one, same, other = {"a": [1, {"b": 2}]}, {"a": (1, {"b": 2})}, {"a": [1, {"b": 3}]}
    assert plain.digest(one) == plain.digest(same) != plain.digest(other)
