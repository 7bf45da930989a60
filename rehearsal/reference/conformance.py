"""Writes what the conformance suite holds into ``docs/conformance.md``: ``python -m rehearsal.reference.conformance``.

It counts the tables of ``tests/conformance/``; the suite itself says whether they are true. A test holds the page to
them.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from tests.conformance import differing
from tests.conformance.scenario import Scenario, load

BEGIN = "<!-- conformance: begin (written by rehearsal.reference.conformance) -->"
END = "<!-- conformance: end -->"
_NAMES = {
    "cloudformation": "CloudFormation",
    "cloudwatch": "CloudWatch",
    "events": "EventBridge",
    "iam": "IAM",
    "kms": "KMS",
    "lambda": "Lambda",
    "logs": "CloudWatch Logs",
    "s3": "S3",
    "scheduler": "EventBridge Scheduler",
    "secretsmanager": "Secrets Manager",
    "sns": "SNS",
    "sqs": "SQS",
    "ssm": "Systems Manager",
    "stepfunctions": "Step Functions",
    "sts": "STS",
}


def table() -> str:
    """Markdown: for each service how many facts are held and how many differ by choice; then the differences."""
    scenarios, kept = load(), differing.load()
    rows = [_row(service, [each for each in scenarios if each.service == service]) for service in sorted(_NAMES)]
    head = (
        "| service | calls | recorded facts held | documented facts held | differing by choice |\n|---|---|---|---|---|"
    )
    reasons: dict[str, list[str]] = {}
    for each in kept:
        reasons.setdefault(each.reason, []).append(f"{_NAMES[each.service]}, {each.scenario}")
    told = [f"- {', '.join(sorted(set(places)))}: {reason}" for reason, places in reasons.items()]
    return "\n".join([head, *rows, _total(scenarios)]) + "\n\nWhat differs by choice:\n\n" + "\n".join(told)


def _row(service: str, scenarios: list[Scenario]) -> str:
    return _counted(_NAMES[service], scenarios, differing.load(), service)


def _total(scenarios: list[Scenario]) -> str:
    return _counted("**all**", scenarios, differing.load(), "")


def _counted(name: str, scenarios: list[Scenario], kept: list[differing.Kept], service: str) -> str:
    calls = sum(step.answer is not None or step.refused is not None for each in scenarios for step in each.steps)
    apart = [each for each in kept if service in ("", each.service)]
    recorded = {(each.service, each.name) for each in scenarios if each.is_recorded}
    differing_recorded = sum((each.service, each.scenario) in recorded for each in apart)
    held = _facts(each for each in scenarios if each.is_recorded) - differing_recorded
    documented = _facts(each for each in scenarios if not each.is_recorded) - (len(apart) - differing_recorded)
    return f"| {name} | {calls} | {held or '-'} | {documented or '-'} | {len(apart) or '-'} |"


def _facts(scenarios: Iterable[Scenario]) -> int:
    return sum(each.facts for each in scenarios)


def rewritten(page: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    file = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/conformance.md")
    file.write_text(rewritten(file.read_text()))
