"""The model registry: groups, versions with their metrics, and approving or rejecting one."""

from functools import partial
from typing import Any
from urllib.parse import quote

from rehearsal.console import commands
from rehearsal.console.page import Asked, Change, Page
from rehearsal.console.session import Session
from rehearsal.toolkit.endpoints import inventory, training_data
from rehearsal.toolkit.models import registry
from rehearsal.toolkit.models.registry import ModelPackage, Version

_SHOWN = 20


def show_all(session: Session, _asked: Asked) -> Page:
    """All groups, each with its newest version."""
    facts = {"groups": registry.groups(session.aws)}
    return Page("models.html", "Models", facts, command="aws sagemaker list-model-package-groups")


def show(session: Session, asked: Asked) -> Page:
    """A group: its versions with their metrics side by side."""
    name = asked.path["group"]
    text = asked.query.get("show", "")
    length = int(text) if text.isdecimal() and 0 < int(text) <= 1000 else _SHOWN
    found = registry.versions(session.aws, name)
    packages = [_package(session, each) for each in found[:length]]
    metrics = list(dict.fromkeys(metric for each in packages for metric in each.metrics))
    facts = {
        "group": name,
        "packages": packages,
        "metrics": metrics[:6],
        "count": len(found),
        "length": length,
        "waiting": [each for each in packages if each.version.approval == registry.PENDING],
    }
    command = commands.aws("sagemaker", "list-model-packages", model_package_group_name=name)
    return Page("model_group.html", name, facts, command=command)


def _package(session: Session, version: Version) -> ModelPackage:
    """Of a version that was answered all is known; its answer may be given anew, which the list tells."""
    return session.remembered(
        ("package", version.arn, version.approval), partial(registry.read, session.aws, version.arn)
    )


def show_version(session: Session, asked: Asked) -> Page:
    """One version: where it comes from, its metrics, who answered, where it is served."""
    group, text = asked.path["group"], asked.path["version"]
    number = int(text) if text.isdecimal() else 0
    version = registry.find(registry.versions(session.aws, group), number, group)
    package = registry.read(session.aws, version.arn)
    facts = {
        "group": group,
        "package": package,
        "job": _job_of(package.model_data),
        "endpoints": inventory.serving(session.aws, version.arn, package.model_data),
    }
    command = commands.aws("sagemaker", "describe-model-package", model_package_name=version.arn)
    return Page("model_version.html", f"{group} version {number}", facts, command=command)


def _job_of(model_data: str) -> str:
    """The training job that wrote a model, by where SageMaker writes it; empty where the URL is of another form."""
    try:
        return training_data.name_in(model_data)
    except LookupError:
        return ""


def answer(session: Session, asked: Asked) -> Change:
    """Approve or reject a version."""
    group, text = asked.path["group"], asked.path["version"]
    approval = registry.APPROVED if asked.form.get("answer") == registry.APPROVED else registry.REJECTED
    comment = asked.form.get("comment", "").strip()
    number = int(text) if text.isdecimal() else 0
    version = registry.find(registry.versions(session.aws, group), number, group)

    def do(_tell: Any) -> None:
        registry.answer(session.aws, version.arn, approval, comment)

    command = commands.aws(
        "sagemaker",
        "update-model-package",
        model_package_arn=version.arn,
        model_approval_status=approval,
        approval_description=comment,
    )
    return Change(
        f"{'approve' if approval == registry.APPROVED else 'reject'} version {number} of {group}",
        command,
        f"/models/{quote(group, safe='')}/{number}",
        do,
        cost="A rule on approvals may deploy it, and endpoints cost by the hour."
        if approval == registry.APPROVED
        else "",
    )
