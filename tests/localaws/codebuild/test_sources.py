"""Builds of what lies in a repository of CodeCommit."""

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rehearsal.localaws.codebuild import sources
from tests.localaws.codebuild.builds import built, log_of
from tests.localaws.inboxes import make_role

SPEC = """
version: 0.2
env: {exported-variables: [COMMIT]}
phases:
  build:
    commands:
      - export COMMIT=$CODEBUILD_RESOLVED_SOURCE_VERSION
      - echo "the text is $(cat text.txt) at $(git rev-parse HEAD), asked for '$CODEBUILD_SOURCE_VERSION'"
      - 'git config --list --local; env | grep -c GIT_CONFIG || true'
"""


@pytest.fixture
def repository(aws: Any, unique: Callable[[str], str]) -> dict[str, str]:
    """A repository with two branches: its name, its clone URL and the commits by branch."""
    codecommit, name = aws.client("codecommit"), unique("repository")
    url = codecommit.create_repository(repositoryName=name)["repositoryMetadata"]["cloneUrlHttp"]

    def put(path: str, text: str, branch: str, **members: str) -> str:
        content = {"repositoryName": name, "filePath": path, "fileContent": text.encode(), "branchName": branch}
        commit: str = codecommit.put_file(**content, **members)["commitId"]
        return commit

    first = put("buildspec.yml", SPEC, "main")
    main = put("text.txt", "of main", "main", parentCommitId=first)
    codecommit.create_branch(repositoryName=name, branchName="other", commitId=main)
    other = put("text.txt", "of other", "other", parentCommitId=main)
    return {"name": name, "url": url, "main": main, "other": other}


def source_of(repository: dict[str, str], **members: Any) -> dict[str, Any]:
    return {"type": "CODECOMMIT", "location": repository["url"], **members}


def test_a_branch_a_commit_and_the_default_are_built(bench: Any, project: Any, repository: dict[str, str]) -> None:
    name = project("", source=source_of(repository, gitCloneDepth=1))
    for version, branch in ((None, "main"), ("other", "other"), (repository["main"], "main")):
        build = built(bench, name, **({"sourceVersion": version} if version else {}))
        log = log_of(bench, build)
        assert build["buildStatus"] == "SUCCEEDED", log
        assert build["resolvedSourceVersion"] == repository[branch]
        assert build["exportedEnvironmentVariables"] == [{"name": "COMMIT", "value": repository[branch]}]
        assert f"the text is of {branch} at {repository[branch]}, asked for '{version or ''}'" in log
        assert "Authorization" not in log


def test_the_role_needs_to_pull(bench: Any, project: Any, repository: dict[str, str]) -> None:
    allowed = make_role(bench.aws, bench.unique("puller"), ("codebuild",), "logs:*", "codecommit:GitPull")
    assert built(bench, project("", source=source_of(repository), serviceRole=allowed))["buildStatus"] == "SUCCEEDED"
    refused = make_role(bench.aws, bench.unique("reader"), ("codebuild",), "logs:*", "codecommit:GetRepository")
    bench.aws.client("codebuild").update_project(
        name=bench.unique("project"), source=source_of(repository), serviceRole=refused
    )
    build = built(bench, bench.unique("project"))
    assert build["buildStatus"] == "FAILED"
    (phase,) = [phase for phase in build["phases"] if phase.get("contexts")]
    assert phase["phaseType"] == "DOWNLOAD_SOURCE"
    assert "git clone" in phase["contexts"][0]["message"]


def test_a_version_that_is_not_there_is_told(bench: Any, project: Any, repository: dict[str, str]) -> None:
    build = built(bench, project("", source=source_of(repository)), sourceVersion="nowhere")
    (phase,) = [phase for phase in build["phases"] if phase.get("contexts")]
    assert phase["contexts"][0]["statusCode"] == "CLIENT_ERROR"
    assert "nowhere" in phase["contexts"][0]["message"]


def test_a_buildspec_that_is_not_there_is_told_by_its_path(
    bench: Any, project: Any, repository: dict[str, str]
) -> None:
    build = built(bench, project("", source={**source_of(repository), "buildspec": "model-code/buildspec.yml"}))
    (phase,) = [phase for phase in build["phases"] if phase.get("contexts")]
    assert "stat model-code/buildspec.yml: no such file" in phase["contexts"][0]["message"]


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop", ("eu-west-1", "shop")),
        ("http://127.0.0.1:4566/git-codecommit/us-west-2/v1/repos/shop.git", ("us-west-2", "shop")),
    ],
)
def test_clone_urls_of_aws_and_of_this_server_are_understood(location: str, place: tuple[str, str]) -> None:
    assert sources.region_and_name(location, "us-east-1") == place


def test_another_url_is_refused() -> None:
    with pytest.raises(ValueError, match="is not the clone URL of a CodeCommit repository"):
        sources.region_and_name("https://example.com/owner/shop.git", "us-east-1")


def zip_with(name: str, content: bytes, mode: int = 0) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr, entry.compress_type = mode << 16, zipfile.ZIP_DEFLATED
        archive.writestr(entry, content)
    return buffer.getvalue()


def failed_download(bench: Any, project: Any, packed: bytes) -> str:
    """What a build says whose source cannot be unpacked."""
    place = {"Bucket": bench.bucket, "Key": "sources/evil.zip"}
    bench.aws.client("s3").put_object(**place, Body=packed)
    location = f"{place['Bucket']}/{place['Key']}"
    build = built(bench, project("", source={"type": "S3", "location": location, "buildspec": SPEC}))
    phase = next(phase for phase in build["phases"] if phase["phaseType"] == "DOWNLOAD_SOURCE")
    assert (build["buildStatus"], phase["phaseStatus"]) == ("FAILED", "FAILED")
    message: str = phase["contexts"][0]["message"]
    return message


@pytest.mark.parametrize("name", ["{victim}", "../../../../../../../../../../{victim}"])
def test_a_source_changes_no_file_outside_of_the_build(bench: Any, project: Any, tmp_path: Path, name: str) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    victim.chmod(0o600)
    said = failed_download(bench, project, zip_with(name.format(victim=victim), b"evil", 0o100777))
    assert "outside" in said
    assert (victim.read_text(), stat.S_IMODE(victim.stat().st_mode)) == ("mine", 0o600)


TEXT = b"text " * 10_000
UNPACKABLE = [
    (zip_with("zeros", bytes(120_000_000)), "more than 200 times"),
    (zip_with("text", TEXT).replace(len(TEXT).to_bytes(4, "little"), (10).to_bytes(4, "little")), "no archive that"),
    (zip_with("link", b"/etc/passwd", 0o120777), "is a link"),
]


@pytest.mark.parametrize(("packed", "said"), UNPACKABLE, ids=["bomb", "lie", "link"])
def test_a_source_that_cannot_be_unpacked_fails_the_build(bench: Any, project: Any, packed: bytes, said: str) -> None:
    assert said in failed_download(bench, project, packed)
