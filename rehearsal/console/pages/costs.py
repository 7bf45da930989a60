"""What costs money and is still there, and removing it."""

from rehearsal.console.page import Asked, Change, Page
from rehearsal.console.session import Session
from rehearsal.toolkit.aws.errors import RehearsalError
from rehearsal.toolkit.cleanup import leftovers, teardown
from rehearsal.toolkit.cleanup.leftovers import Leftover
from rehearsal.toolkit.endpoints import inventory
from rehearsal.toolkit.executions.events import Tell
from rehearsal.toolkit.stacks import discovery


def show(session: Session, _asked: Asked) -> Page:
    """What of each workshop is there, and endpoints of nobody's workshop."""
    workshops = [launched.workshop for launched in discovery.launched(session.aws)]
    surveys = {which.suffix: leftovers.survey(session.aws, which) for which in workshops}
    found = [{"suffix": suffix, "things": [_row(each) for each in left]} for suffix, left in surveys.items()]
    known = {each.name for left in surveys.values() for each in left}
    others = [each for each in inventory.listed(session.aws) if each["name"] not in known]
    return Page("costs.html", "Costs", {"workshops": found, "others": others}, command="rehearse leaks", is_live=False)


def _row(each: Leftover) -> dict[str, str]:
    return {"kind": each.kind.label, "name": each.name, "detail": each.detail, "cost": each.cost}


def remove(session: Session, asked: Asked) -> Change:
    """Remove a workshop entirely."""
    which = discovery.workshop(session.aws, asked.form.get("suffix", ""))

    def do(tell: Tell) -> None:
        result = teardown.destroy(session.aws, which, tell)
        if result.remaining:
            first = result.remaining[0]
            raise RehearsalError(
                f"{len(result.remaining)} things could not be removed: {first.kind.label} {first.name} "
                f"{result.reasons[first.name]}",
                where=f"workshop {which.suffix}",
                next_step="open Costs again, and remove once more what is left",
            )

    return Change(
        sentence=f"remove the workshop {which.suffix} entirely: executions, endpoints, models, buckets with their "
        "data, stacks, logs",
        command=f"rehearse destroy --suffix {which.suffix} --yes",
        then="/costs",
        do=do,
        cost="Nothing of it costs money afterwards. Data and models in its buckets are gone for good.",
        is_destructive=True,
        is_slow=True,
    )
