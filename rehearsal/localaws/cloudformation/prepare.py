"""From a request to a :class:`Blueprint`: the template fetched, transformed, checked; parameters valued; nothing made
yet."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote, urlparse

from botocore.exceptions import ClientError

from rehearsal.localaws.cloudformation import parameters, plan, registry, rules, transforms
from rehearsal.localaws.cloudformation.account_values import AccountValues, Clients
from rehearsal.localaws.cloudformation.parameters import Given, ParameterValue
from rehearsal.localaws.cloudformation.scope import StackScope, Surroundings, check_conditions
from rehearsal.localaws.cloudformation.stack import Blueprint
from rehearsal.localaws.cloudformation.template import Template, invalid
from rehearsal.localaws.ground.errors import AwsError, describe

BODY_LIMIT_BYTES = 51_200
URL_LIMIT_BYTES = 1_000_000
MAX_TAGS = 50


@dataclass(frozen=True)
class Wanted:
    """What a caller of CreateStack, UpdateStack or CreateChangeSet asks for, as the API has it."""

    template_body: str | None = None
    template_url: str | None = None
    use_previous_template: bool = False
    parameters: Mapping[str, Given] | None = None
    tags: Mapping[str, str] | None = None
    capabilities: tuple[str, ...] = ()
    role_arn: str | None = None
    notification_arns: tuple[str, ...] = ()
    resource_types: tuple[str, ...] = ()

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> "Wanted":
        """From the members of an API request."""
        tags = params.get("Tags")
        if tags is not None and len(tags) > MAX_TAGS:
            raise invalid(f"Template format error: Number of tags exceeds the limit of {MAX_TAGS}")
        return cls(
            template_body=params.get("TemplateBody"),
            template_url=params.get("TemplateURL"),
            use_previous_template=bool(params.get("UsePreviousTemplate")),
            parameters={
                item["ParameterKey"]: Given(item.get("ParameterValue"), bool(item.get("UsePreviousValue")))
                for item in params.get("Parameters") or []
            },
            tags=None if tags is None else {tag["Key"]: tag["Value"] for tag in tags},
            capabilities=tuple(params.get("Capabilities") or ()),
            role_arn=params.get("RoleARN"),
            notification_arns=tuple(params.get("NotificationARNs") or ()),
            resource_types=tuple(params.get("ResourceTypes") or ()),
        )


def fetch_body(wanted: Wanted, previous: Blueprint | None, client: Clients) -> str:
    """The template's text: in the request, in S3 or as before.

    Raises:
        AwsError: ValidationError, when it is nowhere or too long.
    """
    if wanted.use_previous_template and (wanted.template_body is not None or wanted.template_url is not None):
        raise invalid("UsePreviousTemplate cannot be true together with a TemplateBody or TemplateURL.")
    if wanted.use_previous_template:
        if previous is None:
            raise invalid("UsePreviousTemplate cannot be set to true as the stack does not exist")
        return previous.template.body
    if wanted.template_body is not None and wanted.template_url is None:
        length = len(wanted.template_body.encode())
        if length > BODY_LIMIT_BYTES:
            raise invalid(
                "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have "
                f"length less than or equal to {BODY_LIMIT_BYTES}"
            )
        return wanted.template_body
    if wanted.template_url is None or wanted.template_body is not None:
        raise invalid("Either Template URL or Template Body must be specified.")
    return from_s3(wanted.template_url, client)


def from_s3(url: str, client: Clients) -> str:
    """The text of an S3 object, read as the caller."""
    bucket, key, version = s3_location(url)
    try:
        asked = {"Bucket": bucket, "Key": key, **({"VersionId": version} if version else {})}
        content: bytes = client("s3").get_object(**asked)["Body"].read()
    except ClientError as error:
        raise invalid(f"S3 error: {describe(error)}") from error
    if len(content) > URL_LIMIT_BYTES:
        raise invalid(f"Template may not exceed {URL_LIMIT_BYTES} bytes in size.")
    return content.decode()


_HOSTED = re.compile(r"(?P<bucket>[^/]+)\.s3[.-][^/]*")


def s3_location(url: str) -> tuple[str, str, str | None]:
    """Bucket, key and version of an S3 URL in path style or virtual-hosted style.

    Raises:
        AwsError: ValidationError, when it is no S3 URL.
    """
    parts = urlparse(url)
    path, version = unquote(parts.path).lstrip("/"), None
    if match := re.search(r"(?:^|&)versionId=([^&]+)", parts.query):
        version = match[1]
    if parts.scheme == "s3":
        raise invalid(f"S3 error: Domain name specified in {parts.netloc} is not a valid S3 domain")
    host = parts.netloc.rpartition("@")[2]
    if hosted := _HOSTED.fullmatch(host):
        return hosted["bucket"], path, version
    is_path_style = host.startswith(("s3.", "s3-")) or host.partition(":")[0] in ("127.0.0.1", "localhost")
    bucket, _, key = path.partition("/")
    if parts.scheme not in ("http", "https") or not is_path_style or not key:
        raise invalid("TemplateURL must be a supported URL.")
    return bucket, key, version


def read(body: str) -> Template:
    """A template checked as far as that goes without parameters."""
    declared = transforms.declared(body)
    if not transforms.has_loops(declared):
        plan.check_references(declared)
    return declared


def blueprint(
    wanted: Wanted, body: str, previous: Blueprint | None, surroundings: Surroundings, client: Clients
) -> Blueprint:
    """Everything checked that CloudFormation checks before it accepts a request.

    Raises:
        AwsError: ValidationError, or InsufficientCapabilitiesException.
    """
    declared = transforms.declared(body)
    _check_capabilities(transforms.capabilities_needed(declared), wanted.capabilities)
    before = previous.parameters if previous else {}
    values = value_parameters(declared.parameters, wanted, before, client)
    processed = transforms.apply(declared, values, surroundings)
    check(processed, values, surroundings, client)
    _check_types(processed, wanted.resource_types)
    _check_capabilities(registry.capabilities_needed(processed), wanted.capabilities)
    return Blueprint(
        template=processed,
        parameters=values,
        tags=_kept(wanted.tags, previous.tags if previous else {}),
        capabilities=wanted.capabilities,
        role_arn=wanted.role_arn or (previous.role_arn if previous else None),
        notification_arns=wanted.notification_arns or (previous.notification_arns if previous else ()),
    )


def _kept(tags: Mapping[str, str] | None, before: Mapping[str, str]) -> Mapping[str, str]:
    return before if tags is None else tags


def check(
    processed: Template, values: Mapping[str, ParameterValue], surroundings: Surroundings, client: Clients
) -> None:
    """Types, references, conditions, rules and order of a template with its values."""
    registry.check_types(processed)
    plan.check_references(processed)
    registry.check_attributes(processed)
    scope = StackScope(processed, values, surroundings)
    rules.check(processed, scope, AccountValues(client))
    check_conditions(processed, scope)
    active = plan.active_resources(processed, scope)
    plan.check_references_of_active(processed, active, scope)
    plan.check_mappings(active, processed, scope)
    plan.dependencies(active, scope)


def _check_types(template: Template, allowed: tuple[str, ...]) -> None:
    """``AWS::*``, ``AWS::SNS::*`` and whole names."""
    for declared in template.resources.values() if allowed else ():
        if not any(fnmatchcase(declared.type, each) for each in allowed):
            raise invalid(
                f"Resource type {declared.type} is not allowed by parameter ResourceTypes [{', '.join(allowed)}]"
            )


def _check_capabilities(needed: tuple[str, ...], given: tuple[str, ...]) -> None:
    implied = {"CAPABILITY_IAM"} if "CAPABILITY_NAMED_IAM" in given else set()
    missing = [name for name in needed if name not in implied | set(given)]
    if missing:
        raise AwsError("InsufficientCapabilitiesException", f"Requires capabilities : [{', '.join(missing)}]")


def value_parameters(
    declarations: Mapping[str, Mapping[str, Any]],
    wanted: Wanted,
    before: Mapping[str, ParameterValue],
    client: Clients,
) -> dict[str, ParameterValue]:
    """The parameters' values, with look-ups made as the caller."""

    def ssm(name: str) -> str:
        try:
            found = client("ssm").get_parameters(Names=[name])[
                "Parameters"
            ]  # the right that the caller needs is to this
        except ClientError as error:
            raise KeyError(name) from error
        if not found:
            raise KeyError(name)
        return str(found[0]["Value"])

    exists = AccountValues(client).exists
    return parameters.values(declarations, wanted.parameters or {}, before, ssm=ssm, exists=exists)
