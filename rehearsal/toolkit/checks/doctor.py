"""What would fail on an account, before it does: credentials, region, permissions, quotas, key. Nothing is changed."""

from collections.abc import Iterator

from rehearsal.toolkit.aws import translation
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.checks import keys, permissions, quotas
from rehearsal.toolkit.checks.findings import Finding, Verdict, all_guarded, guarded
from rehearsal.toolkit.checks.permissions import NOT_TO_SIMULATE
from rehearsal.toolkit.checks.quotas import Load


def unreachable(error: Exception) -> Finding:
    """The settings do not name an account: no region, an unknown profile, a broken file."""
    told = translation.explain(error)
    return Finding("account", Verdict.BAD, told.what, told.next_step)


def examine_account(aws: Aws, workshop: Workshop, load: Load, key_id: str) -> Iterator[Finding]:
    """Who calls, and whether that suffices for a workshop of this suffix under this load; ``key_id`` a KMS key or
    empty."""
    identity = credentials(aws)
    yield identity
    if identity.verdict is not Verdict.GOOD:
        return
    yield guarded("region", lambda: _region(aws))
    yield from all_guarded("permissions", lambda: permissions.examine(aws, workshop), NOT_TO_SIMULATE)
    yield from all_guarded("quotas", lambda: quotas.examine(aws, load))
    if key_id:
        yield from all_guarded("key", lambda: keys.examine(aws, key_id))


def credentials(aws: Aws) -> Finding:
    """Bad credentials are bad, whatever the reason: without them nothing else can be asked."""
    try:
        return Finding("credentials", Verdict.GOOD, aws.identity.arn)
    except translation.FAILURES as error:
        told = translation.explain(error)
        return Finding("credentials", Verdict.BAD, told.what, told.next_step)


def _region(aws: Aws) -> Finding:
    regions = aws.session.get_available_regions("sagemaker", aws.partition)
    if aws.region in regions:
        return Finding("region", Verdict.GOOD, f"{aws.region} has SageMaker")
    return Finding(
        "region",
        Verdict.WARNING,
        f"{aws.region} is not known to have SageMaker",
        f"one of {', '.join(regions[:6])} ...",
    )
