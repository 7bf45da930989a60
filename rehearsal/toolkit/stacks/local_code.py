"""Where a template names files of this machine: properties that CloudFormation reads from S3. Looks at files, no more.

These are the properties that ``aws cloudformation package`` uploads (AWS CLI reference, "cloudformation package"); a
value that is no text, or a URL already, is left as it is.
"""

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.stacks import uploads

_LEFT_OUT = {"__pycache__", ".git", ".venv", ".DS_Store"}
_REMOTE = ("s3://", "http://", "https://")


class Form(Enum):
    """How a property says where an object is."""

    CODE = ("S3Bucket", "S3Key")
    LOCATION = ("Bucket", "Key")
    URI = ()
    TEMPLATE = (None,)
    """An https URL of a template, which may itself name files."""


@dataclass(frozen=True)
class Property:
    """A property of a resource type; ``is_zip``: a folder or single file becomes a zip, as Lambda wants code."""

    path: tuple[str, ...]
    form: Form
    is_zip: bool = False


PROPERTIES: Mapping[str, tuple[Property, ...]] = {
    "AWS::ApiGateway::RestApi": (Property(("BodyS3Location",), Form.LOCATION),),
    "AWS::CloudFormation::Stack": (Property(("TemplateURL",), Form.TEMPLATE),),
    "AWS::CodeCommit::Repository": (Property(("Code", "S3"), Form.LOCATION, is_zip=True),),
    "AWS::Glue::Job": (Property(("Command", "ScriptLocation"), Form.URI),),
    "AWS::Lambda::Function": (Property(("Code",), Form.CODE, is_zip=True),),
    "AWS::Lambda::LayerVersion": (Property(("Content",), Form.CODE, is_zip=True),),
    "AWS::Serverless::Api": (Property(("DefinitionUri",), Form.LOCATION),),
    "AWS::Serverless::Application": (Property(("Location",), Form.TEMPLATE),),
    "AWS::Serverless::Function": (Property(("CodeUri",), Form.LOCATION, is_zip=True),),
    "AWS::Serverless::LayerVersion": (Property(("ContentUri",), Form.LOCATION, is_zip=True),),
    "AWS::Serverless::StateMachine": (Property(("DefinitionUri",), Form.LOCATION),),
    "AWS::StepFunctions::StateMachine": (Property(("DefinitionS3Location",), Form.LOCATION),),
}


@dataclass(frozen=True)
class LocalFile:
    """A file or folder that a resource's property names."""

    logical_id: str
    named_by: Property
    path: Path

    @property
    def is_template(self) -> bool:
        return self.named_by.form is Form.TEMPLATE

    def content(self) -> bytes:
        """What is uploaded: the same files give the same bytes."""
        if self.path.is_dir():
            return zip_of(self.path)
        if self.named_by.is_zip and not zipfile.is_zipfile(self.path):
            return uploads.packed({self.path.name: self.path.read_bytes()})
        return self.path.read_bytes()

    def place_in(self, document: Mapping[str, Any], bucket: str, key: str, url: str) -> None:
        """Have the template's property say where the object is now."""
        holder = document["Resources"][self.logical_id]["Properties"]
        for name in self.named_by.path[:-1]:
            holder = holder[name]
        holder[self.named_by.path[-1]] = _written(self.named_by.form, bucket, key, url)


def _written(form: Form, bucket: str, key: str, url: str) -> Any:
    match form:
        case Form.URI:
            return f"s3://{bucket}/{key}"
        case Form.TEMPLATE:
            return url
        case _:
            in_bucket, at_key = form.value
            return {in_bucket: bucket, at_key: key}


def found_in(document: Mapping[str, Any], folder: Path) -> Iterator[LocalFile]:
    """The files that a template (functions in long form) names, relative to its own ``folder``.

    Raises:
        BadInput: one is not there.
    """
    for logical_id, resource in document.get("Resources", {}).items():
        for each in PROPERTIES.get(resource.get("Type", ""), ()):
            named = _value(resource.get("Properties", {}), each.path)
            if isinstance(named, str) and not named.startswith(_REMOTE):
                yield _existing(logical_id, each, folder, named)


def _value(properties: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        if not isinstance(properties, Mapping):
            return None
        properties = properties.get(name)
    return properties


def _existing(logical_id: str, wanted: Property, folder: Path, named: str) -> LocalFile:
    path = (folder / named).resolve()
    if not path.exists():
        raise BadInput(
            f"{'.'.join(wanted.path)} names {named}, which is not there",
            where=f"{logical_id}, {folder}",
            next_step="write the path of a file or folder, relative to the template",
        )
    return LocalFile(logical_id, wanted, path)


def zip_of(folder: Path) -> bytes:
    """The folder's files as a zip, without caches and version control; empty where there is none."""
    files = dict(_files_below(folder))
    return uploads.packed(files) if files else b""


def _files_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not _LEFT_OUT.intersection(parts) and path.suffix != ".pyc":
            yield "/".join(parts), path.read_bytes()
