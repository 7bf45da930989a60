"""Putting templates, zips and sample data where others can launch them from: one bucket a region, and Launch Stack
links.

Lambda wants its code in a bucket of its own region, so everything is uploaded to ``<prefix>-<region>`` for each region.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.aws.translation import code_of
from rehearsal.toolkit.data.dataset import SETS
from rehearsal.toolkit.project import Project
from rehearsal.toolkit.stacks.uploads import TRAINING_CONFIG_KEY, zip_of_training_config

FOLDER = "built-in-algo"
_BADGE = "https://s3.amazonaws.com/cloudformation-examples/cloudformation-launch-stack.png"
_LONGEST_BUCKET = 63


@dataclass(frozen=True)
class LaunchLink:
    """A link that opens CloudFormation's form with a template and parameters filled in."""

    region: str
    stack: str
    url: str

    @property
    def badge(self) -> str:
        """The link as a Markdown badge."""
        return f"[![Launch {self.stack} in {self.region}]({_BADGE})]({self.url})"


@dataclass(frozen=True)
class Published:
    """What lies in one region's bucket, and the links to it."""

    region: str
    bucket: str
    keys: tuple[str, ...]
    links: tuple[LaunchLink, ...]


def publish(
    aws: Aws, project: Project, zips: Sequence[Path], prefix: str, *, readable_by: str = "private"
) -> Published:
    """Upload everything to the bucket of ``aws``'s region, made when missing.

    ``readable_by``: ``private`` (this account alone), ``public``, or an organisation's id (``o-...``).

    Raises:
        BadInput: the bucket's name is too long or belongs to somebody else.
    """
    bucket = bucket_name(prefix, aws.region)
    _make_bucket(aws, bucket)
    _open_to(aws, bucket, readable_by)
    contents = contents_of(project, zips)
    for key, body in contents.items():
        aws.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
    return Published(aws.region, bucket, tuple(contents), tuple(links_of(bucket, aws.region, aws.partition)))


def bucket_name(prefix: str, region: str) -> str:
    """``<prefix>-<region>``."""
    name = f"{prefix}-{region}"
    if len(name) > _LONGEST_BUCKET or not prefix or prefix != prefix.lower():
        raise BadInput(
            f"{name!r} cannot be a bucket's name",
            where="--bucket-prefix",
            next_step="3 to 63 lower-case characters in all",
        )
    return name


def contents_of(project: Project, zips: Sequence[Path]) -> dict[str, bytes]:
    """What is uploaded, by key."""
    templates = (project.prep_template, project.pipeline_template, project.one_click_template)
    return {
        **{f"{FOLDER}/{template.name}": template.read_bytes() for template in templates},
        **{f"{FOLDER}/{path.name}": path.read_bytes() for path in zips},
        **{f"{FOLDER}/{key}": (project.data / key).read_bytes() for key in SETS},
        f"{FOLDER}/{TRAINING_CONFIG_KEY}": zip_of_training_config(project.training_config),
    }


def links_of(bucket: str, region: str, partition: str) -> list[LaunchLink]:
    """Links for both stacks of the guide and for the one-click stack. Pure."""
    stacks: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("mlops-one-click", "builtin-algo-one-click.yaml", {"SourceBucket": bucket, "SourcePrefix": FOLDER}),
        ("mlops-prep", "builtin-algo-prep.yaml", {}),
        ("mlops-pipeline", "builtin-algo-pipeline.yaml", {}),
    )
    return [
        LaunchLink(region, name, launch_url(bucket, region, partition, f"{FOLDER}/{template}", name, parameters))
        for name, template, parameters in stacks
    ]


def launch_url(bucket: str, region: str, partition: str, key: str, stack_name: str, parameters: dict[str, str]) -> str:
    """The address of CloudFormation's quick-create form (CloudFormation user guide, "Create quick-create links").
    Pure."""
    console, suffix = {
        "aws-cn": ("console.amazonaws.cn", "amazonaws.com.cn"),
        "aws-us-gov": ("console.amazonaws-us-gov.com", "amazonaws.com"),
    }.get(partition, ("console.aws.amazon.com", "amazonaws.com"))
    template = f"https://{bucket}.s3.{region}.{suffix}/{key}"
    query = {"templateURL": template, "stackName": stack_name}
    query |= {f"param_{name}": value for name, value in parameters.items()}
    page = f"https://{region}.{console}/cloudformation/home?region={region}"
    return f"{page}#/stacks/quickcreate?{urlencode(query, quote_via=quote)}"


def _make_bucket(aws: Aws, bucket: str) -> None:
    s3 = aws.client("s3")
    place = {} if aws.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": aws.region}}
    try:
        s3.create_bucket(Bucket=bucket, **place)
    except ClientError as error:
        if code_of(error) == "BucketAlreadyExists":
            raise BadInput(
                f"the bucket {bucket} belongs to another account",
                where="--bucket-prefix",
                next_step="choose another prefix",
            ) from error
        if code_of(error) != "BucketAlreadyOwnedByYou":
            raise
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def _open_to(aws: Aws, bucket: str, readable_by: str) -> None:
    """Write the bucket policy that lets readers fetch what is published."""
    if readable_by == "private":
        return
    s3 = aws.client("s3")
    if readable_by == "public":
        s3.put_public_access_block(
            Bucket=bucket,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": False,
                "RestrictPublicBuckets": False,
            },
        )
    s3.put_bucket_policy(Bucket=bucket, Policy=read_policy(bucket, aws.partition, readable_by))


def read_policy(bucket: str, partition: str, readable_by: str) -> str:
    """The bucket policy for ``public`` or an organisation's id. Pure."""
    statement: dict[str, object] = {
        "Sid": "ReadPublished",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:{partition}:s3:::{bucket}/{FOLDER}/*",
    }
    if readable_by != "public":
        statement["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": readable_by}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
