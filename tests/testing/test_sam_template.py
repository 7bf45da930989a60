"""A SAM template is deployed with its local code, without the SAM CLI."""

import json
from pathlib import Path

import boto3

from rehearsal.testing import EmbeddedAws

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code/
      Handler: app.handler
      Runtime: python3.12
"""


def test_its_function_runs(embedded_aws: EmbeddedAws, tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("def handler(event, context):\n    return {'hello': event['name']}\n")
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    stack = embedded_aws.deploy(tmp_path / "template.yaml", stack="serverless")
    answer = boto3.client("lambda").invoke(FunctionName=stack.resources["Hello"], Payload=b'{"name": "SAM"}')
    assert json.loads(answer["Payload"].read()) == {"hello": "SAM"}
