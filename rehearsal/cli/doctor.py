"""``rehearse doctor``: what would fail, before it does."""

from typing import Annotated

from rich.markup import escape
from typer import Exit, Option

from rehearsal.cli.app import command
from rehearsal.cli.embedded import DEFAULT_PORT
from rehearsal.cli.options import AccountOptions
from rehearsal.cli.output import Output
from rehearsal.localaws.ground import user_settings
from rehearsal.localaws.isolation import promises
from rehearsal.localaws.isolation.promises import Promise
from rehearsal.toolkit.aws.translation import FAILURES
from rehearsal.toolkit.checks import doctor as checks
from rehearsal.toolkit.checks.doctor import Finding, Verdict

_COLOURS = {Verdict.GOOD: "green", Verdict.WARNING: "yellow", Verdict.BAD: "red", Verdict.UNKNOWN: "dim"}


@command("rehearse doctor --attendees 30")
def doctor(
    account: AccountOptions,
    output: Output,
    port: Annotated[int, Option(help="Port that the embedded AWS would take.", min=1, max=65535)] = DEFAULT_PORT,
    attendees: Annotated[int, Option(help="How many workshops the quotas must suffice for.", min=1)] = 1,
    training_instance_type: Annotated[str, Option(help="Instance type of training jobs.")] = "ml.m5.xlarge",
    endpoint_instance_type: Annotated[str, Option(help="Instance type of endpoints.")] = "ml.m5.large",
    key: Annotated[str, Option(help="KMS key that SSEKMSKeyId would name.")] = "",
    machine_only: Annotated[bool, Option("--machine-only", help="Leave the account alone.")] = False,
) -> None:
    """Check this machine and the account: what would fail, before it does. Exits 1 if anything is bad."""
    findings = list(checks.examine_machine(port, user_settings.temporary_folder()))
    findings += map(_of_promise, promises.of_this_system())
    if not machine_only:
        asked = _asked(training_instance_type, endpoint_instance_type, attendees)
        findings += _account(account, asked, key)
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


def _account(account: AccountOptions, asked: dict[str, str], key: str) -> list[Finding]:
    """An account that no settings name is a finding beside those of the machine."""
    try:
        aws = account.reach()
    except FAILURES as error:
        return [checks.unreachable(error)]
    return list(checks.examine_account(aws, asked, key))


def _asked(training: str, endpoint: str, attendees: int) -> dict[str, str]:
    """The instances that so many workshops use at once, as UserParameters: one job and two endpoints each."""
    return {
        "Train/TrainModel": f'{{"traincompute": "{training}", "instance-count": {attendees}}}',
        "DeployTest/DeployModel": f'{{"instance-type": "{endpoint}", "instance-count": {2 * attendees}}}',
    }


def _line(finding: Finding) -> str:
    colour = _COLOURS[finding.verdict]
    remedy = f"\n   next: {escape(finding.remedy)}" if finding.remedy and finding.verdict is not Verdict.GOOD else ""
    return f"[{colour}]{finding.verdict:<8}[/] {finding.check:<34} {escape(finding.found)}{remedy}"
