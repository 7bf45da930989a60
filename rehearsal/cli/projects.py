"""``rehearse project``: a team's repositories, pipelines and registry, from one template."""

import time
from enum import StrEnum
from typing import Annotated

from typer import Argument, Exit, Option

from rehearsal.cli import project_words
from rehearsal.cli.app import command, group
from rehearsal.cli.confirmation import Consent
from rehearsal.cli.display import Display
from rehearsal.cli.lab_words import not_removed
from rehearsal.cli.options import AccountOptions
from rehearsal.cli.output import Output
from rehearsal.toolkit import project as checkout
from rehearsal.toolkit.aws import capabilities
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.executions import executions, steering, watching
from rehearsal.toolkit.executions.executions import Status
from rehearsal.toolkit.mlops import catalog, following, leftovers, names, projects, seeds, standing
from rehearsal.toolkit.mlops.names import ProjectNames
from rehearsal.toolkit.stacks import discovery, template_parameters

project = group("project")

Name = Annotated[str, Argument(metavar="NAME", help="The project's name.")]


class Source(StrEnum):
    """Where the two repositories are."""

    CODECOMMIT = "codecommit"
    CONNECTION = "connection"


_TYPES = {Source.CODECOMMIT: "CodeCommit", Source.CONNECTION: "Connection"}
_DECIDED = ("SageMakerProjectName", "SageMakerProjectId", "SeedBucket", "SourceType")


@command("rehearse project create customer-churn", below=project)
def create(
    account_options: AccountOptions,
    consent: Consent,
    output: Output,
    name: Name,
    source: Annotated[
        Source,
        Option(
            help="CodeCommit makes the repositories with their first commit; a connection takes those that are there."
        ),
    ] = Source.CODECOMMIT,
    parameter: Annotated[
        list[str] | None, Option(help="A parameter of the project's template, NAME=VALUE; repeatable.")
    ] = None,
    wait: Annotated[bool, Option("--wait", help="Follow the first execution of ModelBuild to its end.")] = False,
) -> None:
    """Create a project: two repositories, a CodePipeline that makes and registers a model, one that deploys it.

    The first execution of ModelBuild starts by itself. With --wait the command exits 0 only if it Succeeded.
    """
    began, here = time.monotonic(), checkout.find()
    chosen = discovery.assignments(parameter or [])
    declared = template_parameters.declared_in(seeds.folder(here) / projects.TEMPLATE)
    template_parameters.check(
        {key: each for key, each in declared.items() if key not in _DECIDED}, chosen, where="--parameter"
    )
    made, aws = names.new(name), account_options.reach()
    projects.check_free(aws, name)
    consent.obtain(aws, f"create the project {name}, run its ModelBuild (about 0.10 USD of jobs by list price)")
    with output.display() as display:
        result = projects.create(aws, here, made, {"SourceType": _TYPES[source], **chosen}, display.tell)
        status = _first_execution(aws, made, display) if wait else None
    document = {
        "name": made.name,
        "id": made.id,
        "stack": made.stack,
        "outputs": result.outputs,
        "modelBuild": status and str(status),
        "elapsedSeconds": round(time.monotonic() - began, 3),
    }
    output.result(document, project_words.created(made, result.outputs, source is Source.CONNECTION))
    if status not in (None, Status.SUCCEEDED):
        raise Exit(1)


def _first_execution(aws: Aws, made: ProjectNames, display: Display) -> Status:
    execution = watching.adopt(aws, made.build_pipeline)
    return watching.watch(aws, made.build_pipeline, execution, display.tell).status


@command("rehearse project list", below=project, name="list")
def list_(account_options: AccountOptions, output: Output) -> None:
    """List the projects of this account and region."""
    aws = account_options.reach()
    found = projects.launched(aws)
    document = [
        {"name": each.names.name, "id": each.names.id, "stack": each.stack, "status": each.status} for each in found
    ]
    rows = [f"{each.names.name:<32} {each.names.id:<16} {each.status}" for each in found]
    text = "\n".join(rows) or f"no project in region {aws.region}\nnext: rehearse project create NAME"
    output.result({"projects": document}, text)


@command("rehearse project status customer-churn", below=project)
def status(account_options: AccountOptions, output: Output, name: Name) -> None:
    """Show where a project stands: both pipelines stage by stage, the versions of its model, what serves."""
    aws = account_options.reach()
    found = standing.read(aws, projects.named(aws, name))
    output.result(found.as_json(), project_words.standing(found))


@command("rehearse project open customer-churn", below=project, name="open")
def open_(account_options: AccountOptions, output: Output, name: Name) -> None:
    """Show where a project's repositories are cloned from, and where its pages are."""
    aws = account_options.reach()
    found = projects.named(aws, name)
    is_rehearsal = capabilities.is_rehearsal(aws)
    pages = {} if is_rehearsal else project_words.pages(found.names, aws.region)
    document = {
        "modelBuildRepository": found.outputs.get("ModelBuildRepository"),
        "modelDeployRepository": found.outputs.get("ModelDeployRepository"),
        "pages": pages,
    }
    output.result(document, project_words.places(found, pages, is_rehearsal=is_rehearsal))


@command("rehearse project approve customer-churn", below=project)
def approve(
    account_options: AccountOptions,
    consent: Consent,
    output: Output,
    name: Name,
    reject: Annotated[bool, Option("--reject", help="Say no: production stays as it is.")] = False,
    wait: Annotated[bool, Option("--wait", help="Follow the deployment to its end.")] = False,
    summary: Annotated[str, Option(help="Why; it is kept with the execution.")] = "",
) -> None:
    """Answer ModelDeploy, which asks before production gets what staging serves."""
    aws = account_options.reach()
    pipeline = projects.named(aws, name).names.deploy_pipeline
    consent.obtain(aws, f"{'reject' if reject else 'approve'} the deployment that {pipeline} asks for")
    said = summary or ("rejected by rehearse project" if reject else "approved by rehearse project")
    action = steering.approve(aws, pipeline, None, approved=not reject, summary=said)
    if wait:
        with output.display() as display:
            following.follow(aws, pipeline, executions.newest(aws, pipeline), display.tell)
    document = {"pipeline": pipeline, "action": action, "approved": not reject}
    output.result(document, f"{action}: {'rejected' if reject else 'approved'}\nnext: rehearse project status {name}")


@command("rehearse project watch customer-churn --commit 1a2b3c", below=project)
def watch(
    account_options: AccountOptions,
    output: Output,
    name: Name,
    commit: Annotated[str | None, Option(help="The commit that was pushed; the newest execution if not given.")] = None,
    deployment: Annotated[bool, Option("--deploy", help="ModelDeploy in place of ModelBuild.")] = False,
) -> None:
    """Follow an execution of ModelBuild or ModelDeploy until it has ended or asks for approval. Exits 1 on failure."""
    aws = account_options.reach()
    names_ = projects.named(aws, name).names
    pipeline = names_.deploy_pipeline if deployment else names_.build_pipeline
    with output.display() as display:
        execution = (
            following.find(aws, pipeline, following.of_commit(commit), f"the commit {commit}")
            if commit
            else executions.newest(aws, pipeline)
        )
        done = following.follow(aws, pipeline, execution, display.tell)
    document = {"pipeline": pipeline, "executionId": execution, "status": str(done.status)}
    output.result(document, f"{pipeline}: {done.status}")
    if done.status.has_ended and done.status is not Status.SUCCEEDED:
        raise Exit(1)


@command("rehearse project publish --principal arn:aws:iam::123456789012:role/Studio", below=project)
def publish(
    account_options: AccountOptions,
    consent: Consent,
    output: Output,
    principal: Annotated[str, Option(help="ARN of the user or role that may make projects, such as Studio's role.")],
) -> None:
    """Make the template a product of Service Catalog, of which SageMaker makes projects (CreateProject, Studio)."""
    aws, here = account_options.reach(), checkout.find()
    consent.obtain(aws, f"create or update the stack {catalog.STACK} and the bucket {catalog.bucket(aws)}")
    with output.display() as display:
        made = catalog.publish(aws, here, principal, display.tell)
    product = made.outputs["ProductId"]
    said = [
        f"product {product}",
        "next: aws sagemaker create-project --project-name NAME "
        f"--service-catalog-provisioning-details ProductId={product}",
    ]
    output.result({"stack": made.name, "status": made.status, **made.outputs}, "\n".join(said))


@command("rehearse project unpublish", below=project)
def unpublish(account_options: AccountOptions, consent: Consent, output: Output) -> None:
    """Remove the product and its bucket, after the projects that SageMaker made of it: they need its role."""
    aws = account_options.reach()
    made_of_it = [each.names.name for each in projects.launched(aws) if each.stack.startswith("SC-")]
    if made_of_it:
        raise BadInput(
            f"projects were made of the product: {', '.join(made_of_it)}",
            where="Service Catalog",
            next_step=f"rehearse project delete {made_of_it[0]}",
        )
    consent.obtain(aws, f"DELETE the stack {catalog.STACK} and the bucket {catalog.bucket(aws)}")
    with output.display() as display:
        catalog.unpublish(aws, display.tell)
    output.result({"removed": catalog.STACK}, f"{catalog.STACK} and its bucket are gone")


@command("rehearse project delete customer-churn", below=project)
def delete(account_options: AccountOptions, consent: Consent, output: Output, name: Name) -> None:
    """Remove a project entirely: endpoints, versions, pipelines, repositories, bucket with every version, stacks."""
    aws = account_options.reach()
    found = projects.named(aws, name)
    things = leftovers.survey(aws, found)
    what = f"DELETE the project {name} with its repositories, data and models ({len(things)} things)"
    consent.obtain(aws, what)
    with output.display() as display:
        done = leftovers.destroy(aws, found, display.tell)
    removed = [{"kind": each.kind.label, "name": each.name} for each in done.removed]
    text = f"{name}: {len(done.removed)} things removed, {len(done.remaining)} left"
    output.result({"removed": removed, "remaining": done.reasons}, text)
    if done.remaining:
        error = not_removed(done)
        error.is_reported = output.json  # the document has told it
        raise error
