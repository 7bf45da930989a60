"""Caches between builds, and the archives that they are kept in."""

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.localaws.codebuild import cache_archive
from tests.localaws.codebuild.builds import built, log_of
from tests.localaws.inboxes import make_role

SPEC = """
version: 0.2
phases:
  build:
    commands:
      - if [ -f deps/in/.x ]; then echo "found $(cat deps/in/.x) $(cat $HOME/.lib/y)"; else echo "found nothing"; fi
      - mkdir -p deps/in $HOME/.lib && echo one > deps/in/.x && echo two > $HOME/.lib/y && echo three > other
cache: {paths: ['deps/**/*', '/root/.lib/**/*', '/etc/passwd']}
"""


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("node_modules/**/*", "src/node_modules/**/*"),
        ("./a", "src/a"),
        ("$CODEBUILD_SRC_DIR/a/**/*", "src/a/**/*"),
        ("/root/.m2/**/*", "home/.m2/**/*"),
        ("$HOME/.m2/*", "home/.m2/*"),
        ("/etc/passwd", None),
        ("../outside", None),
        ("/root/../etc/passwd", None),
        ("", None),
    ],
)
def test_paths_stay_in_the_workspace(path: str, pattern: str | None) -> None:
    assert cache_archive.located(path) == pattern


def test_an_archive_brings_back_what_the_paths_name_and_the_source_has_not(tmp_path: Path) -> None:
    before, after, file = tmp_path / "before", tmp_path / "after", tmp_path / "archive"
    for name in ("src/deps/a/b", "src/deps/c", "src/other"):
        (before / name).parent.mkdir(parents=True, exist_ok=True)
        (before / name).write_text(name)
    assert cache_archive.pack(file, before, ["src/**/*"]) == 5
    (after / "src/deps").mkdir(parents=True)
    (after / "src/deps/c").write_text("of the source")
    left = list(cache_archive.unpack(file, after, ["src/deps/**/*"]))
    assert left == ["src/other"]
    assert (after / "src/deps/a/b").read_text() == "src/deps/a/b"
    assert (after / "src/deps/c").read_text() == "of the source"


def test_an_archive_does_not_write_outside_of_the_workspace(tmp_path: Path) -> None:
    file = tmp_path / "archive"
    with tarfile.open(file, "w") as archive:
        for name in ("../outside", "src/../../outside", "/outside"):
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())
        link = tarfile.TarInfo("src/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        archive.addfile(link)
    (tmp_path / "space").mkdir()
    assert len(list(cache_archive.unpack(file, tmp_path / "space", ["src/**/*"]))) == 4
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["archive", "space"]


def found(bench: Any, name: str) -> str:
    """What a build found in its cache; the build succeeds whatever happens to it."""
    build = built(bench, name)
    log = log_of(bench, build)
    assert build["buildStatus"] == "SUCCEEDED", log
    return log


def test_a_cache_in_a_bucket_goes_from_build_to_build(bench: Any, project: Any) -> None:
    codebuild, s3 = bench.aws.client("codebuild"), bench.aws.client("s3")
    name = project(SPEC, cache={"type": "S3", "location": f"{bench.bucket}/caches"})
    first = found(bench, name)
    assert "found nothing" in first
    assert "Unable to download cache" in first
    assert 'Skipping cache path: "/etc/passwd"' in first
    assert "found one two" in found(bench, name)
    (kept,) = s3.list_objects_v2(Bucket=bench.bucket, Prefix="caches/")["Contents"]
    body = s3.get_object(Bucket=bench.bucket, Key=kept["Key"])["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        assert sorted(archive.getnames()) == ["home/.lib/y", "src/deps/in", "src/deps/in/.x"]

    s3.put_object(Bucket=bench.bucket, Key=kept["Key"], Body=b"no archive")
    broken = found(bench, name)
    assert "found nothing" in broken
    assert "Unable to download cache" in broken
    codebuild.invalidate_project_cache(projectName=name)
    assert "found nothing" in found(bench, name)


def test_a_role_without_the_bucket_builds_without_a_cache(bench: Any, project: Any) -> None:
    role = make_role(bench.aws, bench.unique("builder"), ("codebuild",), "logs:*")
    log = found(bench, project(SPEC, cache={"type": "S3", "location": bench.bucket}, serviceRole=role))
    assert "Unable to download cache: " in log
    assert "Unable to upload cache: " in log
    assert "s3:PutObject" in log


def test_a_local_cache_goes_from_build_to_build(bench: Any, project: Any) -> None:
    modes = ["LOCAL_CUSTOM_CACHE", "LOCAL_DOCKER_LAYER_CACHE", "LOCAL_SOURCE_CACHE"]
    spec = SPEC.replace("deps/**/*", "deps")
    name = project(spec, cache={"type": "LOCAL", "modes": modes})
    first = found(bench, name)
    assert "found nothing" in first
    assert "LOCAL_DOCKER_LAYER_CACHE has no effect" in first
    assert "found one two" in found(bench, name)
    bench.aws.client("codebuild").invalidate_project_cache(projectName=name)
    assert "found nothing" in found(bench, name)


@pytest.mark.parametrize(
    ("cache", "message"),
    [
        ({"type": "S3"}, "needs a location"),
        ({"type": "LOCAL"}, "needs at least one of its modes"),
        ({"type": "S3", "location": "b", "cacheNamespace": "n"}, "does not offer cacheNamespace"),
    ],
)
def test_a_cache_that_cannot_be_is_refused(project: Any, cache: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        project(SPEC, cache=cache)
