"""Triggers with Git filters: which pushes start a pipeline, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.localaws.codepipeline import globs, triggers
from rehearsal.localaws.codepipeline.triggers import Push
from tests.localaws.codecommit.test_git_http import git
from tests.localaws.codepipeline.test_connections import CONNECTION
from tests.localaws.codepipeline.workbench import action, approval, stage
from tests.localaws.waiting import wait_until


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("main", ["main"], ["main2", "mai", "feature/main"]),
        ("feature/*", ["feature/a", "feature/"], ["feature/a/b", "feature"]),
        ("feature/**", ["feature/a", "feature/a/b"], ["feature", "xfeature/a"]),
        ("**", ["main", "a/b/c"], []),
        ("**/README.md", ["a/README.md", "a/b/README.md"], ["README.md", "a/README.md.txt"]),
        ("v?.?", ["v1.2"], ["v1.23", "v1/2"]),
        ("*.{java,class}", ["a.java", "b.class"], ["a.jar", "a/b.java", "a.{java,class}"]),
        ("release-[0-9a]", ["release-7", "release-a"], ["release-b", "release-10"]),
        ("[!a-c]x", ["dx", "-x"], ["ax", "/x"]),
        ("[-a]x", ["-x", "ax"], ["bx"]),
        (r"[*?\]x", ["*x", "?x", "\\x"], ["ax"]),
        (r"\*.txt", ["*.txt"], ["a.txt"]),
        ("a,b}", ["a,b}"], ["a"]),
        ("a+b.c", ["a+b.c"], ["aab.c", "a+bxc"]),
    ],
)
def test_patterns_are_read_as_the_guide_says(pattern: str, matching: list[str], other: list[str]) -> None:
    assert [name for name in matching + other if globs.matches(pattern, name)] == matching


@pytest.mark.parametrize("pattern", ["{a,{b}}", "{a", "[ab", "a\\", "[z-a]"])
def test_what_is_no_pattern_is_told(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"nested|left open|none"):
        globs.check(pattern)


BOTH = {"branches": {"includes": ["feature/**"], "excludes": ["**/draft"]}, "filePaths": {"includes": ["src/**"]}}


@pytest.mark.parametrize(
    ("push", "reference", "files", "starts"),
    [
        ([BOTH], "refs/heads/feature/a", {"src/x.py", "docs/x.md"}, True),
        ([BOTH], "refs/heads/feature/a", {"docs/x.md"}, False),
        ([BOTH], "refs/heads/feature/draft", {"src/x.py"}, False),
        ([BOTH], "refs/heads/main", {"src/x.py"}, False),
        ([BOTH], "refs/tags/feature/a", {"src/x.py"}, False),
        ([BOTH, {"tags": {"includes": ["v*"]}}], "refs/tags/v1", set(), True),
        ([{"tags": {"excludes": ["v*"]}}], "refs/tags/v1", set(), False),
        ([{"tags": {"excludes": ["v*"]}}], "refs/tags/nightly", set(), True),
        ([{"tags": {"excludes": ["v*"]}}], "refs/heads/nightly", set(), False),
        ([{"branches": {"includes": ["main"], "excludes": ["main"]}}], "refs/heads/main", set(), False),
        (None, "refs/heads/main", set(), True),
        (None, "refs/heads/other", set(), False),
    ],
)
def test_all_of_a_filter_and_one_of_the_filters_must_match(push: Any, reference: str, files: Any, starts: bool) -> None:
    declared = {"sourceActionName": "Clone", **({"push": push} if push else {})}
    trigger = triggers.parse({"providerType": triggers.PROVIDER, "gitConfiguration": declared})
    assert trigger.starts_by(Push(reference, "1" * 40, lambda: files), "main") is starts


def a_trigger(source: str = "Clone", **filters: Any) -> dict[str, Any]:
    return {"providerType": "CodeStarSourceConnection", "gitConfiguration": {"sourceActionName": source, **filters}}


def declaration(bench: Any, repository: str, *declared: Any, pipeline_type: str = "V2") -> dict[str, Any]:
    configuration = {"ConnectionArn": CONNECTION, "FullRepositoryId": repository, "BranchName": "main"}
    source = action(
        "Clone", "Source", "CodeStarSourceConnection", configuration=configuration, outputs=["Code"], namespace="Code"
    )
    told = approval(configuration={"CustomData": "#{Code.CommitId}"})
    made: dict[str, Any] = bench.declaration(
        stage("Gate", told), pipelineType=pipeline_type, executionMode="SUPERSEDED", triggers=list(declared)
    )
    made["stages"][0] = stage("Source", source, bench.source(outputs=["Data"]))
    return made


TAGS, BRANCHES, PATHS = ({kind: {"includes": ["x"]}} for kind in ("tags", "branches", "filePaths"))
COMBINATIONS = (
    "The trigger configuration for the source action is not valid. Make sure to choose valid filter combinations."
)


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ([a_trigger(), a_trigger()], "only one trigger configuration"),
        ([a_trigger("Fetch")], "Fetch, which is not a CodeStarSourceConnection action"),
        ([a_trigger("Approve")], "Approve, which is not"),
        ([a_trigger(push=[TAGS | BRANCHES])], COMBINATIONS),
        ([a_trigger(push=[TAGS | PATHS])], COMBINATIONS),
        ([a_trigger(push=[PATHS])], COMBINATIONS),
        ([a_trigger(push=[{}])], COMBINATIONS),
        ([a_trigger(push=[{"branches": {}}])], "includes, or excludes"),
        ([a_trigger(push=[{"branches": {"includes": ["{a,{b}}"]}}])], "nested"),
        ([a_trigger(pullRequest=[{"events": ["OPEN"], **BRANCHES}])], "no pull request is ever made"),
    ],
)
def test_triggers_that_cannot_be_are_refused(bench: Any, declared: list[Any], words: str) -> None:
    with pytest.raises(bench.codepipeline.exceptions.InvalidStructureException) as refused:
        bench.codepipeline.create_pipeline(pipeline=declaration(bench, "a/b", *declared))
    assert words in str(refused.value)


def test_triggers_are_for_v2_and_within_the_limits_of_the_service(bench: Any) -> None:
    with pytest.raises(bench.codepipeline.exceptions.InvalidStructureException, match="V2"):
        bench.codepipeline.create_pipeline(pipeline=declaration(bench, "a/b", a_trigger(), pipeline_type="V1"))
    many = {"branches": {"includes": [f"b{number}" for number in range(9)]}}
    with pytest.raises(ClientError, match="less than or equal to 8"):
        bench.codepipeline.create_pipeline(pipeline=declaration(bench, "a/b", a_trigger(push=[many])))


class Connected:
    """A repository of this machine, told to the embedded AWS again after each push, as a webhook would."""

    def __init__(self, bench: Any, folder: Path) -> None:
        self.bench, self.folder, self.name = bench, folder, f"owner/{bench.unique('name')}"
        git("init", "-q", "-b", "main", cwd=folder)
        self.first = self.commit("README.md")
        self.tell()

    def commit(self, *paths: str) -> str:
        for path in paths:
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            with (self.folder / path).open("a") as file:
                file.write("more\n")
        git("add", ".", cwd=self.folder)
        git("commit", "-q", "-m", f"Write {paths}", cwd=self.folder)
        return git("rev-parse", "HEAD", cwd=self.folder).strip()

    def git(self, *arguments: str) -> None:
        git(*arguments, cwd=self.folder)

    def tell(self) -> None:
        self.bench.aws.rehearsal("POST", "repositories", fullRepositoryId=self.name, location=str(self.folder))


@pytest.fixture
def connected(bench: Any, tmp_path: Path, git_program: None) -> Connected:
    return Connected(bench, tmp_path)


def starts_of(bench: Any, name: str, count: int) -> list[tuple[str, str]]:
    """Trigger type and source commit of each execution, oldest first, when there are ``count`` and each has its
    source."""

    def seen() -> list[tuple[str, str]] | None:
        shown = bench.executions(name)[::-1]
        if len(shown) < count or not all(one["sourceRevisions"] for one in shown):
            return None
        commits = [{r["actionName"]: r["revisionId"] for r in one["sourceRevisions"]}.get("Clone") for one in shown]
        return None if None in commits else [(one["trigger"]["triggerType"], commits[i]) for i, one in enumerate(shown)]

    found: list[tuple[str, str]] = wait_until(seen)
    return found


def test_only_a_push_that_the_filters_match_starts_the_pipeline(bench: Any, connected: Connected) -> None:
    wanted = {
        "branches": {"includes": ["release/**"], "excludes": ["release/draft"]},
        "filePaths": {"includes": ["src/**"]},
    }
    asked = a_trigger(push=[wanted, {"tags": {"includes": ["v*"]}}], pullRequest=[{"events": ["OPEN"], **BRANCHES}])
    declared = declaration(bench, connected.name, asked)
    made = bench.codepipeline.create_pipeline(pipeline=declared)["pipeline"]
    assert made["triggers"] == declared["triggers"]
    created = ("CreatePipeline", connected.first)
    assert starts_of(bench, declared["name"], 1) == [created]

    connected.commit("src/a.py")  # on main, which the source action names: the trigger takes its place
    connected.git("checkout", "-q", "-b", "release/draft")
    connected.commit("src/b.py")
    connected.tell()
    connected.git("checkout", "-q", "-b", "release/1", "main")
    connected.commit("docs/c.md")
    connected.tell()
    started = connected.commit("docs/d.md", "src/d.py")
    connected.tell()
    assert starts_of(bench, declared["name"], 2) == [created, ("WebhookV2", started)]
    assert bench.executions(declared["name"])[0]["trigger"]["triggerDetail"] == CONNECTION

    connected.git("tag", "nightly")
    tagged = connected.commit("docs/e.md")
    connected.git("tag", "-a", "-m", "One", "v1")
    connected.tell()
    assert starts_of(bench, declared["name"], 3) == [created, ("WebhookV2", started), ("WebhookV2", tagged)]


def test_a_new_branch_brings_the_files_of_its_own_commits(bench: Any, connected: Connected) -> None:
    asked = a_trigger(push=[{"branches": {"includes": ["a*"]}, "filePaths": {"includes": ["src/**"]}}])
    connected.commit("src/old.py")
    declared = declaration(bench, connected.name, asked)
    bench.codepipeline.create_pipeline(pipeline=declared)
    connected.git("checkout", "-q", "-b", "a1")
    connected.commit("docs/new.md")
    connected.tell()
    connected.git("checkout", "-q", "-b", "a2")
    started = connected.commit("src/new.py")
    connected.tell()
    assert starts_of(bench, declared["name"], 2)[1] == ("WebhookV2", started)
    bench.token_of(declared["name"])
    wait_until(lambda: bench.action_runs(declared["name"], "Clone")[0]["status"] == "Succeeded")
    variables = bench.action_runs(declared["name"], "Clone")[0]["output"]["outputVariables"]
    assert (variables["BranchName"], variables["CommitId"]) == ("a2", started)


def test_a_trigger_without_filters_follows_the_branch_of_the_action(bench: Any, connected: Connected) -> None:
    declared = declaration(bench, connected.name)
    bench.codepipeline.create_pipeline(pipeline=declared)
    starts_of(bench, declared["name"], 1)
    bench.codepipeline.update_pipeline(pipeline=declared | {"triggers": [a_trigger()]})
    connected.git("checkout", "-q", "-b", "another")
    connected.commit("a.txt")
    connected.tell()
    connected.git("checkout", "-q", "main")
    started = connected.commit("b.txt")
    connected.tell()
    assert starts_of(bench, declared["name"], 2)[1:] == [("WebhookV2", started)]


def test_a_polled_source_that_cannot_start_its_pipeline_does_not_keep_others_from_starting(
    bench: Any, connected: Connected
) -> None:
    """A change starts nothing where a variable has no default; the sources of all pipelines are looked at in turn."""
    polled = stage("Source", bench.source(configuration={"PollForSourceChanges": "true"}))
    first = bench.declaration(stage("Gate", approval()), pipelineType="V2", variables=[{"name": "Rows"}])
    first |= {"name": bench.unique("first"), "stages": [polled, *first["stages"][1:]]}
    bench.codepipeline.create_pipeline(pipeline=first)
    bench.start(first["name"], variables=[{"name": "Rows", "value": "3"}])
    bench.token_of(first["name"])
    declared = declaration(bench, connected.name, a_trigger())
    bench.codepipeline.create_pipeline(pipeline=declared)
    bench.upload()
    connected.tell()
    started = connected.commit("a.txt")
    connected.tell()
    assert starts_of(bench, declared["name"], 2)[1] == ("WebhookV2", started)
    assert len(bench.executions(first["name"])) == 1
