"""The model's limits (required, length, range, enum, pattern), held against parameters that were read. Pure.

What a service answers is its own: S3 and EC2 word their limits themselves, member by member, and some services of the embedded AWS
check theirs where they are modelled, so that their own errors come first.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from moto.core.model import OperationModel

from rehearsal.localaws.authorizer.denials import Denial
from rehearsal.localaws.door.contract import words
from rehearsal.localaws.ground import constraints

_CHECK_THEIRS = frozenset({"codebuild", "codecommit", "codepipeline", "sagemaker"})
_ONLY_REQUIRED = frozenset({"cloudfront", "ec2", "route53", "s3", "sns", "sqs", "stepfunctions"})
"""Their limits have words of their own in AWS, which moto's operations know."""


def violated(service: str, protocol: str, operation: OperationModel, params: Mapping[str, Any]) -> Denial | None:
    """The answer to parameters that break a limit."""
    shape = operation.input_shape
    if shape is None:
        return None
    left_out = [name for name in ALSO_REQUIRED.get((service, operation.name), ()) if not _at(params, name)]
    if left_out:
        return words.missing(service, protocol, left_out)
    wrong = next(_no_arns(shape, params), None)
    if wrong is not None:
        return words.no_arn(service, protocol, *wrong)
    if service in _CHECK_THEIRS:
        return None
    if service in _ONLY_REQUIRED:
        missing = list(_missing(shape, params))
        return words.missing(service, protocol, missing) if missing else None
    found = constraints.violations(shape, params)
    return words.invalid(service, protocol, found) if found else None


ALSO_REQUIRED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("secretsmanager", "TagResource"): ("Tags.Key",),
}
"""Members that AWS requires though its model does not say so; ``Tags.Key`` is one of each element."""
_ARN = re.compile(r"arn:[^:]*:[^:]*:[^:]*:[^:]*:.", re.DOTALL)
_ARN_MEMBER = re.compile(r"(?:^a|A)(?:rn|RN)s?$")


def _at(value: Any, path: str) -> bool:
    """Whether there is something at ``path``; of a list in each element."""
    name, _, rest = path.partition(".")
    if isinstance(value, list):
        return all(_at(each, path) for each in value)
    found = value.get(name) if isinstance(value, Mapping) else None
    return found is not None and (not rest or _at(found, rest))


def _no_arns(shape: Any, value: Any) -> Iterator[tuple[str, str]]:
    """Members whose name says that they are ARNs, and which are none."""
    if shape.type_name == "structure" and not shape.is_document_type:
        for name, member in shape.members.items():
            given = value.get(name)
            if given is None:
                continue
            if _ARN_MEMBER.search(name):
                texts = given if isinstance(given, list) else [given]
                yield from ((name, text) for text in texts if isinstance(text, str) and not _ARN.match(text))
            yield from _no_arns(member, given)
    elif shape.type_name == "list" and shape.member.type_name in ("structure", "list", "map"):
        for each in value:
            if each is not None:
                yield from _no_arns(shape.member, each)


def _missing(shape: Any, value: Any) -> Iterator[str]:
    """Required members that were left out, at any depth; elements of lists and maps that are null."""
    if shape.type_name == "structure" and not shape.is_document_type:
        for name, member in shape.members.items():
            given = value.get(name)
            if given is not None:
                yield from _missing(member, given)
            elif name in shape.required_members:
                yield name
    elif shape.type_name == "list":
        for each in value:
            yield from _missing(shape.member, each) if each is not None else (shape.name,)
    elif shape.type_name == "map":
        for each in value.values():
            yield from _missing(shape.value, each) if each is not None else (shape.name,)
