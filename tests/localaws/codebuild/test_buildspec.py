"""Buildspecs: what is read and what is refused."""

import pytest

from rehearsal.localaws.codebuild import buildspec


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n", "must be a mapping"),
        ("version: 0.1\nphases: {build: {commands: [a]}}", "version 0.1"),
        ("version: 0.2\n", "no phases"),
        ("version: 0.2\nphases: {compile: {commands: [a]}}", "unknown phase compile"),
        ("version: 0.2\nfases: {}\n", "unknown part fases"),
        ("version: 0.2\nphases: {build: {commands: [{echo: a}]}}", "colon"),
        ("version: 0.2\nenv: {shell: powershell.exe}\nphases: {build: {commands: [a]}}", "powershell"),
        ("version: 0.2\nbatch: {build-list: []}\nphases: {build: {commands: [a]}}", "no phases|batch|a"),
        ("version: [", "YAML_FILE_ERROR"),
        ("version: 0.2\nphases: {build: {commands: [a], on-failure: RETRY-2}}", "RETRY-2 of build is not offered"),
        ("version: 0.2\nphases: {build: {commands: [a]}}\ncache: {key: k, paths: [x]}", "key of cache is not offered"),
        (
            "version: 0.2\nphases: {build: {commands: [a]}}\nreports: {r: {files: [x], file-format: TAP}}",
            "file-format TAP",
        ),
        ("version: 0.2\nphases: {build: {commands: [a]}}\nreports: {r: {}}", "r names no files"),
    ],
)
def test_a_bad_buildspec_says_what_is_wrong(text: str, message: str) -> None:
    if "batch" in text:
        text = text.replace("build-list: []", "build-list: [{identifier: a}]")
    with pytest.raises(buildspec.InvalidBuildspec, match=message):
        buildspec.parse(text)


def test_phases_come_in_codebuilds_order() -> None:
    spec = buildspec.parse("version: 0.2\nphases: {post_build: {commands: [c]}, install: {commands: a}}")
    assert [(phase.name, phase.commands) for phase in spec.phases] == [("install", ("a",)), ("post_build", ("c",))]


def test_paths_of_artifacts_and_reports_take_the_builds_variables() -> None:
    spec = buildspec.parse(
        "version: 0.2\nphases: {build: {commands: [a]}}\n"
        "artifacts: {files: ['$NAME.zip', '$NONE'], base-directory: '${OUT}/x'}\nreports: {r: {files: [$NAME.xml]}}"
    ).with_variables({"NAME": "n", "OUT": "/out"})
    assert spec.artifacts == buildspec.ArtifactFiles(("n.zip", "$NONE"), "/out/x")
    assert spec.reports[0].files.files == ("n.xml",)
