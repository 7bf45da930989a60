"""``rehearse doctor``: what would fail, before it does."""

from dataclasses import replace
from typing import Annotated

from rich.markup import escape
from typer import Exit, Option

from rehearsal.cli.app import command
from rehearsal.cli.confirmation import default_bucket_suffix
from rehearsal.cli.embedded import DEFAULT_PORT
from rehearsal.cli.options import AccountOptions, ContentOptions
from rehearsal.cli.output import Output
from rehearsal.localaws.ground import user_settings
from rehearsal.localaws.isolation import promises
from rehearsal.localaws.isolation.promises import Promise
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.aws.translation import FAILURES, explain
from rehearsal.toolkit.checks import before_launch, machine, quotas
from rehearsal.toolkit.checks import doctor as checks
from rehearsal.toolkit.checks.findings import Finding, Verdict
from rehearsal.toolkit.checks.quotas import Load

_COLOURS = {Verdict.GOOD: "green", Verdict.WARNING: "yellow", Verdict.BAD: "red", Verdict.UNKNOWN: "dim"}

_PLANNED = "What would be launched"


@command("rehearse doctor --account --suffix sde")
def doctor(
    account: AccountOptions,
    content: ContentOptions,
    output: Output,
    port: Annotated[int, Option(help="Port that the embedded AWS would take.", min=1, max=65535)] = DEFAULT_PORT,
    attendees: Annotated[
        int, Option(metavar="COUNT", help="How many workshops the quotas must suffice for.", min=1)
    ] = 1,
    training_instance_type: Annotated[
        str, Option(metavar="TYPE", help="Instance type of training jobs.", rich_help_panel=_PLANNED)
    ] = "ml.m5.xlarge",
    endpoint_instance_type: Annotated[
        str, Option(metavar="TYPE", help="Instance type of endpoints.", rich_help_panel=_PLANNED)
    ] = "ml.m5.large",
    key: Annotated[str, Option(help="KMS key that SSEKMSKeyId would name.")] = "",
    suffix: Annotated[str, Option(envvar="REHEARSE_SUFFIX", help="SuffixID that would be launched.")] = "rehearsal",
    bucket_suffix: Annotated[
        str | None, Option(help="Tail of bucket names; on a real account the account id if not given.")
    ] = None,
    machine_only: Annotated[bool, Option("--machine-only", help="Leave the account alone.")] = False,
    before_a_launch: Annotated[
        bool,
        Option(
            "--account", help="Check all that a first launch needs: names, templates, policies, image, what is named."
        ),
    ] = False,
) -> None:
    """Check this machine and the account: what would fail, before it does. Exits 1 if anything is bad.

    Nothing is changed; --account makes a change set of each template and deletes it, which is free.
    """
    findings = list(machine.examine(port, user_settings.temporary_folder()))
    findings += map(_of_promise, promises.of_this_system())
    if not machine_only:
        try:
            aws = account.reach()
            workshop = Workshop(suffix, default_bucket_suffix(aws, bucket_suffix))
        except FAILURES as error:
            findings.append(checks.unreachable(error))
        else:
            load = Load(attendees, training_type=training_instance_type, endpoint_type=endpoint_instance_type)
            findings += _account(aws, workshop, content, load, key, before_a_launch)
    _answer(findings, output)


def _account(
    aws: Aws, workshop: Workshop, content: ContentOptions, load: Load, key: str, before_a_launch: bool
) -> list[Finding]:
    """The account, and beside it what is wrong with what would be launched."""
    try:
        plan = content.plan(workshop)
    except FAILURES as error:
        told = explain(error)
        verdict = Verdict.BAD if before_a_launch else Verdict.UNKNOWN
        content_finding = Finding("what would be launched", verdict, told.what, told.next_step)
        return [*checks.examine_account(aws, workshop, load, key), content_finding]
    builds = plan.parameters.get("BuildFunctions") == "true"
    load = replace(load, environments=quotas.environments_of(plan.parameters), builds=builds)
    found = list(checks.examine_account(aws, workshop, load, key))
    if before_a_launch and found[0].verdict is Verdict.GOOD:
        found += before_launch.examine(aws, plan)
    return found


def _answer(findings: list[Finding], output: Output) -> None:
    document = [
        {"check": each.check, "verdict": str(each.verdict), "found": each.found, "remedy": each.remedy}
        for each in findings
    ]
    output.result({"findings": document}, "\n".join(map(_line, findings)))
    if any(each.verdict is Verdict.BAD for each in findings):
        raise Exit(1)


def _of_promise(promise: Promise) -> Finding:
    verdict = Verdict.GOOD if promise.holds else Verdict.WARNING
    return Finding(promise.about, verdict, promise.meaning, promise.remedy)


def _line(finding: Finding) -> str:
    colour = _COLOURS[finding.verdict]
    remedy = f"\n   next: {escape(finding.remedy)}" if finding.remedy and finding.verdict is not Verdict.GOOD else ""
    return f"[{colour}]{finding.verdict:<8}[/] {escape(finding.check):<34} {escape(finding.found)}{remedy}"
