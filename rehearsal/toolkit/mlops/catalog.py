"""The template of projects in Service Catalog: a bucket with it and the first commits, and ``mlops/product.yaml``.

SageMaker's CreateProject makes projects of the product then, in Studio or by the API.
"""

import hashlib
import re
from dataclasses import dataclass

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.translation import code_of
from rehearsal.toolkit.cleanup import teardown
from rehearsal.toolkit.executions.events import Tell
from rehearsal.toolkit.mlops import seeds
from rehearsal.toolkit.project import Project
from rehearsal.toolkit.stacks import stacks
from rehearsal.toolkit.stacks.stacks import StackRequest, StackResult

STACK = "sagemaker-project-catalog"
_DIGEST_LETTERS = 12
_NOT_THERE = ("404", "NoSuchBucket")


@dataclass(frozen=True)
class Edition:
    """What is uploaded: the objects by key, and which of them is the template."""

    objects: dict[str, bytes]
    template_key: str


def bucket(aws: Aws) -> str:
    """The bucket of the catalog in an account and region."""
    return f"{STACK}-{aws.identity.account_id}-{aws.region}"


def edition(here: Project, seed_bucket: str) -> Edition:
    """The template with its seeds as defaults, so that who makes a project is asked for nothing.

    Keys carry a digest of the content: another content is another version of the product.
    """
    objects = {_key(f"{name}.zip", body): body for name in seeds.REPOSITORIES for body in [seeds.zipped(here, name)]}
    text = (seeds.folder(here) / "project.yaml").read_text()
    keys = dict(zip(("ModelBuildSeedKey", "ModelDeploySeedKey"), objects, strict=True))
    for parameter, value in {"SeedBucket": seed_bucket, **keys}.items():
        text = with_default(text, parameter, value)
    template = text.encode()
    key = _key("project.yaml", template)
    return Edition({**objects, key: template}, key)


def with_default(template: str, parameter: str, value: str) -> str:
    """The template with another default of a parameter. Pure.

    Raises:
        ValueError: it has no such parameter, or that has no default.
    """
    pattern = re.compile(rf"(^  {parameter}:\n(?:    .*\n)*?    Default: ).*$", re.MULTILINE)
    found, count = pattern.subn(lambda match: f"{match[1]}{value}", template, count=1)
    if count != 1:
        raise ValueError(f"the template has no parameter {parameter} with a default")
    return found


def _key(name: str, body: bytes) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem}-{hashlib.sha256(body).hexdigest()[:_DIGEST_LETTERS]}.{ending}"


def publish(aws: Aws, here: Project, principal: str, tell: Tell) -> StackResult:
    """Upload the present edition and make the product of it; ``principal`` may make projects."""
    name = bucket(aws)
    if not _exists(aws, name):
        place = {} if aws.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": aws.region}}
        aws.client("s3").create_bucket(Bucket=name, **place)
    present = edition(here, name)
    for key, body in present.objects.items():
        aws.client("s3").put_object(Bucket=name, Key=key, Body=body)
    parameters = {"CatalogBucket": name, "TemplateKey": present.template_key, "PrincipalArn": principal}
    return stacks.launch(aws, StackRequest(STACK, seeds.folder(here) / "product.yaml", parameters), tell)


def unpublish(aws: Aws, tell: Tell) -> None:
    """Remove the product, its launch role and its bucket: projects that were made of it have to be deleted before."""
    stacks.delete(aws, STACK, tell)
    name = bucket(aws)
    if _exists(aws, name):
        teardown.empty_bucket(aws, name)
        aws.client("s3").delete_bucket(Bucket=name)


def _exists(aws: Aws, name: str) -> bool:
    try:
        aws.client("s3").head_bucket(Bucket=name)
    except ClientError as error:
        if code_of(error) in _NOT_THERE:
            return False
        raise
    return True
