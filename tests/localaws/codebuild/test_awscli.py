"""The buildspec line of public project templates, and what such projects do with the AWS CLI: package and deploy."""

import io
import zipfile
from typing import Any

import pytest

from tests.localaws.codebuild.builds import ended, log_of

SPEC = """
version: 0.2
phases:
  install:
    commands:
      - pip install --upgrade --force-reinstall . "awscli>1.20.30"
  build:
    commands:
      - aws --version
      - python -c 'import own_pipeline; print("own_pipeline is", own_pipeline.NAME)'
      - aws cloudformation package --template-file template.yaml --s3-bucket {bucket} --output-template-file out.yaml
      - aws cloudformation deploy --template-file out.yaml --stack-name {stack} --parameter-overrides Name={stack}
      - aws cloudformation deploy --template-file out.yaml --stack-name {stack} --no-fail-on-empty-changeset
"""
SETUP = 'from setuptools import setup\nsetup(name="own-pipeline", version="1.0", py_modules=["own_pipeline"])\n'
TEMPLATE = """
Parameters: {Name: {Type: String}}
Resources:
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: nested.yaml, Parameters: {Name: !Ref Name}}
"""
NESTED = """
Parameters: {Name: {Type: String}}
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Name}}
"""


@pytest.mark.full("builds")
def test_the_templates_own_line_installs_and_the_cli_packages_and_deploys(bench: Any, project: Any) -> None:
    """Needs the package index that pip on this machine knows."""
    stack = bench.unique("deployed")
    files = {"setup.py": SETUP, "own_pipeline.py": 'NAME = "own"\n', "template.yaml": TEMPLATE, "nested.yaml": NESTED}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    bench.aws.client("s3").put_object(Bucket=bench.bucket, Key="project.zip", Body=buffer.getvalue())
    spec = SPEC.format(bucket=bench.bucket, stack=stack)
    source = {"type": "S3", "location": f"{bench.bucket}/project.zip", "buildspec": spec}
    started = bench.aws.client("codebuild").start_build(projectName=project("", source=source))
    build = ended(bench, started["build"]["id"], seconds=900)
    log = log_of(bench, build)
    assert build["buildStatus"] == "SUCCEEDED", log
    assert "own_pipeline is own" in log and "aws-cli/" in log
    topics = bench.aws.client("sns").list_topics()["Topics"]
    assert [each for each in topics if each["TopicArn"].endswith(f":{stack}")]
