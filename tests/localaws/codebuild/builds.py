"""Builds run to their end, and what they said."""

from typing import Any

from tests.localaws.waiting import wait_until


def built(bench: Any, name: str, **members: Any) -> dict[str, Any]:
    """The build when it is over."""
    build_id = bench.aws.client("codebuild").start_build(projectName=name, **members)["build"]["id"]
    return ended(bench, build_id)


def ended(bench: Any, build_id: str, *, seconds: float = 120) -> dict[str, Any]:
    """A build that was started, when it is over."""
    codebuild = bench.aws.client("codebuild")

    def over() -> Any:
        build = codebuild.batch_get_builds(ids=[build_id])["builds"][0]
        return build if build["buildComplete"] else None

    found: dict[str, Any] = wait_until(over, f"build {build_id} ends", seconds=seconds)
    return found


def log_of(bench: Any, build: dict[str, Any]) -> str:
    """The lines of a build's log."""
    events = bench.aws.client("logs").get_log_events(
        logGroupName=build["logs"]["groupName"], logStreamName=build["logs"]["streamName"], startFromHead=True
    )["events"]
    return "\n".join(event["message"] for event in events)
