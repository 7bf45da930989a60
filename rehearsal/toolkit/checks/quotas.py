"""Whether the account's quotas suffice: the applied value where there is one, else AWS's default for everybody.

Service Quotas leaves out what was never applied to an account, which on a new one is most of it. The second release of
a workshop updates an endpoint by blue/green: its new instances run beside the old ones, so that one more is needed than
environments.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.translation import code_of
from rehearsal.toolkit.checks.findings import Finding, Verdict

_ABSENT = {"NoSuchResourceException", "AccessDeniedException"}
_LAMBDA_CONCURRENCY = 10
"""What a new account has; four functions, some waiting for others, stay below."""
ALL_TRAINING = "Number of instances across all training jobs"
ALL_ENDPOINTS = "Number of instances across active endpoints"
CONCURRENT_FUNCTIONS = "Concurrent executions"
CONCURRENT_BUILDS = "Concurrently running builds for Linux/Small environment"


@dataclass(frozen=True)
class Wanted:
    """A quota by its name in Service Quotas, and what is needed of it."""

    service: str
    name: str
    needed: int


@dataclass(frozen=True)
class Load:
    """What is to run at once: so many workshops, each with so many environments."""

    attendees: int = 1
    environments: int = 2
    training_type: str = "ml.m5.xlarge"
    endpoint_type: str = "ml.m5.large"
    builds: bool = False

    def wanted(self) -> Iterator[Wanted]:
        """The quotas that it needs."""
        endpoints = self.attendees * (self.environments + 1)
        yield Wanted("sagemaker", f"{self.training_type} for training job usage", self.attendees)
        yield Wanted("sagemaker", f"{self.endpoint_type} for endpoint usage", endpoints)
        yield Wanted("sagemaker", ALL_TRAINING, self.attendees)
        yield Wanted("sagemaker", ALL_ENDPOINTS, endpoints)
        yield Wanted("lambda", CONCURRENT_FUNCTIONS, max(_LAMBDA_CONCURRENCY, 2 * self.attendees))
        if self.builds:
            yield Wanted("codebuild", CONCURRENT_BUILDS, self.attendees)


def examine(aws: Aws, load: Load) -> Iterator[Finding]:
    """A finding for each quota; the lists of a service are read once."""
    wanted = list(load.wanted())
    for service in dict.fromkeys(each.service for each in wanted):
        asked = [each for each in wanted if each.service == service]
        values = _values(aws, service, {each.name for each in asked})
        yield from (finding_of(each, values.get(each.name)) for each in asked)


def _values(aws: Aws, service: str, names: set[str]) -> dict[str, tuple[float, str]]:
    """The value of each quota that is listed, and whether it is ``applied`` or the ``default``.

    Raises:
        ClientError: neither list can be read.
    """
    client = aws.client("service-quotas")
    found: dict[str, tuple[float, str]] = {}
    for operation, kind in (("list_service_quotas", "applied"), ("list_aws_default_service_quotas", "default")):
        try:
            for name, value in _listed(client, operation, service, names - found.keys()).items():
                found[name] = (value, kind)
        except ClientError as error:
            if code_of(error) not in _ABSENT or (kind == "default" and not found):
                raise
        if names <= found.keys():
            break
    return found


def _listed(client: Any, operation: str, service: str, names: set[str]) -> dict[str, float]:
    """Of one list, page by page until all are found."""
    found: dict[str, float] = {}
    for page in client.get_paginator(operation).paginate(ServiceCode=service):
        found |= {each["QuotaName"]: float(each["Value"]) for each in page["Quotas"] if each["QuotaName"] in names}
        if names <= found.keys():
            break
    return found


def finding_of(wanted: Wanted, value: tuple[float, str] | None) -> Finding:
    """Pure."""
    check = f"quota {wanted.name}"
    if value is None:
        return Finding(
            check,
            Verdict.UNKNOWN,
            f"Service Quotas lists no {wanted.name!r} of {wanted.service}",
            "check the instance type's spelling",
        )
    allowed, kind = value
    found = f"{allowed:g} allowed ({kind}), {wanted.needed} needed"
    if allowed >= wanted.needed:
        return Finding(check, Verdict.GOOD, found)
    return Finding(check, Verdict.BAD, found, "ask for more in Service Quotas, or choose another instance type")


def environments_of(parameters: Mapping[str, str]) -> int:
    """How many environments a stack with these parameters deploys to. Pure."""
    return 3 if parameters.get("ProdEnvironment") == "true" else 2
