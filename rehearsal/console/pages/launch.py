"""Launch Stack: the form of a template, what would change, and doing it."""

import tempfile
from pathlib import Path
from urllib.parse import quote, urlencode

from rehearsal.console.changes import OWN_FIELDS
from rehearsal.console.page import Asked, Change, Page
from rehearsal.console.pages import templates
from rehearsal.console.pages.templates import Template
from rehearsal.console.session import Session
from rehearsal.toolkit import project, workshop
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.data import dataset
from rehearsal.toolkit.executions.events import Tell
from rehearsal.toolkit.parameters import user_parameters
from rehearsal.toolkit.stacks import changesets, stacks, template_parameters
from rehearsal.toolkit.stacks.stacks import StackRequest
from rehearsal.toolkit.workshop import Order, Plan

COST = (
    "Stacks cost nothing themselves. The pipeline that one creates starts at once: it trains a model and leaves two "
    "endpoints, which cost by the hour until you delete them."
)
_SUFFIX = "rehearsal"


def show(session: Session, asked: Asked) -> Page:
    """The form: grouped and described as the template says; of a stack that is there, with its present values."""
    template = templates.find(asked.path["template"])
    suffix = asked.query.get("SuffixID", "")
    existing = stacks.describe(session.aws, template.stack_name(suffix)) if suffix else None
    present = stacks.parameters_of(existing) if stacks.is_usable(existing) and existing else {}
    groups = templates.groups_of(template)
    chosen = {declared.name: declared.default or "" for group in groups for _, declared in group.parameters}
    chosen |= {"SuffixID": suffix or _SUFFIX, "BucketSuffix": _bucket_suffix(session)} | present
    facts = {
        "template": template,
        "groups": groups,
        "values": chosen,
        "is_update": bool(present),
        "cost": COST,
    }
    command = "rehearse launch --review"
    return Page("launch.html", f"Launch stack: {template.title[3:]}", facts, command=command, is_live=False)


def _bucket_suffix(session: Session) -> str:
    """Names of buckets are shared with the world: on a real account the account's id makes them ours."""
    return "" if session.is_embedded else session.account_id


def prepare(session: Session, asked: Asked) -> Change:
    """Upload what the stack needs, and have CloudFormation work out what would change."""
    template = templates.find(asked.path["template"])
    declared = {each.name: each for group in templates.groups_of(template) for _, each in group.parameters}
    given = {name: value.strip() for name, value in asked.form.items() if name not in OWN_FIELDS}
    template_parameters.check(declared, given, where="the form")
    user_parameters.check_all(given)
    name = template.stack_name(given["SuffixID"])

    def do(tell: Tell) -> str | None:
        request = _request(session.aws, template, given, tell)
        reviewed = changesets.review(session.aws, request)
        if not reviewed.change_set_id:
            return f"/stacks/{quote(name)}?{urlencode({'unchanged': 'yes'})}"
        return f"/stacks/{quote(name)}/review?{urlencode({'id': reviewed.change_set_id})}"

    return Change(
        sentence=f"work out what launching the stack {name} would change",
        command=f"rehearse launch --suffix {given['SuffixID']} --review",
        then=f"/stacks/{quote(name)}",
        do=do,
        cost="A change set costs nothing. Functions and data are uploaded to your buckets for the second stack.",
        is_slow=True,
    )


def _request(aws: Aws, template: Template, given: dict[str, str], tell: Tell) -> StackRequest:
    which = Workshop(given["SuffixID"], given.get("BucketSuffix", ""))
    own = {name: value for name, value in given.items() if name not in ("SuffixID", "BucketSuffix")}
    here = project.find()
    plan = Plan(which, here, dataset.check(here.data), here.training_config, own, own)
    if template.key == "prep":
        return workshop.prep_request(plan)
    with tempfile.TemporaryDirectory(prefix="rehearse-zips-") as scratch:
        uploaded = workshop.upload(aws, plan, workshop.package(here, Path(scratch), tell), tell)
    Order.of(aws, plan).before_pipeline_stack(aws, plan)
    kept = {name: value for name, value in own.items() if value or not name.endswith("CodeVersion")}
    return workshop.pipeline_request(Plan(which, here, plan.data, plan.training_config, kept), uploaded)


def review(session: Session, asked: Asked) -> Page:
    """What a change set would do."""
    name = asked.path["name"]
    reviewed = changesets.read(session.aws, name, asked.query.get("id", ""))
    command = f"rehearse launch --suffix {name.rpartition('-')[2]} --review"
    facts = {"name": name, "reviewed": reviewed, "cost": COST}
    return Page("review.html", f"Review {name}", facts, command=command, is_live=False)


def execute(session: Session, asked: Asked) -> Change:
    """Do what was reviewed."""
    name = asked.path["name"]
    reviewed = changesets.read(session.aws, name, asked.form.get("id", ""))
    return Change(
        sentence=f"{'create' if reviewed.is_new_stack else 'update'} the stack {name}: {len(reviewed.changes)} changes",
        command=f"aws cloudformation execute-change-set --change-set-name {reviewed.change_set_id}",
        then=f"/stacks/{quote(name)}",
        do=lambda _tell: changesets.begin(session.aws, reviewed),
        cost=COST,
    )


def discard(session: Session, asked: Asked) -> Change:
    """Throw the change set away."""
    name = asked.path["name"]
    reviewed = changesets.read(session.aws, name, asked.form.get("id", ""))
    return Change(
        sentence=f"throw away the change set of {name}",
        command=f"aws cloudformation delete-change-set --change-set-name {reviewed.change_set_id}",
        then="/stacks",
        do=lambda _tell: changesets.discard(session.aws, reviewed),
    )
