"""``rehearse model``: the versions of the model registry: looked at, compared, approved, rejected, deployed."""

from collections.abc import Iterable
from typing import Annotated

from typer import Argument, Exit, Option

from rehearsal.cli import project_words
from rehearsal.cli.app import command, group
from rehearsal.cli.confirmation import Consent
from rehearsal.cli.options import AccountOptions
from rehearsal.cli.output import Output
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.executions import steering
from rehearsal.toolkit.executions.executions import Status
from rehearsal.toolkit.mlops import following, projects, registry, serving
from rehearsal.toolkit.mlops.projects import Launched
from rehearsal.toolkit.mlops.registry import Version
from rehearsal.toolkit.mlops.serving import Serving
from rehearsal.toolkit.models import registry as models

model = group("model")

VersionName = Annotated[str, Argument(metavar="VERSION", help="NAME/3 (project or group), 3, or the version's ARN.")]
Note = Annotated[str, Option("--note", help="Why; it is kept with the version.")]


@command("rehearse model list customer-churn", below=model, name="list")
def list_(
    account_options: AccountOptions,
    output: Output,
    name: Annotated[
        str | None, Argument(metavar="NAME", help="A project or a model package group; the only one if not given.")
    ] = None,
) -> None:
    """List the versions of a model, newest first: approval, metrics, where each serves."""
    aws = account_options.reach()
    chosen = _group(aws, name, projects.launched(aws))
    found = list(registry.versions(aws, chosen, serving.all_of(aws)))
    document = {"group": chosen, "versions": [each.as_json() for each in found]}
    output.result(document, "\n".join(project_words.versions(found)))


def _group(aws: Aws, name: str | None, known: Iterable[Launched]) -> str:
    of_projects = {each.names.name: each.names.name_and_id for each in known}
    return registry.group_meant(registry.groups(aws), name, of_projects)


def _version(aws: Aws, address: str, served: list[Serving]) -> Version:
    name, number = registry.parse(address)
    return registry.version(aws, _group(aws, name, projects.launched(aws)), number, served)


@command("rehearse model show customer-churn/3", below=model)
def show(account_options: AccountOptions, output: Output, version: VersionName) -> None:
    """Show a version: metrics, the commit, data and job that it comes from, where it serves."""
    aws = account_options.reach()
    found = _version(aws, version, serving.all_of(aws))
    output.result(found.as_json(), project_words.version(found))


@command("rehearse model compare customer-churn/2 customer-churn/3", below=model)
def compare(account_options: AccountOptions, output: Output, first: VersionName, second: VersionName) -> None:
    """Compare two versions: metrics, and what they were made of where it differs."""
    aws = account_options.reach()
    served = serving.all_of(aws)
    one, other = _version(aws, first, served), _version(aws, second, served)
    output.result({"first": one.as_json(), "second": other.as_json()}, project_words.comparison(one, other))


@command("rehearse model approve customer-churn/3 --note 'better on the test set'", below=model)
def approve(
    account_options: AccountOptions,
    consent: Consent,
    output: Output,
    version: VersionName,
    note: Note = "",
    wait: Annotated[
        bool, Option("--wait", help="Follow the ModelDeploy that this starts until it has ended or asks for approval.")
    ] = False,
) -> None:
    """Approve a version. In a project this starts ModelDeploy."""
    aws, found = _answer(account_options, consent, output, version, models.APPROVED, note)
    owner = _owner(aws, found)
    if not wait or owner is None:
        return
    pipeline = owner.names.deploy_pipeline
    with output.display() as display:
        matches = following.of_version(aws, pipeline, found.arn)
        execution = following.find(aws, pipeline, matches, found.address)
        done = following.follow(aws, pipeline, execution, display.tell)
    if done.status.has_ended and done.status is not Status.SUCCEEDED:
        raise Exit(1)


@command("rehearse model reject customer-churn/3 --note 'unfair to new customers'", below=model)
def reject(
    account_options: AccountOptions, consent: Consent, output: Output, version: VersionName, note: Note = ""
) -> None:
    """Reject a version. What serves already stays as it is."""
    _answer(account_options, consent, output, version, models.REJECTED, note)


def _answer(
    account: AccountOptions, consent: Consent, output: Output, address: str, status: str, note: str
) -> tuple[Aws, Version]:
    """The account, and the version as it was before."""
    aws = account.reach()
    found = _version(aws, address, [])
    consent.obtain(aws, f"set the version {found.address} from {found.approval} to {status}")
    models.answer(aws, found.arn, status, note)
    text = f"{found.address}: {status}"
    if status == models.APPROVED and (owner := _owner(aws, found)):
        text += f"\nnext: rehearse project status {owner.names.name}      (ModelDeploy has started)"
    output.result({"arn": found.arn, "before": found.approval, "approval": status}, text)
    return aws, found


def _owner(aws: Aws, version: Version) -> Launched | None:
    """The project of a version; None for one that no project made."""
    return next((each for each in projects.launched(aws) if each.names.name_and_id == version.group), None)


@command("rehearse model deploy customer-churn/2", below=model)
def deploy(account_options: AccountOptions, consent: Consent, output: Output, version: VersionName) -> None:
    """Start a project's ModelDeploy with an approved version, such as a former one. It waits for approval as always."""
    aws = account_options.reach()
    found = _version(aws, version, [])
    owner = _owner(aws, found)
    if owner is None:
        raise BadInput(
            f"{found.group} is no project's group, so that no ModelDeploy knows it",
            where="VERSION",
            next_step="name a version of a project: rehearse project list",
        )
    if found.approval != models.APPROVED:
        raise BadInput(
            f"{found.address} is {found.approval}, and only an approved version is deployed",
            where="VERSION",
            next_step=f"rehearse model approve {found.address} approves it, which starts ModelDeploy",
        )
    pipeline = owner.names.deploy_pipeline
    consent.obtain(aws, f"start {pipeline} with {found.address}")
    execution = steering.start(aws, pipeline, {"ModelPackageArn": found.arn})
    text = f"{pipeline} has started with {found.address}\nnext: rehearse project status {owner.names.name}"
    output.result({"pipeline": pipeline, "executionId": execution, "arn": found.arn}, text)
