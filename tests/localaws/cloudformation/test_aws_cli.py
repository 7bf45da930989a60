"""The AWS CLI from PyPI works against the embedded AWS through AWS_ENDPOINT_URL alone."""

import json
import time
from pathlib import Path

from tests.localaws.aws_cli import run

TEMPLATE = Path(__file__).parent / "templates" / "build-pipeline.yaml"


def test_deploy_makes_then_updates_then_finds_nothing_to_do(aws_cli, aws, unique):
    name = unique("cli")
    deploy = ("cloudformation", "deploy", "--stack-name", name, "--template-file", str(TEMPLATE))
    capabilities = ("--capabilities", "CAPABILITY_IAM")
    assert "Successfully created/updated stack" in run(aws_cli, aws, *deploy, *capabilities)
    time.sleep(1 - time.time() % 1)  # the CLI names change sets by the second
    changed = run(aws_cli, aws, *deploy, *capabilities, "--parameter-overrides", "Branch=develop")
    assert "Successfully created/updated stack" in changed
    time.sleep(1 - time.time() % 1)
    same = run(aws_cli, aws, *deploy, *capabilities, "--no-fail-on-empty-changeset")
    assert "No changes to deploy" in same
    described = json.loads(run(aws_cli, aws, "cloudformation", "describe-stacks", "--stack-name", name))
    assert described["Stacks"][0]["StackStatus"] == "UPDATE_COMPLETE"
    assert "DELETE" not in run(
        aws_cli, aws, "cloudformation", "validate-template", "--template-body", f"file://{TEMPLATE}"
    )


def test_s3_sync_copies_a_folder(aws_cli, aws, unique, tmp_path):
    bucket = unique("cli")
    aws.client("s3").create_bucket(Bucket=bucket)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("a")
    run(aws_cli, aws, "s3", "sync", str(tmp_path / "in"), f"s3://{bucket}/folder")
    run(aws_cli, aws, "s3", "sync", f"s3://{bucket}/folder", str(tmp_path / "out"))
    assert (tmp_path / "out" / "a.txt").read_text() == "a"
