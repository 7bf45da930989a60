"""Build actions of CodePipeline: inputs become sources, artifacts become outputs, exported variables the action's."""

import io
import json
import zipfile
from typing import Any

from tests.localaws.codepipeline.workbench import action, approval, stage, zipped
from tests.localaws.waiting import wait_until


def contents(bench: Any, artifact: dict[str, Any]) -> dict[str, str]:
    """The files of an output artifact."""
    place = artifact["s3location"]
    body = bench.aws.client("s3").get_object(Bucket=place["bucket"], Key=place["key"])["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def in_pipeline(project: Any, **members: Any) -> str:
    """A project whose sources and artifacts are a pipeline's."""
    name: str = project("", source={"type": "CODEPIPELINE"}, artifacts={"type": "CODEPIPELINE"}, **members)
    return name


TWO_SOURCES = """
version: 0.2
phases:
  build:
    commands:
      - mkdir zips reports
      - cat "$CODEBUILD_SRC_DIR_SourceOutput/data.csv" code.txt > zips/both.txt
      - basename "$CODEBUILD_SRC_DIR" > reports/report.txt
artifacts:
  secondary-artifacts:
    Zips: {files: ['**/*'], base-directory: '${CODEBUILD_SRC_DIR}/zips'}
    Reports: {files: ['reports/*']}
    Source: {files: ['*'], base-directory: $CODEBUILD_SRC_DIR_SourceOutput}
"""


def two_inputs(bench: Any, build: dict[str, Any]) -> str:
    """A pipeline of two sources, SourceOutput and Code, and the build; its name."""
    bench.upload(body=zipped(data__csv="a\n"))
    bench.upload(key="code.zip", body=zipped(code__txt="b\n", buildspec__yml=TWO_SOURCES))
    declaration = bench.declaration(stage("Build", build))
    other = bench.source("code.zip", outputs=["Code"], namespace="Other")
    declaration["stages"][0]["actions"].append({**other, "name": "FetchCode"})
    bench.codepipeline.create_pipeline(pipeline=declaration)
    name: str = declaration["name"]
    return name


def test_several_inputs_and_several_outputs(bench: Any, project: Any) -> None:
    build = action(
        "Make",
        "Build",
        "CodeBuild",
        inputs=["SourceOutput", "Code"],
        outputs=["Reports", "Zips", "Source"],
        configuration={"ProjectName": in_pipeline(project), "PrimarySource": "Code"},
    )
    pipeline = two_inputs(bench, build)
    assert bench.ended(pipeline) == "Succeeded", bench.action_state(pipeline, "Make")
    outputs = bench.action_runs(pipeline, "Make")[0]["output"]["outputArtifacts"]
    found = {artifact["name"]: contents(bench, artifact) for artifact in outputs}
    assert found == {
        "Zips": {"both.txt": "a\nb\n"},
        "Reports": {"reports/report.txt": "src\n"},
        "Source": {"data.csv": "a\n"},
    }


def test_several_inputs_need_a_primary_source(bench: Any, project: Any) -> None:
    configuration = {"ProjectName": in_pipeline(project)}
    build = action("Make", "Build", "CodeBuild", inputs=["SourceOutput", "Code"], configuration=configuration)
    pipeline = two_inputs(bench, build)
    assert bench.ended(pipeline) == "Failed"
    assert "PrimarySource must name one" in bench.action_state(pipeline, "Make")["errorDetails"]["message"]


def test_an_output_that_the_buildspec_does_not_make_fails_the_action(bench: Any, project: Any) -> None:
    build = action(
        "Make",
        "Build",
        "CodeBuild",
        inputs=["SourceOutput", "Code"],
        outputs=["Zips", "Docs"],
        configuration={"ProjectName": in_pipeline(project), "PrimarySource": "Code"},
    )
    pipeline = two_inputs(bench, build)
    assert bench.ended(pipeline) == "Failed"
    message = bench.action_state(pipeline, "Make")["errorDetails"]["message"]
    assert "Phase: UPLOAD_ARTIFACTS, Code: CLIENT_ERROR" in message
    assert "no secondary artifact Docs" in message


def test_a_build_action_makes_its_artifacts_and_variables(bench: Any, project: Any) -> None:
    spec = """
version: 0.2
env: {exported-variables: [ROWS]}
phases:
  build:
    commands:
      ['export ROWS=$(wc -l < data.csv | tr -d " ")', 'mkdir out', 'cp data.csv out/', 'echo $LABEL > out/label']
artifacts: {files: ['**/*'], base-directory: out}
"""
    bench.upload(body=zipped(buildspec__yml=spec, data__csv="a\nb\n"))
    name = in_pipeline(project)
    build = action(
        "Make",
        "Build",
        "CodeBuild",
        inputs=["SourceOutput"],
        outputs=["Made"],
        namespace="Made",
        configuration={"ProjectName": name, "EnvironmentVariables": json.dumps([{"name": "LABEL", "value": "wine"}])},
    )
    pipeline = bench.create(
        stage("Build", build), stage("Gate", approval(configuration={"CustomData": "#{Made.ROWS}"}))
    )
    wait_until(lambda: bench.action_state(pipeline, "Approve") or bench.status(pipeline) == "Failed")
    assert bench.action_state(pipeline, "Make")["status"] == "Succeeded", bench.action_state(pipeline, "Make")
    run = bench.action_runs(pipeline, "Make")[0]
    assert run["output"]["outputVariables"] == {"ROWS": "2"}
    (made,) = run["output"]["outputArtifacts"]
    assert contents(bench, made) == {"data.csv": "a\nb\n", "label": "wine\n"}


def test_a_failed_build_fails_the_action_with_its_command(bench: Any, project: Any) -> None:
    bench.upload(body=zipped(any__txt="x"))
    name = project("version: 0.2\nphases:\n  build: {commands: [make-me-fail]}\n")
    build = action("Make", "Build", "CodeBuild", inputs=["SourceOutput"], configuration={"ProjectName": name})
    pipeline = bench.create(stage("Build", build))
    assert bench.ended(pipeline) == "Failed"
    message = bench.action_state(pipeline, "Make")["errorDetails"]["message"]
    assert message.startswith("Build terminated with state: FAILED. Phase: BUILD, Code: COMMAND_EXECUTION_ERROR")
    assert "make-me-fail" in message
