"""What is done beside the page, and what its page shows of it."""

from datetime import UTC, datetime

from rehearsal.console.works import Line, Works, line_of
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.executions.events import Note, ResourceChanged, StepFinished, StepStarted, Tell
from tests.localaws.waiting import wait_until

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_a_work_tells_its_steps_and_where_to_go() -> None:
    works = Works()

    def do(tell: Tell) -> str:
        tell(StepStarted("upload", "zips"))
        tell(StepFinished("upload", "zips", "4 functions", "", 0.4))
        return "/there"

    work = works.start("upload", "/here", do)
    wait_until(lambda: work.has_ended)
    assert (work.status, work.then, [line.status for line in work.lines]) == (
        "Succeeded",
        "/there",
        ["InProgress", "Succeeded"],
    )
    assert works.find(work.work_id) is work
    assert works.running() == []


def test_a_work_that_fails_says_why() -> None:
    def refuse(_tell: Tell) -> None:
        raise BadInput("no", where="there", next_step="do that")

    def break_down(_tell: Tell) -> None:
        raise ZeroDivisionError("by zero")

    refused, broken = Works().start("a", "/", refuse), Works().start("b", "/", break_down)
    wait_until(lambda: refused.has_ended and broken.has_ended)
    assert (refused.status, refused.error and refused.error.next_step) == ("Failed", "do that")
    assert broken.error is not None
    assert "ZeroDivisionError: by zero" in broken.error.what


def test_of_many_works_the_oldest_is_forgotten() -> None:
    works = Works()
    made = [works.start(str(number), "/", lambda _tell: None) for number in range(60)]
    assert works.find(made[0].work_id) is None
    assert works.find(made[-1].work_id) is made[-1]


def test_events_as_lines() -> None:
    changed = ResourceChanged("s", "Bucket", "AWS::S3::Bucket", "CREATE_FAILED", "it is taken")
    assert line_of(changed, NOW) == Line(NOW, "Bucket", "CREATE_FAILED", "it is taken")
    assert line_of(Note("three new"), NOW) == Line(NOW, "three new", "")
