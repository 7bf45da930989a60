"""The DeploymentWindow rule: the stage is entered when a window is open. Reference: user guide, "DeploymentWindow"."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rehearsal.localaws.codepipeline import window
from rehearsal.localaws.codepipeline.action_types import TypeRules
from rehearsal.localaws.codepipeline.actions.context import ActionFailed, Context
from rehearsal.localaws.codepipeline.actions.provider import Provider
from rehearsal.localaws.codepipeline.state_machine import Later, Outcome
from rehearsal.localaws.ground import clock


def act(context: Context) -> Outcome | Later:
    """Succeed when the window is open now, else look again when it opens."""
    expression, zone_name = context.required("Cron"), context.configuration.get("TimeZone", "UTC")
    try:
        zone = ZoneInfo(zone_name)
        opens = window.parse(expression).next_opening(clock.now().astimezone(zone))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ActionFailed(
            "ConfigurationError", f"The deployment window {expression!r} ({zone_name}): {error}"
        ) from error
    seconds = opens.timestamp() - clock.timestamp()
    if seconds > 0:
        return Later(seconds)
    return Outcome(summary=f"The deployment window {expression} is open.")


PROVIDERS = (Provider("Rule", "DeploymentWindow", act, TypeRules({"Cron": True, "TimeZone": False})),)
