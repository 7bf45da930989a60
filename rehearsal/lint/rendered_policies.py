"""The identity policies of templates as IAM would get them, with every option on, for validators of policies.

``python -m rehearsal.lint.rendered_policies FOLDER TEMPLATE...`` writes one JSON file for each policy. What only a
stack knows (ids, names, ARNs of its resources) stands in for itself, in the form of its type. Pure, but for reading and
writing files.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cfnlint.decode import decode

from rehearsal.toolkit.stacks import rendering
from rehearsal.toolkit.stacks.rendering import Known, Place

_PLACE = Place("123456789012", "us-east-1", "aws", "stack")
_OF = "us-east-1:123456789012"
_ARNS = {
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::IAM::Role": "arn:aws:iam::123456789012:role/{name}",
    "AWS::Lambda::Function": f"arn:aws:lambda:{_OF}:function:{{name}}",
    "AWS::SQS::Queue": f"arn:aws:sqs:{_OF}:{{name}}",
    "AWS::SNS::Topic": f"arn:aws:sns:{_OF}:{{name}}",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{_OF}:log-group:{{name}}:*",
    "AWS::ECR::Repository": f"arn:aws:ecr:{_OF}:repository/{{name}}",
    "AWS::CodeCommit::Repository": f"arn:aws:codecommit:{_OF}:{{name}}",
    "AWS::CodeBuild::Project": f"arn:aws:codebuild:{_OF}:project/{{name}}",
    "AWS::StepFunctions::StateMachine": f"arn:aws:states:{_OF}:stateMachine:{{name}}",
    "AWS::SageMaker::ModelPackageGroup": f"arn:aws:sagemaker:{_OF}:model-package-group/{{name}}",
}
_ARN_BY_REF = {"AWS::SNS::Topic", "AWS::StepFunctions::StateMachine", "AWS::SageMaker::ModelPackageGroup"}
"""Types whose Ref is the ARN."""
_KEY = f"arn:aws:kms:{_OF}:key/11111111-2222-3333-4444-555555555555"
_PARAMETERS: Mapping[str, Any] = {
    "SuffixID": "sde",
    "SSEKMSKeyId": _KEY,
    "FurtherKeyArns": [_KEY],
    "ConnectionArn": [  # whose ARN has the service's new name or its old one
        f"arn:aws:{service}:{_OF}:connection/11111111-2222-3333-4444-555555555555"
        for service in ("codeconnections", "codestar-connections")
    ],
}


def policies(template: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name and document of each policy of the template's roles, and of those that it gives to others."""
    known = Known(template, {**_named(template), **_PARAMETERS}, _PLACE.pseudo())
    for logical_id, declared in template["Resources"].items():
        for policy in _inline(declared):
            document = policy["PolicyDocument"]
            found = [*_statements(document["Statement"])]
            statements = [rendering.resolved(_with_options(each), known, _PLACE) for each in found]
            yield f"{logical_id}-{policy['PolicyName']}", {**document, "Statement": statements}


def _inline(declared: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    match declared["Type"]:
        case "AWS::IAM::Role":
            found: Sequence[Mapping[str, Any]] = declared["Properties"].get("Policies", ())
            return found
        case "AWS::IAM::Policy":
            return (declared["Properties"],)
    return ()


def _named(template: Mapping[str, Any]) -> dict[str, Any]:
    """What stands for each parameter, and for Ref and Arn of each resource."""
    stand_ins: dict[str, Any] = {name: name.lower() for name in template.get("Parameters", ())}
    for name, declared in template["Resources"].items():
        kind = declared["Type"]
        arn = _ARNS.get(kind, "{name}").format(name=name.lower())
        stand_ins |= {name: arn if kind in _ARN_BY_REF else name.lower(), f"{name}.Arn": arn}
    return stand_ins


def _statements(node: Any) -> Iterator[Any]:
    """Every statement, those of all options."""
    if isinstance(node, list):
        for each in node:
            yield from _statements(each)
    elif "Fn::If" in node:
        yield from _statements(node["Fn::If"][1:])
    elif "Effect" in node:
        yield node


def _with_options(node: Any) -> Any:
    """With what stands there when the condition holds, for each condition."""
    if isinstance(node, list):
        return [_with_options(each) for each in node]
    if not isinstance(node, Mapping):
        return node
    if set(node) == {"Fn::If"}:
        return _with_options(node["Fn::If"][1])
    return {str(key): _with_options(value) for key, value in node.items()}


def main(folder: Path, templates: list[Path]) -> int:
    """Write the policies; the exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in templates:
        template, problems = decode(str(file))
        if template is None:
            print(f"error: {file}: {problems}", file=sys.stderr)
            return 2
        for name, document in policies(template):
            (folder / f"{file.stem}-{name}.json").write_text(json.dumps(document, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), [Path(each) for each in sys.argv[2:]]))
