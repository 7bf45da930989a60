"""Builds really run: phases, variables, artifacts, limits."""

import io
import zipfile
from typing import Any

from tests.localaws.codebuild.builds import built, log_of
from tests.localaws.codepipeline.workbench import action, stage, zipped
from tests.localaws.waiting import wait_until


def test_phases_share_directory_and_variables_and_export_them(bench: Any, project: Any) -> None:
    name = project(
        """
version: 0.2
env:
  variables: {GREETING: hello}
  exported-variables: [RESULT]
phases:
  install: {commands: [mkdir deeper, cd deeper]}
  build:
    commands:
      - export RESULT="$GREETING from $(basename $PWD)"
      - echo "$RESULT"
"""
    )
    build = built(bench, name)
    assert build["buildStatus"] == "SUCCEEDED", log_of(bench, build)
    assert build["exportedEnvironmentVariables"] == [{"name": "RESULT", "value": "hello from deeper"}]
    assert "hello from deeper" in log_of(bench, build)
    assert [phase["phaseType"] for phase in build["phases"]][-1] == "COMPLETED"


def test_a_failed_build_phase_still_runs_post_build_and_finally(bench: Any, project: Any) -> None:
    name = project(
        """
version: 0.2
phases:
  build: {commands: ["exit 3", "echo never"], finally: [echo tidied]}
  post_build: {commands: ['echo "succeeding: $CODEBUILD_BUILD_SUCCEEDING"']}
"""
    )
    build = built(bench, name)
    log = log_of(bench, build)
    assert build["buildStatus"] == "FAILED"
    assert "tidied" in log
    assert "succeeding: 0" in log
    assert "\nnever" not in log
    failed = next(phase for phase in build["phases"] if phase["phaseType"] == "BUILD")
    assert "exit status 3" in failed["contexts"][0]["message"]


def test_a_failed_install_ends_the_build(bench: Any, project: Any) -> None:
    name = project("version: 0.2\nphases:\n  install: {commands: ['false']}\n  build: {commands: [echo built]}\n")
    build = built(bench, name)
    assert build["buildStatus"] == "FAILED"
    assert "\nbuilt" not in log_of(bench, build)


def test_variables_come_from_the_parameter_store_and_are_hidden_in_the_log(bench: Any, project: Any) -> None:
    place = f"/{bench.unique('parameter')}"
    bench.aws.client("ssm").put_parameter(Name=place, Value="much-hidden", Type="SecureString")
    name = project(
        f"""
version: 0.2
env: {{parameter-store: {{SECRET: {place}}}}}
phases:
  build: {{commands: ['echo it is $SECRET', 'test "$SECRET" = much-hidden']}}
"""
    )
    build = built(bench, name)
    assert build["buildStatus"] == "SUCCEEDED"
    assert "it is ***" in log_of(bench, build)


def test_a_build_uses_the_role_against_this_server(bench: Any, project: Any) -> None:
    program = "import os; print('endpoint', os.environ['AWS_ENDPOINT_URL'], 'AWS_SESSION_TOKEN' in os.environ)"
    name = project(f'version: 0.2\nphases:\n  build:\n    commands:\n      - python3 -c "{program}"\n')
    assert f"endpoint {bench.aws.url} True" in log_of(bench, built(bench, name))


def test_a_build_is_ended_at_its_time_limit(bench: Any, project: Any) -> None:
    name = project("version: 0.2\nphases:\n  build: {commands: [sleep 600]}\n", timeoutInMinutes=5)
    codebuild = bench.aws.client("codebuild")
    build_id = codebuild.start_build(projectName=name)["build"]["id"]
    wait_until(
        lambda: bench.aws.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/codebuild/{name}")["logGroups"]
    )
    bench.aws.rehearsal("POST", "clock", seconds=301)
    status = wait_until(
        lambda: (b := codebuild.batch_get_builds(ids=[build_id])["builds"][0])["buildComplete"] and b["buildStatus"]
    )
    assert status == "TIMED_OUT"


def test_a_build_can_be_stopped(bench: Any, project: Any) -> None:
    name = project("version: 0.2\nphases:\n  build: {commands: [sleep 600]}\n")
    codebuild = bench.aws.client("codebuild")
    build_id = codebuild.start_build(projectName=name)["build"]["id"]
    codebuild.stop_build(id=build_id)
    status = wait_until(
        lambda: (b := codebuild.batch_get_builds(ids=[build_id])["builds"][0])["buildComplete"] and b["buildStatus"]
    )
    assert status == "STOPPED"


def test_the_commands_action_runs_on_the_source_and_keeps_what_it_names(bench: Any) -> None:
    bench.upload(body=zipped(name__txt="world"))
    commands = {
        **action("Run", "Compute", "Commands", inputs=["SourceOutput"], namespace="Run"),
        "commands": ['export GREETING="hello $(cat name.txt)"', "echo $GREETING > greeting.txt"],
        "outputArtifacts": [{"name": "Greeting", "files": ["greeting.txt"]}],
        "outputVariables": ["GREETING"],
    }
    pipeline = bench.create(stage("Run", commands), pipelineType="V2")
    assert bench.ended(pipeline) == "Succeeded", bench.action_state(pipeline, "Run")
    run = bench.action_runs(pipeline, "Run")[0]
    assert run["output"]["outputVariables"] == {"GREETING": "hello world"}
    place = run["output"]["outputArtifacts"][0]["s3location"]
    body = bench.aws.client("s3").get_object(Bucket=place["bucket"], Key=place["key"])["Body"].read()
    assert zipfile.ZipFile(io.BytesIO(body)).namelist() == ["greeting.txt"]


def test_commands_that_fail_say_which(bench: Any) -> None:
    commands = {**action("Run", "Compute", "Commands", inputs=["SourceOutput"]), "commands": ["true", "false"]}
    pipeline = bench.create(stage("Run", commands), pipelineType="V2")
    assert bench.ended(pipeline) == "Failed"
    assert "false" in bench.action_state(pipeline, "Run")["errorDetails"]["message"]
