"""The identity policies of templates as IAM would get them, with every option on, for validators of policies.

``python -m rehearsal.lint.rendered_policies FOLDER TEMPLATE...`` writes one JSON file for each policy. What only a
stack knows (ids, names, ARNs of its resources) stands in for itself. Pure, but for reading and writing files.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cfnlint.decode import decode

_PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::AccountId": "123456789012",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "stack",
}
_PLACE = "us-east-1:123456789012"
_ARNS = {
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::IAM::Role": "arn:aws:iam::123456789012:role/{name}",
    "AWS::Lambda::Function": f"arn:aws:lambda:{_PLACE}:function:{{name}}",
    "AWS::SQS::Queue": f"arn:aws:sqs:{_PLACE}:{{name}}",
    "AWS::SNS::Topic": f"arn:aws:sns:{_PLACE}:{{name}}",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{_PLACE}:log-group:{{name}}:*",
    "AWS::CodeCommit::Repository": f"arn:aws:codecommit:{_PLACE}:{{name}}",
    "AWS::CodeBuild::Project": f"arn:aws:codebuild:{_PLACE}:project/{{name}}",
    "AWS::StepFunctions::StateMachine": f"arn:aws:states:{_PLACE}:stateMachine:{{name}}",
    "AWS::SageMaker::ModelPackageGroup": f"arn:aws:sagemaker:{_PLACE}:model-package-group/{{name}}",
}
_ARN_BY_REF = {"AWS::SNS::Topic", "AWS::StepFunctions::StateMachine", "AWS::SageMaker::ModelPackageGroup"}
"""Types whose Ref is the ARN."""
_KEY = f"arn:aws:kms:{_PLACE}:key/11111111-2222-3333-4444-555555555555"
_PARAMETERS: dict[str, Any] = {
    "SuffixID": "sde",
    "SSEKMSKeyId": _KEY,
    "FurtherKeyArns": [_KEY],
    "ConnectionArn": [  # whose ARN has the service's new name or its old one
        f"arn:aws:{service}:{_PLACE}:connection/11111111-2222-3333-4444-555555555555"
        for service in ("codeconnections", "codestar-connections")
    ],
}
_NAMED = re.compile(r"\$\{([^!}]+)\}")


def policies(template: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name and document of each policy of the template's roles."""
    for logical_id, declared in template["Resources"].items():
        if declared["Type"] == "AWS::IAM::Role":
            for policy in declared["Properties"].get("Policies", ()):
                document = policy["PolicyDocument"]
                statements = [_rendered(each, template, {}) for each in _statements(document["Statement"])]
                yield f"{logical_id}-{policy['PolicyName']}", {**document, "Statement": statements}


def _statements(node: Any) -> Iterator[Any]:
    """Every statement, those of all options."""
    if isinstance(node, list):
        for each in node:
            yield from _statements(each)
    elif "Fn::If" in node:
        yield from _statements(node["Fn::If"][1:])
    elif "Effect" in node:
        yield node


def _rendered(node: Any, template: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_rendered(each, template, known) for each in node]
    if not isinstance(node, Mapping):
        return node
    if len(node) == 1:
        function, argument = next(iter(node.items()))
        if function == "Fn::If":
            return _rendered(argument[1], template, known)
        if function == "Ref":
            return _value(argument, template, known)
        if function == "Fn::GetAtt":
            name = argument if isinstance(argument, str) else ".".join(argument)
            return _value(name, template, known)
        if function == "Fn::FindInMap":
            return "123456789012"
        if function == "Fn::Sub":
            return _substituted(argument, template, known)
    return {str(key): _rendered(value, template, known) for key, value in node.items()}


def _substituted(argument: Any, template: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    text, given = argument if isinstance(argument, list) else (argument, {})
    values = {**known, **{name: _rendered(value, template, known) for name, value in given.items()}}
    return _NAMED.sub(lambda found: str(_value(found[1], template, values)), text)


def _value(name: str, template: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
    """A variable, a pseudo parameter, a parameter, or a resource's stand-in."""
    for values in (known, _PSEUDO, _PARAMETERS):
        if name in values:
            return values[name]
    logical_id, _, attribute = name.partition(".")
    kind = template["Resources"].get(logical_id, {}).get("Type")
    arn = _ARNS.get(kind, "").format(name=logical_id.lower())
    is_arn = attribute == "Arn" or (kind in _ARN_BY_REF and not attribute)
    return arn if is_arn and arn else logical_id.lower()


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
